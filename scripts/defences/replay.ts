// Attack 3: replay of consumed events.
import { guard, removal, type Removal } from "./removal.ts";

const RECORD = "stores/claim-record.ts";
const FRESHNESS = "envelope/freshness.ts";

export const REPLAY: readonly Removal[] = [
  removal(
    "REP-01",
    "a committed event is granted again",
    guard(RECORD, 'if (found.state === "committed") return { outcome: { kind: "done" }, record: { ...found, expiresAtMs } };', ""),
  ),
  removal(
    "REP-01",
    "each delivery is an event of its own",
    guard(
      "consume/examine.ts",
      "claimKey: claimKeyOf(examiner.group, envelope.attributes),",
      "claimKey: claimKeyOf(examiner.group, envelope.attributes) + delivery.brokerId,",
    ),
  ),
  removal(
    "REP-02",
    "any age is fresh",
    guard(FRESHNESS, "return times.takenAtMs - times.signedAtMs <= policy.windowMs ?", "return times.takenAtMs >= 0 ?"),
  ),
  removal(
    "REP-02",
    "a stale message is retried",
    guard(
      "consume/consumer.ts",
      'return settlement.die(delivery, { ...apart(), code, step: "freshness" });',
      "return void code, settlement.later(delivery, this.policy.leaseMs);",
    ),
  ),
  removal("REP-02", "the claim store takes what is stale", guard(RECORD, 'if (request.stale) return { outcome: { kind: "stale" } };', "")),
  removal(
    "REP-03",
    "a time that is none is NaN, and compares false",
    guard("envelope/time.ts", "if (match === null) return undefined;", "if (match === null) return Date.parse(text);"),
  ),
  removal(
    "REP-03",
    "an age that is NaN is fresh",
    guard(
      FRESHNESS,
      'times.takenAtMs - times.signedAtMs <= policy.windowMs ? "fresh" : "stale"',
      'times.takenAtMs - times.signedAtMs > policy.windowMs ? "stale" : "fresh"',
    ),
  ),
  removal("REP-04", "a message from the future is fresh", guard(FRESHNESS, 'return "future"; // ENV-41', 'void "future"; // ENV-41')),
  removal(
    "REP-04",
    "a broker whose clock is ahead makes the future fresh",
    guard(FRESHNESS, " || times.signedAtMs > times.nowMs + policy.skewMs) return", ") return"),
  ),
  removal(
    "REP-05",
    "nobody looks at the signature",
    guard("envelope/open.ts", "if (!key.verify(input, parsed.signature))", "if (!key.verify(input, parsed.signature) && false)"),
  ),
  removal(
    "REP-05",
    "an old payload gets a new id and time",
    guard(
      "envelope/signing-input.ts",
      "  for (const { name, fieldOf } of FIELDS) {\n",
      '  for (const { name, fieldOf } of FIELDS) {\n    if (name === "id" || name === "time") continue;\n',
    ),
  ),
  removal(
    "REP-05",
    "the data can be changed",
    guard("envelope/signing-input.ts", "return input + netstring(dataDigest);", "return input + netstring(dataDigest.slice(64));"),
  ),
  removal(
    "REP-05",
    "a key signs for other issuers than its own",
    guard("envelope/open.ts", "if (key.issuer !== attributes.source)", "if (key.issuer === undefined)"),
  ),
  removal(
    "REP-05",
    "a key that has been replaced is good for ever",
    guard("envelope/keys.ts", "timeMs >= notBefore && timeMs <= notAfter", "timeMs >= notBefore || timeMs <= notAfter || true"),
  ),
  removal(
    "REP-06",
    "an event is done as soon as it is claimed",
    guard(RECORD, 'const lease = { token, state: "held",', 'const lease = { token, state: "committed",'),
    guard(RECORD, 'return found.state === "held" ||', 'return found.state === "held" || found.state === "committed" ||'),
  ),
  removal(
    "REP-06",
    "a claim that failed is done",
    guard(RECORD, 'state: "free", finished: found.finished + 1 };', 'state: "committed", finished: found.finished + 1 };'),
  ),
  removal(
    "REP-06",
    "a claim whose worker died is held for ever",
    guard(RECORD, "if (found.untilMs > nowMs) return", 'if (found.untilMs > nowMs || found.state === "held") return'),
  ),
  removal(
    "REP-07",
    "many look, and then all add",
    guard(
      "stores/memory-claims.ts",
      "return requests.map((request) => this.#claimOne(request));",
      "const seen = requests.map(({ key }) => this.#records.get(key));\n    await Promise.resolve();\n    return requests.map((request, index) => this.#claimOne(request, seen[index]));",
    ),
    guard(
      "stores/memory-claims.ts",
      "#claimOne(request: ClaimRequest): ClaimOutcome {",
      "#claimOne(request: ClaimRequest, found: ClaimRecord | undefined): ClaimOutcome {",
    ),
    guard("stores/memory-claims.ts", "    const found = this.#records.get(request.key);\n", ""),
  ),
  removal(
    "REP-07",
    "of two processes each writes its claim over the other's",
    guard("stores/sqlite-claims.ts", "claimRecord(rows.get(key), request, nowMs, token)", "claimRecord(undefined, request, nowMs, token)"),
  ),
  removal(
    "REP-08",
    "where there is no room an id is forgotten before its time",
    guard(
      "stores/memory-claims.ts",
      "    if (nowMs >= this.#firstExpiryMs) this.#removeExpired(nowMs);\n",
      '    return void this.#records.delete([...this.#records.keys()][0] ?? "");\n',
    ),
  ),
  removal(
    "REP-08",
    "nothing is ever forgotten",
    guard("stores/memory-claims.ts", "if (record.expiresAtMs > nowMs) break;", "if (record.expiresAtMs > 0) break;"),
    guard("stores/memory-claims.ts", "if (nowMs >= this.#firstExpiryMs) this", "if (false) this"),
  ),
  removal(
    "REP-08",
    "the durable store forgets more slowly than it is asked to remember",
    guard("stores/sqlite-claims.ts", "requests.length + FORGET_MORE", "FORGET_MORE"),
  ),
  removal(
    "REP-08",
    "a group that is gone keeps its messages for ever",
    guard("adapters/sqlite-expiry.ts", "nowMs - this.#keeping.forgetGroupsMs", "nowMs * 0"),
  ),
  removal(
    "REP-08",
    "a policy may forget ids before a copy is too old",
    guard("consume/policy.ts", "if (rememberMs < acceptableMs) {", "if (false) {"),
  ),
  removal("REP-09", "age is measured to now", guard("consume/examine.ts", "delivery.enqueuedAtMs ?? nowMs", "nowMs")),
  removal(
    "REP-10",
    "ids are remembered for as long as the process lives",
    guard("stores/sqlite-claims.ts", "CREATE TABLE IF NOT EXISTS sallyport_claims (", "CREATE TEMP TABLE IF NOT EXISTS sallyport_claims ("),
    guard(
      "stores/sqlite-claims.ts",
      "CREATE INDEX IF NOT EXISTS sallyport_claims_slot",
      "CREATE INDEX IF NOT EXISTS temp.sallyport_claims_slot",
    ),
    guard(
      "stores/sqlite-claims.ts",
      "CREATE INDEX IF NOT EXISTS sallyport_claims_expiry",
      "CREATE INDEX IF NOT EXISTS temp.sallyport_claims_expiry",
    ),
  ),
  removal(
    "REP-11",
    "what one group has seen no other group sees",
    guard("consume/examine.ts", "return tuple(group, source,", "return tuple(source,"),
  ),
  removal(
    "REP-12",
    "while the store is down, messages are handled without a claim",
    guard(
      "consume/consumer.ts",
      "this.#options.claims.claim(examined.map(({ value }) => this.#claimOf(value))));",
      'this.#options.claims.claim(examined.map(({ value }) => this.#claimOf(value))).catch(() => examined.map(() => ({ kind: "granted", token: "", attempt: 1, failures: 0 }) as const)));',
    ),
  ),
  removal(
    "REP-12",
    "after one failure nobody asks again",
    guard("consume/hold.ts", "if (!(await this.#wait(waitMs))) return STOPPED;", "return void waitMs, STOPPED;"),
  ),
  removal(
    "REP-13",
    "the effect is kept where the claim is lost",
    guard(
      "stores/sqlite-claims.ts",
      '    if (record === undefined) return "lost";\n',
      '    if (record === undefined && change.kind === "commit" && change.effect) applyEffect(open, change.effect);\n    if (record === undefined) return "lost";\n',
    ),
  ),
  removal(
    "REP-13",
    "an effect goes on when its claim is committed",
    guard("stores/effect.ts", "  throw new TypeError(", "  void new TypeError("),
  ),
  removal(
    "REP-13",
    "an effect may end the transaction that it runs in, and hold up all others",
    guard("stores/sqlite-claims.ts", "if (error instanceof TransactionEnded) return", "if (false) return"),
  ),
  removal(
    "REP-13",
    "the claim is committed though its effect failed",
    guard("stores/sqlite-claims.ts", "if (failed !== undefined) return failed;", "void failed;"),
  ),
  removal(
    "REP-14",
    "an id is recorded before its signature is checked",
    guard(
      "consume/consumer.ts",
      "      else settling.push(this.#settlement.refuse(delivery, result.refusal));\n",
      `      else {
        const { claimKeyOf } = await import("./examine.ts");
        const { parseEnvelope } = await import("../envelope/open.ts");
        const parsed = parseEnvelope(delivery.bytes, this.policy);
        if (parsed.ok) {
          const key = claimKeyOf(this.#options.group, parsed.value as never);
          const [claimed] = await this.#options.claims.claim([{ ...this.policy, key, digest: parsed.value.dataDigest, stale: false }]);
          if (claimed?.kind === "granted") await this.#options.claims.change([{ kind: "commit", key, token: claimed.token }]);
        }
        settling.push(this.#settlement.refuse(delivery, result.refusal));
      }\n`,
    ),
  ),
  removal(
    "REP-14",
    "other bytes under a known id are a duplicate",
    guard(RECORD, 'if (found.digest !== request.digest) return { outcome: { kind: "conflict" } };', ""),
  ),
  removal(
    "REP-14",
    "issuers and destinations share their ids",
    guard("consume/examine.ts", "tuple(group, source, destination, id,", "tuple(group, id,"),
  ),
  removal(
    "REP-14",
    "another type, tenant, actor or key under a known id is a duplicate",
    guard(
      "consume/examine.ts",
      "digestOf(tuple(attributes.type, attributes.tenant, attributes.actor, attributes.subject, dataDigest))",
      "digestOf(dataDigest)",
    ),
  ),
  removal(
    "REP-15",
    "whoever had the claim may change it",
    guard(RECORD, " || found.token !== change.token) return false;", ") return false;"),
  ),
  removal("REP-15", "a handler that lost its claim goes on", guard("consume/handle.ts", "if (!over) onLost();", "void onLost;")),
  removal("REP-16", "deduplication swallows a redrive", guard("consume/examine.ts", "destination, id, generation);", "destination, id);")),
  removal(
    "REP-16",
    "a group that handled the event handles its redrive",
    guard("consume/consumer.ts", ", ...(earlier.length > 0 && { earlier }) };", ", ...(earlier.length < 0 && { earlier }) };"),
  ),
  removal(
    "REP-16",
    "a claim store grants a redrive of what is done",
    guard(RECORD, 'earlier.state !== "dead" &&', 'earlier.state === "free" &&'),
  ),
  removal(
    "REP-16",
    "the store in memory does not look at earlier generations",
    guard("stores/memory-claims.ts", "if (request.earlier?.some(", "if ([].some("),
  ),
  removal(
    "REP-16",
    "the durable store does not look at earlier generations",
    guard("stores/sqlite-claims.ts", "if (earlier.some(", "if ([].some("),
  ),
  removal(
    "REP-16",
    "an event that comes after its redrive is handled as well",
    guard(RECORD, 'return { ...granted, state: "dead",', 'return { ...granted, state: "free",'),
  ),
  removal(
    "REP-16",
    "a redrive is the same generation again",
    guard("consume/redrive.ts", "generation: attributes.generation + 1,", "generation: attributes.generation,"),
  ),
  removal(
    "REP-16",
    "an event goes round for ever",
    guard("consume/redrive.ts", "if (attributes.generation >= Math.min(", "if (attributes.generation >= 1e9 + Math.min("),
  ),
];
