// What a client carries between the round that asks a person and the round that publishes (PUB-09). Signed, bound
// to the principal and the exact data, short-lived, and used once: the protocol leaves the last to the server
// (MCP 2026-07-28, basic/patterns/mrtr, "requestState").
import type { KeyRing } from "../envelope/keys.ts";
import { digestOf, tuple } from "../envelope/signing-input.ts";
import type { Clock } from "../ports/clock.ts";
import type { NewId } from "../ports/ids.ts";
import type { LimitStore } from "../ports/limits.ts";
import { canonicalJson } from "./canonical.ts";

/** What is being approved: by whom it was asked, and for what. */
export interface Approvable {
  readonly type: string;
  readonly data: unknown;
  readonly principal: { readonly id: string; readonly tenant?: string };
}

const TTL_MS = 600_000;
const STATE = /^([A-Za-z0-9-]{1,64})~(\d{1,15})~([A-Za-z0-9._-]{1,200})~([A-Za-z0-9_-]{1,100})$/;

export class ApprovalStates {
  readonly #issuer: string;
  readonly #keys: KeyRing;
  readonly #limits: LimitStore;
  readonly #clock: Clock;
  readonly #newId: NewId;

  constructor(parts: {
    readonly issuer: string;
    readonly keys: KeyRing;
    readonly limits: LimitStore;
    readonly clock: Clock;
    readonly newId: NewId;
  }) {
    this.#issuer = parts.issuer;
    this.#keys = parts.keys;
    this.#limits = parts.limits;
    this.#clock = parts.clock;
    this.#newId = parts.newId;
  }

  mint(what: Approvable): string {
    const nowMs = this.#clock.now();
    const key = this.#keys.signingKey(this.#issuer, nowMs);
    const nonce = this.#newId();
    const untilMs = nowMs + TTL_MS;
    return [nonce, untilMs, key.id, key.sign(this.#input(what, nonce, untilMs))].join("~");
  }

  /** True once for a state that was minted for exactly this, by this principal, not long ago. */
  async redeem(state: string, what: Approvable): Promise<boolean> {
    const [, nonce = "", until = "", keyId = "", signature = ""] = STATE.exec(state) ?? [];
    const key = this.#keys.get(keyId);
    const untilMs = Number(until);
    if (key === undefined || key.issuer !== this.#issuer || !key.verify(this.#input(what, nonce, untilMs), signature)) return false;
    const nowMs = this.#clock.now();
    if (untilMs <= nowMs || !key.mayBeUsedAt(nowMs)) return false;
    const used = await this.#limits.spend([{ key: tuple("approval", this.#issuer, nonce), limit: 1, windowMs: 2 * TTL_MS }]);
    return used === undefined;
  }

  #input({ type, data, principal }: Approvable, nonce: string, untilMs: number): string {
    return tuple("sallyport/approval/1", this.#issuer, principal.id, principal.tenant, type, digestOf(canonicalJson(data)), nonce, untilMs);
  }
}
