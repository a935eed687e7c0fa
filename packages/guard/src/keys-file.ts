// Keys from a file that only its owner may read (OPS-05). The file is opened once and judged by what was opened; its
// content is in no error.
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { parseKeys } from "./envelope/key-sources.ts";
import type { KeyRing } from "./envelope/keys.ts";
import { isSallyportError, SallyportError } from "./errors.ts";

export type { KeyRing };

const MOST_BYTES = 1024 * 1024;
/** On Windows the mode says nothing; who may read is for the file's access list. */
const HAS_MODES = process.platform !== "win32";

/** @throws {SallyportError} `ERR_CONFIG_KEY_INVALID` when it cannot be read, or can be read by others. */
export function keysFromFile(path: string): KeyRing {
  return parseKeys(readPrivate(path), path);
}

function readPrivate(path: string): string {
  let descriptor: number | undefined;
  try {
    // A pipe that nobody writes to would block for ever without O_NONBLOCK.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    refuseOthers(fstatSync(descriptor), path);
    return readFileSync(descriptor, "utf8");
  } catch (error) {
    if (isSallyportError(error)) throw error;
    throw refusal(
      path,
      `the key file cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}`,
      "Check the path and its owner.",
    );
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function refuseOthers(found: Stats, path: string): void {
  if (!found.isFile()) throw refusal(path, "the key file is not a regular file", "Name a file.");
  if (found.size > MOST_BYTES) throw refusal(path, `the key file is larger than ${MOST_BYTES} bytes`, "Name the right file.");
  if (!HAS_MODES || (found.mode & 0o077) === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(3, "0");
  throw refusal(path, `the key file is open to others than its owner (mode ${mode})`, `Run: chmod 600 ${quoted(path)}`);
}

/** For a POSIX shell, so that the command can be pasted. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`);

const refusal = (place: string, what: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_KEY_INVALID", what, { place, remedy });
