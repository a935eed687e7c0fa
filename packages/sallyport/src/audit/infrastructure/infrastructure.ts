// What a project's own infrastructure says of its brokers: which are open, which queues have no dead letter, who may
// do what. Files are read as text, never evaluated; what cannot be read says nothing.
import type { ProjectFiles } from "../frontends/frontend.ts";
import { readCdk } from "./cdk.ts";
import { readCompose } from "./compose.ts";
import { readRabbitDefinitions } from "./rabbitmq.ts";
import { readTemplate } from "./templates.ts";
import type { Collected, Infrastructure } from "./stated.ts";
import { readTerraform } from "./terraform.ts";

type Reader = (file: string, text: string, into: Collected) => void;

const MOST_CHARACTERS = 1_000_000;

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/(^|\/)(docker-)?compose[^/]*\.ya?ml$/i, readCompose],
  [/\.tf$/i, readTerraform],
  [/\.(ya?ml|json|template)$/i, readTemplate],
  [/\.json$/i, readRabbitDefinitions],
  [/\.([cm]?[jt]s|py)$/i, readCdk],
];

/** Files of other tools that are large and say nothing here. */
const OTHER = /(^|\/)(package(-lock)?|tsconfig[^/]*|pnpm-lock|composer|renovate|\.eslintrc[^/]*)\.(json|ya?ml)$|\.schema\.json$|\.d\.ts$/i;

export function readInfrastructure({ files, read }: Pick<ProjectFiles, "files" | "read">): Infrastructure {
  const collected: Collected = { brokers: [], queues: [], grants: [] };
  for (const file of files) {
    if (OTHER.test(file)) continue;
    const readers = READERS.filter(([pattern]) => pattern.test(file));
    const text = readers.length === 0 ? undefined : read(file);
    if (text === undefined || text.length > MOST_CHARACTERS) continue;
    for (const [, reader] of readers) reader(file, text, collected);
  }
  return collected;
}
