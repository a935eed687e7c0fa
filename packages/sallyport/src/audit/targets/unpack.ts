// Unpacks a gzipped tar into an empty folder, for reading: ordinary files only, none outside of the folder, none over
// another, bounded in number and size. It trusts no name and no number in the archive.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { AuditError, reasonOf } from "../failure.ts";

const BLOCK = 512;
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_FILES = 20_000;
const MOST_NAME = 1000;

interface Left {
  readonly file: string;
  readonly why: string;
}

/** @returns what was left out. The first part of each name, `package/`, is taken off. */
export function unpack(packed: Uint8Array, folder: string, place: string): readonly Left[] {
  const left: Left[] = [];
  const written = new Set<string>();
  for (const { name, type, content } of entriesOf(opened(packed, place), place)) {
    const file = name.replace(/^(?:\.\/)*[^/]*\//, "");
    const why = whyNot(file, type, written);
    if (why !== undefined) left.push({ file: file.slice(0, MOST_NAME), why });
    else if (type === "file") {
      if (written.size >= MOST_FILES) throw broken(`it holds more than ${MOST_FILES} files`, place);
      written.add(file);
      if (!lay(join(folder, file), content)) left.push({ file, why: "it could not be laid out beside the others" });
    }
  }
  return left;
}

/** The disk may not tell apart what names do: `A` and `a`, a file and a folder. */
function lay(path: string, content: Uint8Array): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function whyNot(file: string, type: Entry["type"], written: ReadonlySet<string>): string | undefined {
  if (type === "other") return "a link or device in the archive: not laid out";
  if (type === "folder") return undefined;
  if (file === "" || file.length > MOST_NAME || /\0|\\/.test(file)) return "a name that no file has";
  if (file.startsWith("/") || file.split("/").some((part) => part === ".." || part === "." || part === "" || part.length > 255))
    return "a name that leads out of the archive";
  return written.has(file) ? "it is in the archive twice: the first counts" : undefined;
}

function opened(packed: Uint8Array, place: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const tooLarge = error instanceof RangeError || reasonOf(error) === "ERR_BUFFER_TOO_LARGE";
    throw broken(
      tooLarge ? `it is larger than ${MOST_BYTES / 1024 / 1024} MiB unpacked` : `it is no gzipped archive (${reasonOf(error)})`,
      place,
    );
  }
}

interface Entry {
  readonly name: string;
  readonly type: "file" | "folder" | "other";
  readonly content: Uint8Array;
}

/** POSIX ustar, with the long names of pax and GNU. */
function* entriesOf(archive: Buffer, place: string): Iterable<Entry> {
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = numberIn(header.subarray(124, 136));
    if (size === undefined || at + BLOCK + size > archive.length) throw broken("the archive is cut off or damaged", place);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const flag = String.fromCharCode(header[156] ?? 0);
    if (flag === "x") longName = pathIn(content) ?? longName;
    else if (flag === "L") longName = textIn(content);
    else if (flag !== "g") {
      yield { name: longName ?? nameIn(header), type: typeOf(flag), content };
      longName = undefined;
    }
  }
}

const typeOf = (flag: string): Entry["type"] =>
  flag === "0" || flag === "\0" || flag === "7" ? "file" : flag === "5" ? "folder" : "other";

function nameIn(header: Buffer): string {
  const prefix = header.toString("latin1", 257, 262) === "ustar" ? textIn(header.subarray(345, 500)) : "";
  const name = textIn(header.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textIn(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

function numberIn(bytes: Buffer): number | undefined {
  const digits = textIn(bytes).trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** `length key=value\n`, again and again. */
function pathIn(records: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < records.length;) {
    const length = Number(/^\d{1,7}(?= )/.exec(records.toString("latin1", at, at + 8))?.[0] ?? 0);
    if (length < 3) return path;
    const record = records.toString("utf8", at, at + length - 1);
    const [, key, value] = /^\d+ ([^=]*)=(.*)$/s.exec(record) ?? [];
    if (key === "path") path = value;
    at += length;
  }
  return path;
}

const broken = (what: string, place: string): AuditError =>
  new AuditError("ERR_AUDIT_PACKAGE", what, { place, remedy: "Audit its repository instead." });
