// Structured lines on standard error: one JSON object a line, with a time, a level and a constant message. Standard
// output belongs to the protocol. No payload, token or key is ever handed to a log.
import { isSallyportError } from "@sallyport/guard";

export type Level = "debug" | "info" | "warn" | "error";
type Field = string | number | boolean | undefined | readonly string[];
export type Fields = Readonly<Record<string, Field>>;
export type Log = (level: Level, message: string, fields?: Fields) => void;

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

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
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
  };
}

/** What a log may say of an error. */
export function fieldsOf(error: unknown): Fields {
  if (isSallyportError(error)) return { code: error.code, error: error.message, cause: nameOf(error.cause) };
  return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

const nameOf = (cause: unknown): string | undefined => (cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined);
