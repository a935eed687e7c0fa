// Structured lines on standard error: one JSON object a line, with a time, a level and a constant message. Standard
// output belongs to the protocol. No payload, token or key is ever handed to a log.
import { isSallyportError } from "@sallyport/guard";
import { escapedJson } from "./console/escape.ts";

export type Level = "debug" | "info" | "warn" | "error";
type Field = string | number | boolean | undefined | readonly string[];
export type Fields = Readonly<Record<string, Field>>;
export type Log = (level: Level, message: string, fields?: Fields) => void;

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

const MOST_CHARACTERS = 500;

export interface LogOptions {
  /** The least level that is written. Default `info`. */
  readonly level?: Level;
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

export function jsonLog(options: LogOptions = {}): Log {
  const least = RANK[options.level ?? "info"];
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? (() => new Date());
  return (level, message, fields = {}) => {
    if (RANK[level] < least) return;
    write(`${escapedJson({ time: now().toISOString(), level, message, ...fields }, bounded)}\n`);
  };
}

/** A caller can make an error's text as long as a request: a line stays a line. */
const bounded = (_name: string, value: unknown): unknown =>
  typeof value === "string" && value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}… (${value.length} characters)` : value;

/** What a log may say of an error. */
export function fieldsOf(error: unknown): Fields {
  if (isSallyportError(error)) return { code: error.code, error: error.message, cause: nameOf(error.cause) };
  if (!(error instanceof Error)) return { error: String(error) };
  const issue = firstIssueOf(error);
  return { error: `${error.name}: ${issue ?? error.message}`, cause: nameOf(error.cause) };
}

/** A validator's error, whose message is all its issues as JSON over many lines. */
function firstIssueOf(error: Error): string | undefined {
  const [first] = "issues" in error && Array.isArray(error.issues) ? (error.issues as readonly { readonly message?: unknown }[]) : [];
  return typeof first?.message === "string" ? first.message : undefined;
}

const nameOf = (cause: unknown): string | undefined => (cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined);

/** Node prints warnings as text of several lines, between lines that are JSON: these are logged instead. */
export function logWarnings(log: Log): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error & { readonly code?: unknown }) =>
    log("warn", "a warning", {
      ...(typeof warning.code === "string" && { code: warning.code }),
      error: `${warning.name}: ${warning.message}`,
    }),
  );
}
