// What the engine saw happen, for rules to judge. Nothing here says whether it is a fault.
import type { Place } from "../ir/ir.ts";
import type { Act, Consumes } from "../models/model.ts";
import type { Facts } from "./facts.ts";
import type { Schema } from "./schema.ts";
import type { Origin, Step, Taint } from "./taint.ts";
import type { Closure, Value } from "./value.ts";

/** Who runs when something happens. */
export type Entry = ToolEntry | ConsumerEntry | OtherEntry;

interface EntryBase {
  readonly id: number;
  readonly name: string;
  /** Where it is registered. */
  readonly file: string;
  readonly at: Place;
}

export interface ToolEntry extends EntryBase {
  readonly kind: "tool";
  readonly origin: Origin;
  readonly schema: Schema | undefined;
  readonly validated: boolean;
  /** The low-level handler of all tools of a server. */
  readonly all: boolean;
  readonly handler: Closure | undefined;
}

export interface ConsumerEntry extends EntryBase {
  readonly kind: "consumer";
  readonly origin: Origin;
  readonly consumes: Consumes;
  readonly broker: string;
  readonly handler: Closure | undefined;
  readonly destination: Value | undefined;
  /** Options given at registration. */
  readonly options: { readonly deadLetter: boolean; readonly bounded: boolean };
  /** Messages are fetched in a loop of the program's own, not handed to a function. */
  readonly pulled: boolean;
  /** Who runs that loop. */
  readonly within?: Entry;
}

/** Start of the program, and functions that nothing was seen to call. */
export interface OtherEntry extends EntryBase {
  readonly kind: "start" | "uncalled";
}

/** One place in a call. */
export interface Frame {
  readonly file: string;
  readonly at: Place;
  /** The function that holds it. */
  readonly within: string;
}

export interface Happened {
  readonly entry: Entry;
  /** Where; the innermost frame is last and is this place itself. */
  readonly file: string;
  readonly at: Place;
  readonly stack: readonly Frame[];
  readonly facts: Facts;
  /** What surrounds it, outermost first, in the functions that are running. */
  readonly around: readonly Around[];
  /** In which order. */
  readonly turn: number;
}

export type Around =
  | {
      readonly kind: "try";
      readonly id: number;
      readonly part: "body" | "catch" | "finally";
      readonly catches: boolean;
      readonly caughtAt?: Place | undefined;
    }
  | { readonly kind: "branch"; readonly id: number; readonly side: number; readonly test: Value }
  | { readonly kind: "loop"; readonly id: number; readonly endless: boolean }
  | { readonly kind: "callback"; readonly id: number; readonly of: "timer" | "library"; readonly name: string }
  | { readonly kind: "call"; readonly id: number; readonly name: string };

export type Event = Happened &
  (
    | {
        readonly kind: "act";
        readonly act: Act;
        readonly broker: string;
        readonly model: string;
        /** The call as written: `producer.send`. */
        readonly call: string;
        /** Values at the act's paths, by the act's own property names; missing where not given. */
        readonly at_: ReadonlyMap<string, Value>;
        readonly awaited: boolean;
        /** What it gives is dropped. */
        readonly unused?: boolean;
        /** The receiver's type was not known; it was recognised by its shape. */
        readonly guessed: boolean;
        readonly result: Value;
      }
    | { readonly kind: "return"; readonly value: Value }
    | { readonly kind: "throw"; readonly value: Value; readonly caught: boolean }
    /** Failures of a promise are taken up: `handle(message).catch(f)`. */
    | { readonly kind: "caught" }
    /**
     * Go: an error is there, and what follows in this branch is done about it. `leaves`: the branch does not fall out at its
     * end. `dropped`: nothing is, since nobody looks at what the call gives: that call, or the library's at this place.
     */
    | { readonly kind: "failed"; readonly leaves: boolean; readonly dropped?: number | "here" }
    /** The program ends, or the handler does without an answer. */
    | { readonly kind: "exit" }
    /** Of a collection of the program's own: is a member there (`whether`) or what is under it (`what`), or is one put in or taken out? */
    | {
        readonly kind: "remember";
        readonly collection: Value;
        readonly what: Value;
        readonly forgets: boolean;
        readonly asks?: "whether" | "what";
      }
    | { readonly kind: "timer"; readonly delay: Value | undefined }
    | { readonly kind: "parse"; readonly input: Value }
    /** Something unknown is called with what came from outside. */
    | { readonly kind: "call"; readonly name: string; readonly given: Value; readonly awaited: boolean }
    /** A function is called that a word from outside has chosen. */
    | { readonly kind: "dispatch"; readonly name: string; readonly by: readonly Taint[] }
    | { readonly kind: "evaluate"; readonly code: Value }
    /** A consumer handles messages only up to a size that someone set. */
    | { readonly kind: "compare"; readonly what: Value }
  );

export type EventOf<K extends Event["kind"]> = Extract<Event, { kind: K }>;

export type { Step };
