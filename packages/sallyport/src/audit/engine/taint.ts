// Who controls a value: the model that calls a tool, or whoever wrote a message. Each taint knows where it came from,
// which part of the input it is, and the way it took.
import type { Place } from "../ir/ir.ts";
import type { Content } from "../models/model.ts";
import { fieldOf, type Schema } from "./schema.ts";

export interface Origin {
  /**
   * `tool`: arguments of an MCP tool. `message`: content that a broker delivered. `client`: headers and the like.
   * `error`: what a broker's client says when it fails; nobody's words, but not for everybody.
   */
  readonly kind: "tool" | "message" | "client" | "error";
  /** Unique in the analysis; of an error that was caught, the `try`'s. */
  readonly id: number;
  /** The tool's or destination's name, for people. */
  readonly name: string;
  /** Of a tool: it is none, and what a client reads. */
  readonly asked?: "resource";
  readonly file: string;
  readonly at: Place;
}

export interface Step {
  readonly file: string;
  readonly at: Place;
  readonly what: string;
  readonly before: Step | undefined;
  readonly length: number;
}

export interface Taint {
  readonly origin: Origin;
  /** Which part of the input: `` for all of it, `topic`, `messages[].value`. */
  readonly path: string;
  /** What the program, or the library for it, has checked this part against. */
  readonly schema: Schema | undefined;
  /** It can only be one of a set that the server chose. */
  readonly closed: boolean;
  /** Something else was made of it: a part of a text, an answer to it. */
  readonly derived: boolean;
  /** `message`: which part of it, as the broker's client gives it. */
  readonly content?: Content | undefined;
  /** Looked up by it in an object that has a prototype: `constructor` finds something (PUB-03). */
  readonly prototype?: boolean;
  /** No longer than a bound that the server set. */
  readonly bounded?: boolean;
  /** A number, and no lower than one that the server set. */
  readonly floored?: boolean;
  /** A number that was read from a text, which may say that it is none. */
  readonly mayBeNaN?: boolean;
  /** Not it, but what its owner has marked it with: tags that only they can set. */
  readonly marks?: boolean;
  /** Marked as untrusted for whoever reads it. */
  readonly marked?: boolean;
  readonly step: Step;
}

const MOST_TAINTS = 24;
const MOST_STEPS = 40;

export const keyOf = ({ origin, path }: Pick<Taint, "origin" | "path">): string => `${origin.id}:${path}`;

const same = (one: Taint, other: Taint): boolean =>
  one.origin.id === other.origin.id &&
  one.path === other.path &&
  one.closed === other.closed &&
  (one.prototype === true) === (other.prototype === true) &&
  (one.marks === true) === (other.marks === true);

const NONE: readonly Taint[] = [];

export function joinTaints(lists: readonly (readonly Taint[])[]): readonly Taint[] {
  let only: readonly Taint[] = NONE;
  let several = false;
  for (const list of lists) {
    if (list.length === 0) continue;
    if (only.length > 0) several = true;
    else only = list;
  }
  if (!several) return only;
  // A handful: looked for one by one, which makes no text of each.
  const found: Taint[] = [];
  for (const list of lists) {
    for (const taint of list) {
      const at = found.findIndex((other) => same(taint, other));
      if (at === -1) {
        if (found.length < MOST_TAINTS) found.push(taint);
      } else if (weaker(taint, found[at] as Taint)) found[at] = taint;
    }
  }
  return found;
}

/** Of two ways for one part of the input, the one about which less is known counts. */
const weaker = (taint: Taint, other: Taint): boolean =>
  (other.bounded === true && taint.bounded !== true) || (other.schema !== undefined && taint.schema === undefined && !taint.closed);

export function step(before: Step | undefined, file: string, at: Place, what: string): Step {
  if (before !== undefined && (before.length >= MOST_STEPS || (before.file === file && before.at === at && before.what === what)))
    return before;
  return { file, at, what, before, length: (before?.length ?? 0) + 1 };
}

/** The way, from the source on. */
export function stepsOf(last: Step | undefined): readonly Step[] {
  const steps: Step[] = [];
  for (let one = last; one !== undefined; one = one.before) steps.push(one);
  return steps.toReversed();
}

/** A part of the input, read by name or index. */
export function partOf(taint: Taint, name: string): Taint | undefined {
  if (taint.marks === true) return taint;
  const schema = fieldOf(taint.schema, name);
  if (schema === "absent") return undefined;
  const path = taint.path === "" ? name : name === "[]" ? `${taint.path}[]` : `${taint.path}.${name}`;
  // The names of a path are bounded, so that a walk over a list of lists ends.
  if (path.length > 160) return taint;
  return { ...taint, path, schema, closed: taint.closed || isClosed(schema) };
}

export const isClosed = (schema: Schema | undefined): boolean =>
  schema !== undefined && (schema.kind === "enum" || schema.kind === "boolean" || schema.kind === "null");

/** The same words in something else: a longer text, a parsed form. */
export const derive = (taints: readonly Taint[], file: string, at: Place, what: string): readonly Taint[] =>
  taints.map((taint) => ({ ...taint, schema: undefined, derived: true, step: step(taint.step, file, at, what) }));

export const passing = (taints: readonly Taint[], file: string, at: Place, what: string): readonly Taint[] =>
  taints.map((taint) => ({ ...taint, step: step(taint.step, file, at, what) }));
