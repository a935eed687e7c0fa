// The trail in Redis: one chain of hashes, whichever process appends to it. Redis cannot compute the hash, so that each
// process links behind the head that it has seen, and is told when another was first. Who may write the key can rebuild
// the chain: keep its head elsewhere (OPS-01).
import { SallyportError } from "../errors.ts";
import { type Clock } from "../ports/clock.ts";
import { randomId } from "../ports/ids.ts";
import type { KeptTrail, StoredEntry, TrailEntry, TrailVerdict } from "../ports/trail.ts";
import type { Redis } from "../redis/redis.ts";
import { APPEND, HEAD, LINKS } from "../redis/trail-scripts.ts";
import { Gathered } from "./gathered.ts";
import { EMPTY, type Link, linked, storedOf, verified } from "./trail-chain.ts";

export class RedisTrail implements KeptTrail {
  readonly #redis: Redis;
  readonly #clock: Clock | undefined;
  readonly #keys: readonly [string, string];
  readonly #appends = new Gathered<readonly TrailEntry[], undefined>((appended) => this.#appendAll(appended));

  /** `clock`: in place of the server's own, for tests. */
  constructor(redis: Redis, { clock }: { readonly clock?: Clock } = {}) {
    this.#redis = redis;
    this.#clock = clock;
    this.#keys = [`${redis.prefix}:{trail}`, `${redis.prefix}:{trail}:head`];
  }

  append(entries: readonly TrailEntry[]): Promise<void> {
    return this.#appends.ask(entries);
  }

  async list({ after = 0, limit }: { readonly limit: number; readonly after?: number }): Promise<readonly StoredEntry[]> {
    return (await this.#links(after, limit)).map(storedOf);
  }

  verify(head?: string): Promise<TrailVerdict> {
    return verified((after, limit) => this.#links(after, limit), head);
  }

  async #appendAll(appended: readonly (readonly TrailEntry[])[]): Promise<readonly undefined[]> {
    const entries = appended.flat();
    // Whenever it does not succeed another's has, so that of all that append together one goes on.
    while (entries.length > 0 && !(await this.#link(entries)));
    return appended.map(() => undefined);
  }

  async #link(entries: readonly TrailEntry[]): Promise<boolean> {
    const [seq, hash, serversMs] = (await this.#redis.run(HEAD, this.#keys, [])) as readonly [string, string, string];
    const links = linked(hash === "" ? EMPTY : { seq: Number(seq), hash }, entries, this.#clock?.now() ?? Number(serversMs));
    const args = links.flatMap((link) => [link.seq, link.atMs, link.entry, link.hash]);
    const appended = Number(await this.#redis.run(APPEND, this.#keys, [hash, randomId(), ...args]));
    if (appended >= 0) return appended === 1;
    throw new SallyportError("ERR_STORE_CORRUPT", "the trail has entries behind its head, or one of its keys was removed", {
      place: this.#keys[1],
      remedy: "Verify the trail against a head that was kept, find out who wrote to it, and rename both keys to begin anew.",
    });
  }

  async #links(after: number, limit: number): Promise<readonly Link[]> {
    const entries = await this.#redis.run(LINKS, this.#keys, [after, limit]);
    return (entries as readonly (readonly [string, readonly string[]])[]).map(linkOf);
  }
}

function linkOf([id, fields]: readonly [string, readonly string[]]): Link {
  const [seq = "", rest] = id.split("-");
  // Whoever writes to the stream may name fields as they like: what is not as it was appended is not whole.
  const [, atMs = "", , entry = "", , hash = ""] = fields;
  const isOurs = rest === "0" && /^\d+$/.test(atMs) && fields.length === 6;
  return { seq: Number(seq), atMs: isOurs ? Number(atMs) : Number.NaN, entry, hash };
}
