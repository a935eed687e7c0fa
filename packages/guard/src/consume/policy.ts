// How long, how often, how many: one record, checked as a whole at start.
import { wholeNumber } from "../contract/whole-number.ts";
import type { ContractEvent } from "../contract/contract.ts";
import { SallyportError } from "../errors.ts";
import type { Capabilities } from "../ports/transport.ts";

export interface ConsumePolicy {
  /** Greatest age of a message seen for the first time. Default five minutes. */
  readonly windowMs: number;
  /** Clock difference allowed, both ways. Default one minute. */
  readonly skewMs: number;
  /** How long ids are remembered. Default: as long as a copy could be accepted. */
  readonly rememberMs: number;
  /** A worker not heard of for this long loses its claim. Default 30 s. */
  readonly leaseMs: number;
  /** A handler's time. Default 20 s. */
  readonly deadlineMs: number;
  /** Failed attempts before the dead letter. Default 5. */
  readonly maxFailures: number;
  /** Attempts that ended with the process before the dead letter. Default 3. */
  readonly maxCrashes: number;
  /** First retry delay; doubles each time. Default 1 s. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  /** Messages in work at once, of each destination. Default 16. */
  readonly concurrency: number;
  /** Of one whole envelope. Default 256 KiB. */
  readonly maxBytes: number;
  readonly maxDepth: number;
}

const DEFAULTS: Omit<ConsumePolicy, "rememberMs"> = {
  windowMs: 300_000,
  skewMs: 60_000,
  leaseMs: 30_000,
  deadlineMs: 20_000,
  maxFailures: 5,
  maxCrashes: 3,
  retryMs: 1000,
  maxRetryMs: 300_000,
  concurrency: 16,
  maxBytes: 256 * 1024,
  maxDepth: 32,
};

export function resolvePolicy(given: Partial<ConsumePolicy>, capabilities: Capabilities): ConsumePolicy {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name) && name !== "rememberMs") {
      throw new SallyportError("ERR_CONFIG_UNKNOWN_KEY", `unknown key "${name}"`, {
        place: "policy",
        remedy: `Known keys: ${Object.keys(DEFAULTS).join(", ")}, rememberMs.`,
      });
    }
    wholeNumber(`policy.${name}`, value, 1);
  }
  const policy = { ...DEFAULTS, ...given };
  if (keepsForEver(capabilities) && given.rememberMs === undefined) {
    throw new SallyportError(
      "ERR_CONFIG_RETENTION_SHORT",
      "the broker may keep a message for ever, and no id can be remembered for so long",
      {
        place: "policy.rememberMs",
        remedy: "Give one: the longer it is, the older a backlog may be when it is handled (REP-08).",
      },
    );
  }
  const acceptableMs = acceptableFor(policy, capabilities);
  const rememberMs = given.rememberMs ?? acceptableMs;
  if (rememberMs < acceptableMs) {
    throw new SallyportError(
      "ERR_CONFIG_RETENTION_SHORT",
      `ids are remembered for ${rememberMs} ms, but a copy could be accepted for ${acceptableMs} ms`,
      {
        place: "policy.rememberMs",
        remedy: "Raise rememberMs, or leave it out; or shorten windowMs or the broker's retention (REP-08).",
      },
    );
  }
  if (policy.leaseMs > rememberMs) {
    throw new SallyportError("ERR_CONFIG_INVALID", "a claim would be forgotten before its lease ends", {
      place: "policy.leaseMs",
      remedy: "Keep it below rememberMs.",
    });
  }
  return { ...policy, rememberMs };
}

const keepsForEver = ({ vouchesEnqueueTime, retentionMs }: Capabilities): boolean => vouchesEnqueueTime && retentionMs === undefined;

/**
 * How long after the broker took it a message may be seen for the first time; `undefined` where the broker's time
 * counts for nothing. Where it keeps messages for ever, what is left of `rememberMs` is the bound.
 */
export function retentionOf(policy: ConsumePolicy, capabilities: Capabilities): number | undefined {
  return keepsForEver(capabilities) ? policy.rememberMs - acceptableFor(policy, capabilities) : vouchedRetention(capabilities);
}

const vouchedRetention = ({ vouchesEnqueueTime, retentionMs }: Capabilities): number | undefined =>
  vouchesEnqueueTime ? retentionMs : undefined;

/** From its claim on, for how long could another copy of a message pass the freshness step? */
function acceptableFor(policy: Omit<ConsumePolicy, "rememberMs">, capabilities: Capabilities): number {
  return policy.windowMs + 2 * policy.skewMs + (vouchedRetention(capabilities) ?? 0) + policy.maxRetryMs;
}

/** More than all attributes and the signature of an envelope take. */
const ATTRIBUTES_BYTES = 8 * 1024;

/**
 * What the contract lets through must not be refused for its size here: it would be published and dead-lettered.
 * @throws {SallyportError} `ERR_CONFIG_INVALID`.
 */
export function refuseTooSmall(policy: ConsumePolicy, events: Iterable<ContractEvent>): void {
  for (const { type, bounds } of events) {
    const needed = { maxBytes: bounds.maxBytes + ATTRIBUTES_BYTES, maxDepth: bounds.maxDepth + 1 };
    for (const name of ["maxBytes", "maxDepth"] as const) {
      if (policy[name] >= needed[name]) continue;
      throw new SallyportError("ERR_CONFIG_INVALID", `messages that the contract allows for "${type}" would be refused here`, {
        place: `policy.${name}`,
        remedy: `Raise it to ${needed[name]}, or lower events["${type}"].bounds.${name}.`,
      });
    }
  }
}
