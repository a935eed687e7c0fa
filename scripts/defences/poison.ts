// Attack 4: poison messages.
import { guard, removal, type Removal, server } from "./removal.ts";

const RECORD = "stores/claim-record.ts";
const SETTLEMENT = "consume/settlement.ts";
const CONSUMER = "consume/consumer.ts";

export const POISON: readonly Removal[] = [
  removal(
    "PSN-01",
    "a message that always fails is tried for ever",
    guard(SETTLEMENT, "if (work.failures + 1 >= policy.maxFailures) return this.condemn(work, code);", ""),
    guard(RECORD, 'if (found.finished >= request.maxFailures) return "failures";', ""),
  ),
  removal(
    "PSN-01",
    "retries take all the room from what was never tried",
    guard("adapters/sqlite-log.ts", "const RETRY_SHARE = 16;", "const RETRY_SHARE = 1;"),
  ),
  removal(
    "PSN-02",
    "failures are not counted in the claim",
    guard(RECORD, 'state: "free", finished: found.finished + 1 };', 'state: "free" };'),
  ),
  removal(
    "PSN-02",
    "the message's own words count its attempts",
    guard(
      SETTLEMENT,
      "if (work.failures + 1 >= policy.maxFailures)",
      "if (Number((work.examined.event.data as any)?.attempts ?? -999) >= policy.maxFailures)",
    ),
    guard(RECORD, 'if (found.finished >= request.maxFailures) return "failures";', ""),
  ),
  removal(
    "PSN-03",
    "a delay is waited for with the message in hand",
    guard(
      SETTLEMENT,
      "() => work.delivery.retryAfter(afterMs));",
      "() => new Promise<void>((resolve) => this.#parts.clock.after(afterMs, resolve)).then(() => work.delivery.retryAfter(0)));",
    ),
  ),
  removal(
    "PSN-03",
    "a delayed message comes back at once",
    guard("adapters/memory.ts", "giveBack(pending, this.#clock.now() + delayMs);", "giveBack(pending, delayMs * 0);"),
  ),
  removal(
    "PSN-04",
    "any number of bytes is parsed",
    guard("envelope/open.ts", "if (received.byteLength > bounds.maxBytes)", "if (received.byteLength > 1e12)"),
  ),
  removal("PSN-04", "any depth is parsed", guard("envelope/json-scan.ts", "if (++depth > maxDepth) return undefined;", "++depth;")),
  removal(
    "PSN-04",
    "a doubled key is read by one and overlooked by another",
    guard("envelope/open.ts", "if (raw === undefined || countMembers(raw) !== scan.members)", "if (raw === undefined)"),
  ),
  removal(
    "PSN-04",
    "bytes that are no message are delivered for ever",
    guard(
      CONSUMER,
      "settling.push(this.#settlement.refuse(delivery, result.refusal));",
      "settling.push(this.#settlement.later(delivery, this.policy.retryMs));",
    ),
  ),
  removal(
    "PSN-05",
    "a handler may take for ever",
    guard(
      "consume/handle.ts",
      'clock.after(policy.deadlineMs, () => endWith({ kind: "deadline" }));',
      "clock.after(policy.deadlineMs, () => undefined);",
    ),
  ),
  removal("PSN-05", "a handler is not told to stop", guard("consume/handle.ts", "    signal.abort(handled.kind);\n", "    void signal;\n")),
  removal(
    "PSN-06",
    "a thread that does not yield is left running",
    guard(
      "isolation/thread.ts",
      "cancelGrace = this.#options.clock.after(this.#options.terminateAfterMs, () => this.#terminate(event.type));",
      "void this.#terminate;",
    ),
  ),
  removal(
    "PSN-06",
    "a spinning thread is never replaced",
    guard("isolation/pool.ts", "        this.#counted.delete(thread);\n        this.#grow();\n", "        this.#grow();\n"),
  ),
  removal(
    "PSN-07",
    "an attempt counts only when it has ended",
    guard(RECORD, "record: { ...found, ...lease, started } };", "record: { ...found, ...lease } };"),
  ),
  removal(
    "PSN-07",
    "a message may end any number of processes",
    guard(RECORD, 'if (found.started - found.finished >= request.maxCrashes) return "crashes";', ""),
  ),
  removal(
    "PSN-07",
    "what may have killed a process is handled beside others",
    guard(CONSUMER, "return mostAtOnce > 1 &&", "return mostAtOnce < 1 &&"),
  ),
  removal(
    "PSN-08",
    "a network that is down is the message's fault",
    guard(
      "consume/outcome.ts",
      "return UNREACHABLE.has(code) ? unavailable() : retry();",
      "return UNREACHABLE.has(code) ? retry() : retry();",
    ),
  ),
  removal(
    "PSN-08",
    "what was given back counts as an attempt",
    guard(RECORD, "started: Math.max(found.finished, found.started - 1) };", "finished: found.finished + 1 };"),
  ),
  removal(
    "PSN-08",
    "consumption goes on while what handlers need is down",
    guard("consume/hold.ts", '    this.#pause(reason, "ERR_HANDLER_FAILED");\n', ""),
  ),
  removal(
    "PSN-09",
    "a consumer does not ask for order",
    guard(CONSUMER, '(event) => event.ordering === "key") ? "key" : "none";', '(event) => event.ordering === "key") ? "none" : "none";'),
  ),
  removal(
    "PSN-09",
    "later messages of a key pass the one that is retried",
    guard("adapters/sqlite-log.ts", 'options.ordering === "key" ? FIRST_OF_KEY : ""', '""'),
    guard("adapters/sqlite-log.ts", 'const due = ordering === "key" ? BEHIND : 0;', "const due = 0;"),
  ),
  removal(
    "PSN-09",
    "in memory, later messages of a key pass the one that is retried",
    guard("adapters/memory-group.ts", "this.#ordered && pending.earlier !== undefined ?", "false ?"),
  ),
  removal(
    "PSN-09",
    "what is behind a key's message stays there when that one is settled",
    guard("adapters/sqlite-log.ts", "if (key !== null) next.run(id, key);", "void next;"),
  ),
  removal(
    "PSN-10",
    "a letter is sent on unverified",
    guard(
      "consume/redrive.ts",
      "if (!verified.ok) throw refusal(letter, verified.code);",
      "const envelope = (verified.ok ? verified.value : parsed.value) as VerifiedEnvelope;",
    ),
    guard("consume/redrive.ts", "const { attributes, data } = verified.value;", "const { attributes, data } = envelope;"),
    guard("consume/redrive.ts", "return { envelope: verified.value, event };", "return { envelope, event };"),
  ),
  removal(
    "PSN-10",
    "a letter is sent wherever it was found",
    guard(
      "consume/redrive.ts",
      "if (resolveDestination(event.destination, attributes.tenant) !== letter.destination)",
      "if (letter.destination === undefined)",
    ),
  ),
  removal(
    "PSN-10",
    "what died of a conflict, or was moved, goes round again",
    guard("consume/redrive.ts", "if (NEVER.has(letter.code)) throw", "if (false) throw"),
  ),
  removal("PSN-10", "a letter's bytes reach the operator's terminal as they are", {
    file: "packages/sallyport/src/cli/dead.ts",
    find: "escaped(new TextDecoder().decode(letter.bytes))",
    put: "new TextDecoder().decode(letter.bytes)",
  }),
  removal(
    "PSN-11",
    "a message is acknowledged before it is handled",
    guard(CONSUMER, '      case "granted": {\n', '      case "granted": {\n        await delivery.ack();\n'),
  ),
  removal(
    "PSN-11",
    "a message is acknowledged before its claim is committed",
    guard(
      SETTLEMENT,
      '    const outcome = await this.#change({ kind: "commit",',
      '    await work.delivery.ack();\n    const outcome = await this.#change({ kind: "commit",',
    ),
  ),
  removal(
    "PSN-11",
    "a transport that acknowledges by itself is taken",
    guard(CONSUMER, "if (transport.capabilities.acknowledges) return;", "return;"),
  ),
  removal("PSN-12", "a drain does not wait for what is in work", guard(CONSUMER, "    await Promise.allSettled(this.#inWork);\n", "")),
  removal(
    "PSN-12",
    "what a drain cuts off has failed",
    guard(CONSUMER, "return settlement.giveBack(work, 0);", 'return settlement.fail(work, "ERR_HANDLER_FAILED", 0);'),
  ),
  removal(
    "PSN-12",
    "a server ends with calls in flight",
    server("serve/calls.ts", "    if (this.#count === 0) return;\n    const", "    if (this.#count >= 0) return;\n    const"),
  ),
  removal("PSN-13", "one poll returns all there is", guard("read/reader.ts", "if (full) break;", "full = false;")),
  removal(
    "PSN-13",
    "what is not signed is shown",
    guard(
      "read/reader.ts",
      "return verified.ok ? verified.value : undefined;",
      "return verified.ok ? verified.value : (parsed.value as unknown as VerifiedEnvelope);",
    ),
  ),
  removal(
    "PSN-13",
    "what others wrote is not marked as theirs",
    guard("mcp/bind-reading.ts", ", _meta: { [UNTRUSTED_META]: true } };", " };"),
  ),
  removal(
    "PSN-14",
    "a letter that could not be stored is acknowledged",
    guard(
      SETTLEMENT,
      "if (!(await hold.untilDone(() => deadLetters.put([letter])))) return UNSETTLED;",
      "await deadLetters.put([letter]).catch(() => undefined);",
    ),
  ),
  removal(
    "PSN-14",
    "a message with a dead letter may still be committed",
    guard(
      RECORD,
      'return found.state === "held" || (found.state === "condemned" && (change.kind === "bury" || change.kind === "renew"));',
      'return found.state === "held" || found.state === "condemned";',
    ),
  ),
];
