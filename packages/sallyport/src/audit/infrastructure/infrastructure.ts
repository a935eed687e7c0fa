// What a project's own infrastructure says of its brokers: which are open, which queues have no dead letter, who may
// do what. Files are read as text, never evaluated; what cannot be read says nothing, and is named.
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

/** By their names alone; others are told by what they hold, so that one that cannot be read may be anything. */
const NAMED = /(^|\/)((docker-)?compose[^/]*\.ya?ml|serverless\.ya?ml)$|\.tf$/i;

export interface Given extends Pick<ProjectFiles, "files" | "read"> {
  /** Told of what is infrastructure and could not be read; without a reason where its text could not be had at all. */
  readonly refuse?: (file: string, why?: string) => void;
}

export function readInfrastructure({ files, read, refuse = () => undefined }: Given): Infrastructure {
  const collected: Collected = { brokers: [], queues: [], grants: [], refuse };
  for (const file of files) {
    if (OTHER.test(file)) continue;
    const readers = READERS.filter(([pattern]) => pattern.test(file));
    const text = readers.length === 0 ? undefined : read(file);
    if (text === undefined && NAMED.test(file)) refuse(file);
    if (text === undefined) continue;
    if (text.length > MOST_CHARACTERS) {
      if (NAMED.test(file)) refuse(file, `longer than ${MOST_CHARACTERS} characters, for a file of infrastructure`);
      continue;
    }
    for (const [, reader] of readers) reader(file, text, collected);
  }
  const { brokers, queues, grants } = collected;
  return { brokers, queues, grants };
}
