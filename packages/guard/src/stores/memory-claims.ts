// Claims in this process's memory: for tests, and for consumers whose effects may be repeated after a restart.
// Bounded: when there is no room it rejects, so that nothing is forgotten early (REP-08).
import { SallyportError } from "../errors.ts";
import type { ChangeOutcome, ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore } from "../ports/claim-store.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import { type NewId, randomId } from "../ports/ids.ts";
import { changeRecord, type ClaimRecord, claimRecord, isKnown, livesOn, supersededBy } from "./claim-record.ts";
import { runEffect } from "./effect.ts";

export interface MemoryClaimsOptions {
  readonly maxKeys?: number;
  readonly clock?: Clock;
  readonly newId?: NewId;
}

const DEFAULT_MAX_KEYS = 1_000_000;

export class MemoryClaims implements ClaimStore {
  readonly name = "memory";
  readonly persists = false;
  readonly #records = new Map<string, ClaimRecord>();
  /** No record expires before this. */
  #firstExpiryMs = Number.POSITIVE_INFINITY;
  readonly #maxKeys: number;
  readonly #clock: Clock;
  readonly #newId: NewId;

  constructor(options: MemoryClaimsOptions = {}) {
    this.#maxKeys = options.maxKeys ?? DEFAULT_MAX_KEYS;
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
  }

  get size(): number {
    return this.#records.size;
  }

  async claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    return requests.map((request) => this.#claimOne(request));
  }

  async change(changes: readonly ClaimChange[]): Promise<readonly ChangeOutcome[]> {
    return changes.map((change) => this.#changeOne(change));
  }

  #claimOne(request: ClaimRequest): ClaimOutcome {
    const nowMs = this.#clock.now();
    if (request.earlier?.some((key) => livesOn(this.#records.get(key), nowMs))) return { kind: "done" };
    const found = this.#records.get(request.key);
    const { outcome, record } = claimRecord(found, request, nowMs, this.#newId());
    if (record === undefined) return outcome;
    for (const key of outcome.kind === "granted" ? (request.earlier ?? []) : [])
      if (!isKnown(this.#records.get(key), nowMs)) this.#remember(key, supersededBy(record), nowMs);
    this.#remember(request.key, record, nowMs);
    return outcome;
  }

  #remember(key: string, record: ClaimRecord, nowMs: number): void {
    if (!this.#records.has(key)) this.#makeRoom(nowMs);
    // Deleted first, so that the map stays in order of last claim and the oldest are at its front.
    this.#records.delete(key);
    this.#records.set(key, record);
    this.#firstExpiryMs = Math.min(this.#firstExpiryMs, record.expiresAtMs);
  }

  #changeOne(change: ClaimChange): ChangeOutcome {
    const record = changeRecord(this.#records.get(change.key), change, this.#clock.now());
    if (record === undefined) return "lost";
    if (change.kind === "commit" && change.effect !== undefined) {
      try {
        runEffect(change.effect, undefined);
      } catch (effectFailed) {
        return { effectFailed };
      }
    }
    this.#records.set(change.key, record);
    return "changed";
  }

  #makeRoom(nowMs: number): void {
    for (const [key, record] of this.#records) {
      if (record.expiresAtMs > nowMs) break;
      this.#records.delete(key);
    }
    if (this.#records.size < this.#maxKeys) return;
    if (nowMs >= this.#firstExpiryMs) this.#removeExpired(nowMs);
    if (this.#records.size < this.#maxKeys) return;
    throw new SallyportError("ERR_STORE_FULL", `${this.#maxKeys} ids are remembered and none may be forgotten yet`, {
      remedy: "Consumption goes on when the oldest expire. Raise maxKeys or use a durable store.",
    });
  }

  /** Not all are remembered for equally long, so that what has expired may stand behind what has not. */
  #removeExpired(nowMs: number): void {
    this.#firstExpiryMs = Number.POSITIVE_INFINITY;
    for (const [key, { expiresAtMs }] of this.#records) {
      if (expiresAtMs <= nowMs) this.#records.delete(key);
      else this.#firstExpiryMs = Math.min(this.#firstExpiryMs, expiresAtMs);
    }
  }
}
