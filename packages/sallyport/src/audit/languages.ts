// The languages that are read. A front-end, with its parser, is loaded only where there are files for it.
import { extname } from "node:path";
import type { Frontend } from "./frontends/frontend.ts";
import type { Language } from "./ir/ir.ts";

interface Spoken {
  readonly language: Language;
  readonly extensions: readonly string[];
  load(): Promise<Frontend>;
}

export const LANGUAGES: readonly Spoken[] = [
  {
    language: "javascript",
    extensions: [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"],
    load: async () => (await import("./frontends/javascript/index.ts")).javascript,
  },
  { language: "python", extensions: [".py", ".pyw"], load: async () => (await import("./frontends/python/index.ts")).python },
  { language: "go", extensions: [".go"], load: async () => (await import("./frontends/go/index.ts")).go },
];

export const EXTENSIONS: ReadonlySet<string> = new Set(LANGUAGES.flatMap(({ extensions }) => extensions));

export const filesOf = ({ extensions }: Spoken, files: readonly string[]): readonly string[] =>
  files.filter((file) => extensions.includes(extname(file).toLowerCase()));
