// `sallyport.audit.yaml` (or .json) at the audited root: what a house knows about its own code. It accepts single
// findings or rules with a reason, names its wrappers and allowlist functions, and says what is no product. It cannot
// switch the audit off: nothing in it matches everything, and whatever it accepts is shown in every report.
import { z } from "zod";
import { readDocument } from "./document.ts";
import type { Surface } from "./finding.ts";
import { FINGERPRINT_LENGTH } from "./fingerprint.ts";
import { matchesEverything, matchesGlob } from "./glob.ts";
import { SEVERITIES, SURFACES } from "./scale.ts";

/** In this order; two of them are a fault of whoever calls. */
export const CONFIGURATION_FILES = ["sallyport.audit.yaml", "sallyport.audit.yml", "sallyport.audit.json"] as const;

const words = z.string().trim().min(1, "must not be empty").max(2000);
const reason = words.min(10, "must say why, in at least ten characters");
const glob = words.max(1000).refine((pattern) => !matchesEverything(pattern), "must not match everything");
const argument = z.int().min(0).max(50);
const functionName = words.regex(/^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u, "must be a name, or names joined by dots");
const date = z.iso.date("must be a day, as 2027-01-31");

const accepted = z
  .strictObject({
    rule: words.optional(),
    fingerprint: z
      .string()
      .regex(new RegExp(`^[0-9a-f]{${FINGERPRINT_LENGTH}}$`), `must be ${FINGERPRINT_LENGTH} hexadecimal digits in quotes`)
      .optional(),
    path: glob.optional(),
    reason,
    until: date.optional(),
  })
  .refine(({ rule, fingerprint }) => (rule === undefined) !== (fingerprint === undefined), "must have either rule or fingerprint");

const wrapper = z
  .strictObject({ function: functionName, destination: argument.optional(), payload: argument.optional() })
  .refine(({ destination, payload }) => destination !== undefined || payload !== undefined, "must have destination, payload or both");

const configuration = z.strictObject({
  accept: z.array(accepted).default([]),
  severity: z.record(words, z.enum(SEVERITIES)).default({}),
  wrappers: z.array(wrapper).default([]),
  allowlists: z
    .array(z.strictObject({ function: functionName, argument: argument.default(0), refuses: z.enum(["throws", "returns-false"]) }))
    .default([]),
  surfaces: z.record(glob, z.enum(SURFACES)).default({}),
  exclude: z.array(z.strictObject({ path: glob, reason })).default([]),
});

export type Configuration = z.infer<typeof configuration> & {
  /** Where it was read, for notes. */
  readonly file: string;
};
export type AcceptedEntry = z.infer<typeof accepted>;

export const NO_CONFIGURATION: Configuration = { ...configuration.parse({}), file: CONFIGURATION_FILES[0] };

/** Throws a {@link SallyportError} with line and column. An empty file says nothing, which is allowed. */
export function readConfiguration(text: string, file: string, knownRules: ReadonlySet<string>): Configuration {
  const known = (rule: string | undefined): boolean => rule === undefined || knownRules.has(rule);
  const checked = configuration.superRefine(({ accept, severity }, context) => {
    for (const [index, { rule }] of accept.entries())
      if (!known(rule)) context.addIssue({ code: "custom", path: ["accept", index, "rule"], message: "is no rule; see sallyport rules" });
    for (const rule of Object.keys(severity))
      if (!known(rule)) context.addIssue({ code: "custom", path: ["severity", rule], message: "is no rule; see sallyport rules" });
  });
  return {
    ...readDocument(
      text,
      file,
      z.preprocess((given) => given ?? {}, checked),
    ),
    file,
  };
}

/** Why a file is left out; whoever leaves it out names it, with this, as not read. */
export const exclusionOf = (file: string, { exclude }: Configuration): string | undefined =>
  exclude.find(({ path }) => matchesGlob(path, file))?.reason;

/** The last that fits, as the last line of a file is what its author wrote last. */
export const configuredSurface = (file: string, { surfaces }: Configuration): Surface | undefined =>
  Object.entries(surfaces).findLast(([pattern]) => matchesGlob(pattern, file))?.[1];
