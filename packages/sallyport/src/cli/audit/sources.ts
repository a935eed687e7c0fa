// The text of audited files, for the frames of code in reports.
import { join } from "node:path";
import { readText } from "../../audit/project/text.ts";
import type { SourceOf } from "../../finding/fingerprint.ts";

export function sourcesIn(root: string): SourceOf {
  const sources = new Map<string, string | undefined>();
  return (file) => {
    if (!sources.has(file)) {
      const read = readText(join(root, file));
      sources.set(file, "text" in read ? read.text : undefined);
    }
    return sources.get(file);
  };
}
