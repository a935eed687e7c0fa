// The text of one file, whatever its encoding, or why it has none.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { reasonOf } from "../failure.ts";

export const MOST_BYTES = 4 * 1024 * 1024;

export type Text = { readonly text: string; readonly bytes: number } | { readonly why: string };

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** Opened without waiting and looked at once opened, so that a pipe or a device put in its place is not read. */
export function readText(path: string): Text {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const status = fstatSync(descriptor);
    if (!status.isFile()) return { why: "it is not a file" };
    if (status.size > MOST_BYTES) return { why: `larger than ${mebibytes(MOST_BYTES)} (${mebibytes(status.size)})` };
    const buffer = Buffer.allocUnsafe(status.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    return length > status.size ? { why: "it grows while it is read" } : decode(buffer.subarray(0, length));
  } catch (error) {
    return { why: `it cannot be read (${reasonOf(error)})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** By its mark; else UTF-8; else, if it is text at all, one byte a character: names and keywords are ASCII in all of these. */
export function decode(bytes: Uint8Array): Text {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes), bytes: bytes.length };
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder("utf-16be").decode(bytes), bytes: bytes.length };
  if (bytes.includes(0)) return { why: "it is not text" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), bytes: bytes.length };
  } catch {
    return { text: new TextDecoder("latin1").decode(bytes), bytes: bytes.length };
  }
}
