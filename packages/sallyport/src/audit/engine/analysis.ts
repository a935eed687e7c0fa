// What the interpreter is given, and what it says of it.
import type { Resolver } from "../frontends/frontend.ts";
import type { Language, Module } from "../ir/ir.ts";
import type { ModelIndex } from "../models/load.ts";
import type { Configured } from "./configured.ts";
import type { Entry, Event } from "./events.ts";
import type { Limits } from "./limits.ts";

export interface Analysis {
  readonly events: readonly Event[];
  readonly entries: readonly Entry[];
  /** Entries that were too large to be followed to their end. */
  readonly bounded: readonly Entry[];
  readonly steps: number;
  /** What was called while an entry ran, as written: `limiter.take`. */
  readonly called: ReadonlyMap<Entry, ReadonlySet<string>>;
}

export interface Input {
  readonly language: Language;
  readonly modules: readonly Module[];
  readonly resolve: Resolver;
  readonly models: ModelIndex;
  /** What a house says of functions of its own. */
  readonly configured?: Configured | undefined;
  /** Of the whole program. */
  readonly lines?: number;
  readonly limits?: Limits;
}
