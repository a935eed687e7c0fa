// Contract files for tests. `▶` stands where the fault is; it is taken out before the file is read.
import { SallyportError } from "@sallyport/guard";
import { parseContractFile, type LoadedContract } from "../../src/config/contract-file.ts";

export const FILE = "notes.yaml";
const MARK = "▶";

export interface Marked {
  readonly text: string;
  /** `file:line:column` of the mark. */
  readonly place: string;
}

export function marked(source: string): Marked {
  const before = source.slice(0, source.indexOf(MARK)).split("\n");
  if (source.split(MARK).length !== 2) throw new Error("one mark is needed");
  return { text: source.replace(MARK, ""), place: `${FILE}:${before.length}:${before.at(-1)!.length + 1}` };
}

export function refusalOf(make: () => unknown): SallyportError {
  try {
    make();
  } catch (error) {
    if (error instanceof SallyportError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

export const parse = (text: string, env: Record<string, string> = {}): LoadedContract => parseContractFile(text, FILE, env);

/** One event; `options` are lines of the event, `schema` is a flow mapping. */
export const oneEvent = (options: string, schema = STRICT): string =>
  `name: notes\nevents:\n  note.created:\n    description: A note.\n    destination: notes\n    schema: ${schema}\n${indented(options)}`;

export const STRICT =
  "{ type: object, additionalProperties: false, required: [noteId], properties: { noteId: { type: string, maxLength: 64 } } }";

const indented = (lines: string): string =>
  lines
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");

/** `property` is the schema of one property. */
export const withProperty = (property: string): string =>
  oneEvent("", `{ type: object, additionalProperties: false, properties: { noteId: ${property} } }`);

/** Settings below a contract that is right. */
export const withSettings = (settings: string): string => `${oneEvent("")}\n${settings}`;
