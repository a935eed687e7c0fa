// The chain of a trail: each entry's hash covers the one before it, so that any change is found (OPS-01). The same in
// every store, so that a trail can be carried from one to another and still verifies.
import { digestOf } from "../envelope/signing-input.ts";
import type { StoredEntry, TrailEntry, TrailVerdict } from "../ports/trail.ts";

/** An entry as it is stored: what is hashed is exactly what is kept. */
export interface Link {
  readonly seq: number;
  readonly atMs: number;
  /** JSON. */
  readonly entry: string;
  readonly hash: string;
}

export type Head = Pick<Link, "seq" | "hash">;

const BEGINNING = "0".repeat(64);
export const EMPTY: Head = { seq: 0, hash: BEGINNING };
const PAGE = 1000;

/** What follows `head`. */
export function linked(head: Head, entries: readonly TrailEntry[], atMs: number): readonly Link[] {
  let { seq, hash } = head;
  return entries.map((one) => {
    const entry = JSON.stringify(one);
    hash = hashOf(hash, { seq: ++seq, atMs, entry });
    return { seq, atMs, entry, hash };
  });
}

/** `linksAfter` gives links in order, from the first after a number, and none at the end. */
export async function verified(
  linksAfter: (seq: number, limit: number) => Promise<readonly Link[]>,
  head: string | undefined,
): Promise<TrailVerdict> {
  let { seq, hash: previous } = EMPTY;
  let headSeen = head === undefined || head === BEGINNING;
  for (let links = await linksAfter(0, PAGE); links.length > 0; links = await linksAfter(seq, PAGE)) {
    for (const link of links) {
      if (link.seq !== seq + 1 || !isWhole(link) || link.hash !== hashOf(previous, link)) return { intact: false, brokenAt: seq + 1 };
      ({ hash: previous, seq } = link);
      headSeen ||= link.hash === head;
    }
  }
  return headSeen ? { intact: true, entries: seq, head: previous } : { intact: false, brokenAt: seq + 1 };
}

export const storedOf = ({ entry, ...rest }: Link): StoredEntry => ({ ...(JSON.parse(entry) as TrailEntry), ...rest });

/** Unambiguous: neither a hash nor a number has a space in it, and the entry is the rest. */
const hashOf = (previous: string, { seq, atMs, entry }: Omit<Link, "hash">): string => digestOf(`${previous} ${seq} ${atMs} ${entry}`);

/** A column or field may take text as well, which could hold what the next one began with. */
const isWhole = ({ atMs, entry }: Link): boolean => Number.isSafeInteger(atMs) && typeof entry === "string";
