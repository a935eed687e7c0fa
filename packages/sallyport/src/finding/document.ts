// A YAML or JSON file held to a schema, its faults with file, line and column. Refuses what makes a file mean something
// else than it shows: aliases, tags, keys given twice, unknown keys. An error never quotes values of the file.
import { type ErrorCode, SallyportError } from "@sallyport/guard";
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";

const MOST_CHARACTERS = 16 * 1024 * 1024;

export function readDocument<T>(text: string, file: string, schema: z.ZodType<T>): T {
  if (text.length > MOST_CHARACTERS) throw fault(file, `the file is larger than ${MOST_CHARACTERS} characters`, "Make it smaller.");
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const document = parsed(text, file, lines);
  const [error] = [...document.errors, ...document.warnings].toSorted((one, other) => one.pos[0] - other.pos[0]);
  if (error !== undefined)
    throw fault(at(error.pos[0]), `the file is not valid YAML: ${error.code.toLowerCase().replaceAll("_", " ")}`, "Correct it there.");
  refuseAliases(document, at);
  const result = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issueFault(issue!, document, at);
}

function parsed(text: string, file: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      stringKeys: true,
      resolveKnownTags: false,
      schema: "core",
      merge: false,
    });
  } catch {
    throw fault(file, "the file cannot be read as YAML", "Check it for very deep nesting.");
  }
}

function refuseAliases(document: Document.Parsed, at: (offset: number) => string): void {
  visit(document, {
    Alias: (_key, { range }) => {
      throw fault(at(range?.[0] ?? 0), "an alias", "Write the value out: a few aliases can stand for millions of nodes.");
    },
  });
}

function issueFault(issue: z.core.$ZodIssue, document: Document.Parsed, at: (offset: number) => string): SallyportError {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const place = at(offsetOf(document, [...issue.path, ...keys.slice(0, 1)]));
  const where = issue.path.length === 0 ? "the file" : issue.path.map(String).join(".");
  if (keys.length > 0)
    return fault(place, `unknown key "${keys[0]}" in ${where}`, "Take it out, or correct its spelling.", "ERR_CONFIG_UNKNOWN_KEY");
  return fault(place, `${where}: ${sentence(issue.message)}`, "Correct it there.");
}

const sentence = (message: string): string => message.replace(/\.$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

/** Of the key or item, or of the nearest above it that the file has. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const within = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const offset = childOffset(within, path[depth - 1]!);
    if (offset !== undefined) return offset;
  }
  return document.contents?.range[0] ?? 0;
}

function childOffset(within: unknown, step: PropertyKey): number | undefined {
  const child = isMap(within)
    ? within.items.find(({ key }) => isScalar(key) && key.value === step)?.key
    : isSeq(within)
      ? within.items[Number(step)]
      : undefined;
  return isNode(child) ? child.range?.[0] : undefined;
}

export function fault(place: string, what: string, remedy: string, code: ErrorCode = "ERR_CONFIG_INVALID"): SallyportError {
  return new SallyportError(code, what, { place, remedy });
}
