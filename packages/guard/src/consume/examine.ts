// Everything that is decided about a delivery before the store is asked. Each step takes what the one before it
// returned; a refusal is final and is never recorded under the claimed id (REP-14).
import { exceedsBounds } from "../contract/bounds.ts";
import type { ContractEvent } from "../contract/contract.ts";
import type { Attributes, TraceContext } from "../envelope/attributes.ts";
import { type Freshness, freshnessOf } from "../envelope/freshness.ts";
import type { KeyRing } from "../envelope/keys.ts";
import { parseEnvelope, type VerifiedEnvelope, verifyEnvelope } from "../envelope/open.ts";
import { digestOf, tuple } from "../envelope/signing-input.ts";
import type { ErrorCode } from "../errors.ts";
import type { Delivery } from "../ports/transport.ts";
import type { ConsumePolicy } from "./policy.ts";

export interface ReceivedEvent<Data = unknown> {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly destination: string;
  /** When it was signed, in milliseconds since 1970. */
  readonly timeMs: number;
  readonly data: Data;
  readonly actor: string;
  readonly origin: string;
  readonly tenant: string | undefined;
  readonly subject: string | undefined;
  readonly hop: number;
  readonly rootId: string;
  readonly causationId: string | undefined;
  readonly generation: number;
}

export interface Examined {
  readonly event: ReceivedEvent;
  /** Unsigned: for telemetry, and for nothing else. */
  readonly trace: TraceContext | undefined;
  readonly claimKey: string;
  /** Those of its earlier generations. */
  readonly earlierKeys: readonly string[];
  readonly digest: string;
  /** A function of time, since the claim may have to wait: what was fresh when it came may be forgotten by then (REP-08). */
  readonly freshnessAt: (nowMs: number) => Freshness;
}

export interface Refusal {
  readonly step: "parse" | "verify" | "type" | "schema" | "hops";
  readonly code: ErrorCode;
  /** Present when the message is authentic. */
  readonly envelope?: VerifiedEnvelope;
}

export interface Examiner {
  readonly group: string;
  readonly keys: KeyRing;
  readonly policy: ConsumePolicy;
  readonly retentionMs: number | undefined;
  readonly maxHops: number;
  /** What may arrive on each destination, by type. */
  readonly accepts: ReadonlyMap<string, ReadonlyMap<string, ContractEvent>>;
}

export type Examination = { readonly ok: true; readonly value: Examined } | { readonly ok: false; readonly refusal: Refusal };

export async function examine(delivery: Delivery, examiner: Examiner, nowMs: number): Promise<Examination> {
  const { policy } = examiner;
  const parsed = parseEnvelope(delivery.bytes, policy);
  if (!parsed.ok) return refused("parse", parsed.code);
  const verified = verifyEnvelope(parsed.value, delivery.destination, examiner.keys);
  if (!verified.ok) return refused("verify", verified.code);
  const envelope = verified.value;
  if (envelope.attributes.hop > examiner.maxHops) return refused("hops", "ERR_POLICY_HOPS", envelope);
  const event = examiner.accepts.get(delivery.destination)?.get(envelope.attributes.type);
  if (event === undefined) return refused("type", "ERR_POLICY_TYPE", envelope);
  const data = await validData(envelope.data, event);
  if (data === undefined) return refused("schema", "ERR_POLICY_SCHEMA", envelope);
  const takenAtMs = delivery.enqueuedAtMs ?? nowMs;
  // Where the broker does not vouch for its time, this consumer may keep it for what is left of `rememberMs`.
  const retentionMs = examiner.retentionMs ?? policy.rememberMs - policy.windowMs - 2 * policy.skewMs;
  const { signedAtMs, expiresAtMs } = envelope;
  const bounds = { windowMs: policy.windowMs, skewMs: policy.skewMs, retentionMs };
  const takenAt = (ms: number, atMs: number): Freshness => freshnessOf({ signedAtMs, expiresAtMs, takenAtMs: ms, nowMs: atMs }, bounds);
  const freshnessAt = (atMs: number): Freshness => {
    const freshness = takenAt(takenAtMs, atMs);
    // What would be fresh if it came now is, however long it has waited here while the claim store was down (ENV-40, REP-12).
    return freshness === "stale" && delivery.enqueuedAtMs === undefined ? takenAt(atMs, atMs) : freshness;
  };
  return {
    ok: true,
    value: {
      event: eventOf(envelope, data.value),
      trace: envelope.trace,
      claimKey: claimKeyOf(examiner.group, envelope.attributes),
      earlierKeys: earlierKeysOf(examiner.group, envelope.attributes),
      digest: claimDigestOf(envelope),
      freshnessAt,
    },
  };
}

/** REP-11, REP-14, REP-16. */
export function claimKeyOf(group: string, { source, destination, id, generation }: Attributes): string {
  return tuple(group, source, destination, id, generation);
}

function earlierKeysOf(group: string, attributes: Attributes): readonly string[] {
  const keys: string[] = [];
  for (let generation = 0; generation < attributes.generation; generation++) keys.push(claimKeyOf(group, { ...attributes, generation }));
  return keys;
}

/** What an event is, and stays when it is sent again under its id: that copy is signed anew, at another time and by a newer key (REP-14). */
export function claimDigestOf({ attributes, dataDigest }: VerifiedEnvelope): string {
  return digestOf(tuple(attributes.type, attributes.tenant, attributes.actor, attributes.subject, dataDigest));
}

async function validData(data: unknown, event: ContractEvent): Promise<{ readonly value: unknown } | undefined> {
  if (exceedsBounds(data, event.bounds) !== undefined) return undefined;
  try {
    const result = await event.schema["~standard"].validate(data);
    if (result.issues === undefined) return { value: result.value };
  } catch {
    // A validator that throws must not take the consumer with it.
  }
  return undefined;
}

function eventOf({ attributes, signedAtMs }: VerifiedEnvelope, data: unknown): ReceivedEvent {
  return {
    id: attributes.id,
    type: attributes.type,
    source: attributes.source,
    destination: attributes.destination,
    timeMs: signedAtMs,
    data,
    actor: attributes.actor,
    origin: attributes.origin,
    tenant: attributes.tenant,
    subject: attributes.subject,
    hop: attributes.hop,
    rootId: attributes.rootid,
    causationId: attributes.causationid,
    generation: attributes.generation,
  };
}

function refused(step: Refusal["step"], code: ErrorCode, envelope?: VerifiedEnvelope): Examination {
  return { ok: false, refusal: { step, code, ...(envelope !== undefined && { envelope }) } };
}
