// What servers do in their own time is neither a defence nor a fault: what comes late is waited for, and where it cannot
// be, nothing is said.
import { expect } from "vitest";
import type { Ruling } from "../../src/finding/verdict.ts";
import { longTest, probed, slowTest } from "./rulings.ts";
import type { Manner } from "./servers/late.ts";
import { late } from "./subjects.ts";

type Row = readonly [what: string, manner: Manner, rulings: Readonly<Record<string, readonly Ruling[]>>];

const [proven, withstood, inconclusive] = [["proven"], ["withstood"], ["inconclusive"]] as const;

const QUICK: readonly Row[] = [
  ["two messages that are published after the answers are two", { publishesAfterMs: 700 }, { "repeated-call": ["proven", "proven"] }],
  ["who has had enough of calls has not warded off what they were for", { mostCalls: 2 }, { "free-payload": inconclusive }],
  ["who answers some calls never has not refused them", { losesEvery: 10 }, { flood: inconclusive }],
  ["an honest message that is refused was not held up by poison", { mostCalls: 9 }, { "behind-poison": ["withstood", "inconclusive"] }],
  [
    "who retries in memory has not put aside",
    { acksFirst: true, tries: 100, retriesAfterMs: 200 },
    { "always-failing": ["proven", "withstood"] },
  ],
  [
    "two lines for one message are one effect",
    { lines: 2 },
    { "moved-message": proven, "after-restart": proven, "foreign-type": ["not-applicable"] },
  ],
];

const SLOW: readonly Row[] = [
  ["what is handled one after the other, acknowledged long before, is not suppressed", { acksFirst: true }, { "burnt-id": withstood }],
  [
    "who tries again later than it is waited for has not lost it",
    { acksFirst: true, tries: 2, retriesAfterMs: 5000 },
    { "lost-on-failure": withstood },
  ],
  ["who answers late says late that it has published", { answersAfterMs: 3000 }, { unconfirmed: proven }],
  ["what is read with a lag comes out all the same", { readsAfterMs: 400 }, { "raw-content": ["proven", "proven", "proven"] }],
];

const check = async (_what: string, manner: Manner, rulings: Row[2]): Promise<void> => {
  const { verdicts, failure } = await probed(late(manner), { only: Object.keys(rulings) });
  expect(failure).toBeUndefined();
  const found = verdicts.map(({ attack, ruling, cases }) => [attack, cases.length === 0 ? [ruling] : cases.map((one) => one.ruling)]);
  expect(Object.fromEntries(found)).toEqual(rulings);
};

longTest.each(QUICK)("%s", { timeout: 120_000 }, check);
for (const row of SLOW) slowTest(row[0], { timeout: 120_000 }, () => check(...row));
