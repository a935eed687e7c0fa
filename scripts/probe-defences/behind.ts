// What is let in by the consume door: attacks by somebody who may write to the broker. The signature stands before most
// of its other defences, so that those show from outside only when it is gone as well.
import { guard } from "../defences/removal.ts";
import { as, BEHIND, open, type Opening, told } from "./opening.ts";

const RECORD = "stores/claim-record.ts";
const UNSIGNED = as("nobody looks at the signature");
const TIMES = ["old-time", "unparsable-time", "future-time"];
const ANY_AGE = as("any age is fresh");
const IMPATIENT = told("patienceMs: 12_000", "patienceMs: 3000");

export const FROM_BEHIND: readonly Opening[] = [
  open(["DST-04"], "a message is taken where it is found", BEHIND, [
    ...as("a message that was moved is taken where it is found"),
    guard(
      "consume/examine.ts",
      "const event = examiner.accepts.get(delivery.destination)?.get(envelope.attributes.type);",
      "const event = examiner.accepts.get(envelope.attributes.destination)?.get(envelope.attributes.type);",
    ),
    // One issuer's ids are its own on every destination, as they are where destinations do not matter.
    guard("consume/examine.ts", "tuple(group, source, destination, id,", "tuple(group, source, destination, crypto.randomUUID(), id,"),
  ]),
  open(
    ["DST-05", "REP-05"],
    "a consumer acts on whatever type it finds",
    [...BEHIND, ...TIMES],
    [...UNSIGNED, ...as("a consumer acts on whatever type it finds")],
  ),
  open(
    ["REP-01", "REP-07", "REP-10"],
    "a committed event is granted again",
    [...BEHIND, "same-bytes", "after-restart"],
    as("a committed event is granted again"),
  ),
  open(
    ["REP-01", "REP-07", "REP-10"],
    "each delivery is an event of its own",
    [...BEHIND, "same-bytes", "after-restart"],
    as("each delivery is an event of its own"),
  ),
  open(
    ["REP-07"],
    "what another has in work is granted as well",
    [...BEHIND, "same-bytes"],
    [
      guard(RECORD, "if (found.untilMs > nowMs) return", 'if (found.state === "free" && found.untilMs > nowMs) return'),
      // What is granted while it is in work looks like what died there, and would wait for its turn alone (PSN-07).
      guard("consume/consumer.ts", "return mostAtOnce > 1 && outcome", "return mostAtOnce > Infinity && outcome"),
    ],
  ),
  open(["REP-02", "REP-05"], "any age is fresh", [...BEHIND, ...TIMES], [...UNSIGNED, ...ANY_AGE]),
  open(
    ["REP-02", "REP-05"],
    "a stale message is retried",
    [...BEHIND, "old-time"],
    [...UNSIGNED, ...as("a stale message is retried"), IMPATIENT],
  ),
  open(
    ["REP-03", "REP-05"],
    "a time that is none compares as fresh",
    [...BEHIND, ...TIMES],
    [
      ...UNSIGNED,
      ...as("a time that is none is NaN, and compares false"),
      ...as("an age that is NaN is fresh"),
      guard(
        "envelope/attributes.ts",
        '["time", { required: true, accepts: text(TIME) }]',
        '["time", { required: true, accepts: (value: unknown) => typeof value === "string" }]',
      ),
      guard("envelope/keys.ts", "timeMs >= notBefore && timeMs <= notAfter", "!(timeMs < notBefore || timeMs > notAfter)"),
    ],
  ),
  open(
    ["REP-04", "REP-05"],
    "a message from the future is fresh",
    [...BEHIND, ...TIMES],
    [...UNSIGNED, ...as("a message from the future is fresh")],
  ),
  open(["REP-05"], "nobody looks at the signature", [...BEHIND, ...TIMES, "same-bytes"], UNSIGNED),
  open(
    ["REP-06"],
    "an attempt that failed has ended the event",
    [...BEHIND, "same-bytes"],
    [guard(RECORD, 'state: "free", finished: found.finished + 1 };', 'state: "dead", finished: found.finished + 1 };')],
  ),
  open(
    ["REP-10"],
    "ids are remembered for as long as the process lives",
    [...BEHIND, "same-bytes", "after-restart"],
    as("ids are remembered for as long as the process lives"),
  ),
  open(
    ["PSN-01", "PSN-02"],
    "a message that always fails is tried for ever",
    [...BEHIND, "always-failing"],
    as("a message that always fails is tried for ever"),
  ),
  // Those that end the process are counted apart, and would bound the others.
  open(
    ["PSN-01", "PSN-02", "PSN-07"],
    "neither failures nor deaths are counted",
    [...BEHIND, "always-failing", "deadly-message"],
    [...as("failures are not counted in the claim"), ...as("a message may end any number of processes")],
  ),
  open(
    ["PSN-03"],
    "a delay is waited for with the message in hand",
    [...BEHIND, "behind-poison"],
    [
      ...as("a delay is waited for with the message in hand"),
      told("retry: 100ms, maxRetry: 1s, lease: 1s", "retry: 20s, maxRetry: 20s, lease: 1s, concurrency: 4"),
    ],
  ),
  open(
    ["PSN-04"],
    "bytes that are no message are delivered for ever",
    [...BEHIND, "malformed-bytes"],
    [
      // Of these alone: of whatever else is refused for ever, nothing could be said.
      guard(
        "consume/consumer.ts",
        "settling.push(this.#settlement.refuse(delivery, result.refusal));",
        `settling.push(
          /MALFORMED|TOO_LARGE/.test(result.refusal.code)
            ? this.#settlement.later(delivery, this.policy.retryMs)
            : this.#settlement.refuse(delivery, result.refusal),
        );`,
      ),
      IMPATIENT,
    ],
  ),
  open(
    ["PSN-07"],
    "an attempt counts only when it has ended",
    [...BEHIND, "deadly-message"],
    as("an attempt counts only when it has ended"),
  ),
  open(
    ["PSN-07"],
    "a message may end any number of processes",
    [...BEHIND, "deadly-message"],
    as("a message may end any number of processes"),
  ),
  open(
    ["PSN-11", "REP-06"],
    "a message is acknowledged before it is handled",
    [...BEHIND, "killed-in-handling"],
    as("a message is acknowledged before it is handled"),
  ),
  // A handler that does not look at its signal goes on while the process ends, and another has the message already.
  open(
    ["PSN-12"],
    "a drain does not wait for what is in work",
    [...BEHIND, "killed-in-handling", "after-restart"],
    as("a drain does not wait for what is in work"),
  ),
  open(
    ["PSN-14"],
    "a letter that nobody stored is acknowledged",
    [...BEHIND, "lost-dead-letter"],
    [
      guard(
        "consume/settlement.ts",
        "if (!(await hold.untilDone(() => deadLetters.put([letter])))) return UNSETTLED;",
        "void [hold, deadLetters, letter];",
      ),
    ],
  ),
  open(
    ["PSN-05"],
    "a handler may take for ever",
    [...BEHIND, "endless-handling"],
    [
      ...as("a handler may take for ever"),
      told("...profile.bounds, attemptsWithinMs: 60_000", "...profile.bounds, attemptsWithinMs: 15_000"),
      told(', spins: endless("spinning")', ""),
    ],
    "isolated",
  ),
  open(
    ["PSN-06"],
    "handlers run in the consumer's own thread",
    [...BEHIND, "endless-handling"],
    [
      told('[...command, "--isolate"]', "[...command]"),
      told("...profile.bounds, attemptsWithinMs: 60_000", "...profile.bounds, attemptsWithinMs: 15_000"),
    ],
    "isolated",
  ),
  open(
    ["REP-05", "REP-14"],
    "an id is recorded wherever it is found, and before it is verified",
    [...BEHIND, "burnt-id"],
    [
      ...UNSIGNED,
      ...as("other bytes under a known id are a duplicate"),
      ...as("issuers and destinations share their ids"),
      // What was moved is recorded too, and nothing is done with it.
      guard("envelope/open.ts", "if (attributes.destination !== foundOn)", "if (attributes.destination === undefined)"),
      guard(
        "consume/examine.ts",
        "examiner.accepts.get(delivery.destination)?.get(envelope.attributes.type)",
        "examiner.accepts.get(envelope.attributes.destination)?.get(envelope.attributes.type)",
      ),
      guard(
        "consume/consumer.ts",
        "const handler = this.#handlers.get(event.type) as Handler;",
        "const found = this.#handlers.get(event.type) as Handler;\n    const handler: Handler = work.delivery.destination === event.destination ? found : () => undefined;",
      ),
    ],
  ),
];
