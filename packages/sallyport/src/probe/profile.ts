// What the probe is told of a target: how it is started, which broker it expects where, what an honest message is, and
// where what its consumer does can be seen. A YAML file or flags; everything but the command can be left out.
import { z } from "zod";
import { readDocument } from "../finding/document.ts";
import { BROKER_KINDS, type BrokerKind } from "./brokers/index.ts";

const words = z.string().min(1).max(10_000);
const command = z.array(z.string().max(10_000)).min(1).max(200);
const names = z.record(words, z.string().max(100_000));
const message = z.strictObject({ tool: words, arguments: z.record(z.string(), z.unknown()).default({}) });
const milliseconds = z.int().min(1).max(600_000);

const effects = z
  .strictObject({
    /** Relative to the target's folder. */
    file: words.optional(),
    command: command.optional(),
    /** Text of a line that says that a message was dealt with, or only begun with. */
    done: words.optional(),
    tried: words.optional(),
  })
  .refine(({ file, command: run }) => (file === undefined) !== (run === undefined), "must have either file or command");

const schema = z.strictObject({
  name: words.default("target"),
  server: z
    .strictObject({
      command: command.optional(),
      url: words.optional(),
      headers: names.default({}),
      env: names.default({}),
      era: z.enum(["auto", "legacy", "modern"]).default("auto"),
      /** Called whenever it was started, before anything else: what connects it to its broker. */
      begin: z.array(message).default([]),
    })
    .prefault({}),
  /** What consumes, where that is a process of its own. */
  worker: z.strictObject({ command, env: names.default({}) }).optional(),
  /** Run once, in the target's folder, when its broker answers. */
  prepare: z.array(command).default([]),
  /** Written into the target's folder. */
  files: names.default({}),
  broker: z
    .strictObject({
      kind: z.enum(BROKER_KINDS as [BrokerKind, ...BrokerKind[]]).default("none"),
      url: words.optional(),
      file: words.optional(),
      /** Made before the target is started, where the broker takes nothing for one that nobody has made. */
      destinations: z.array(words).max(100).default([]),
    })
    .prefault({}),
  messages: z
    .strictObject({
      honest: message,
      /** Its handling fails every time; the first time; ends the process; takes long. */
      fails: message.optional(),
      "fails-once": message.optional(),
      kills: message.optional(),
      slow: message.optional(),
      /** Its handling never ends: it waits for ever; it computes for ever. */
      hangs: message.optional(),
      spins: message.optional(),
    })
    .partial()
    .prefault({}),
  effects: effects.optional(),
  /** Where what the consumer has given up on can be seen: a line has its text, or its id. */
  deadLetters: effects.optional(),
  tools: z
    .strictObject({
      skip: z.array(words).default([]),
      /** Whose effect cannot be undone, where neither name nor annotation says so. */
      destructive: z.array(words).default([]),
      /** Honest arguments of tools, with `{canary}` where their text goes. */
      arguments: z.record(words, z.record(z.string(), z.unknown())).default({}),
    })
    .prefault({}),
  bounds: z
    .strictObject({
      startsWithinMs: milliseconds.default(15_000),
      answersWithinMs: milliseconds.default(10_000),
      /** How long something that should not happen is waited for. */
      watchMs: milliseconds.default(1500),
      /** How long something that should happen is waited for. */
      patienceMs: milliseconds.default(6000),
      flood: z.int().min(2).max(10_000).default(200),
      /** Attempts at one message that are still taken for bounded, and how long they may take together. */
      mostAttempts: z.int().min(1).max(1000).default(10),
      attemptsWithinMs: milliseconds.default(20_000),
      mostMegabytes: z.int().min(16).max(65_536).default(1024),
    })
    .prefault({}),
});

export type { BrokerKind };
export const BROKERS_KNOWN: readonly BrokerKind[] = BROKER_KINDS;

export type Profile = z.infer<typeof schema>;
export type Given = z.infer<typeof message>;
export type Effects = z.infer<typeof effects>;

/** Throws a {@link SallyportError} with line and column. */
export const readProfile = (text: string, file: string): Profile =>
  readDocument(text, file, z.preprocess((given) => given ?? {}, schema) as z.ZodType<Profile>);

export const defaultProfile = (): Profile => schema.parse({});

/**
 * Replaces `{name}` in every text, at any depth; a name that nobody knows stays as it is. Without recursion: what an attack
 * nests thousands of levels deep is filled in, too.
 */
export function filled<T>(given: T, known: Readonly<Record<string, string>>): T {
  const whole: unknown[] = [];
  const left: (readonly [into: object, name: PropertyKey, value: unknown])[] = [[whole, 0, given]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [into, name, value] = next;
    const made = typeof value === "string" ? filledText(value, known) : emptyLike(value);
    // Defined, not assigned: `__proto__` is a name like any other here.
    Object.defineProperty(into, name, { value: made, enumerable: true, configurable: true, writable: true });
    if (typeof value !== "object" || value === null) continue;
    const members = Object.entries(value).map(([inner, member]) => [made as object, inner, member as unknown] as const);
    left.push(...members.toReversed());
  }
  return whole[0] as T;
}

const filledText = (text: string, known: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{([a-z.]+)\}/g, (whole, name: string) => (Object.hasOwn(known, name) ? known[name]! : whole));

function emptyLike(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return typeof value === "object" && value !== null ? {} : value;
}
