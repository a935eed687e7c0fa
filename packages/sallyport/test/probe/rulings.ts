// A whole probe of one subject, and its rulings by attack.
import { expect, test } from "vitest";
import type { AttackVerdict, Ruling } from "../../src/finding/verdict.ts";
import type { Profile } from "../../src/probe/profile.ts";
import { probe, type ProbeRequest, type ProbeResult } from "../../src/probe/probe.ts";

export const SEED = "tests";

export const probed = (profile: Profile, options: Partial<ProbeRequest> = {}): Promise<ProbeResult> =>
  probe({ profile, seed: SEED, ...options });

/** Of each of the four kinds, what can be shown on every broker. */
export const FOUR = [
  "free-payload",
  "client-headers",
  "client-key",
  "unconfirmed",
  "chosen-destination",
  "moved-message",
  "foreign-type",
  "same-bytes",
  "forged-message",
  "always-failing",
  "malformed-bytes",
];

const isSlow = process.env["SLOW_PROBE"] !== undefined;

/** All attacks in `npm run check:slow-probe`, and of each kind some in `npm test`. */
export const MANY: Partial<ProbeRequest> = isSlow ? {} : { only: FOUR };

/** What takes a minute and more: in `npm run check:slow-probe` alone. */
export const slowTest = test.runIf(isSlow);

/** What takes half a minute: with `npm run check:slow-probe`, and where all brokers must answer, as in CI. */
export const longTest = test.runIf(isSlow || process.env["BROKERS"] === "required");

export const verdictOf = ({ verdicts }: ProbeResult, attack: string): AttackVerdict => {
  const verdict = verdicts.find((one) => one.attack === attack);
  if (verdict === undefined) throw new Error(`there is no attack ${attack}`);
  return verdict;
};

/** Whatever was proven: which threats. */
export const provenThreats = ({ verdicts }: ProbeResult): readonly string[] => {
  const cases = verdicts.flatMap((verdict) => verdict.cases.filter(({ ruling }) => ruling === "proven"));
  return [...new Set(cases.flatMap(({ threats }) => threats))].sort();
};

export const ruledAs = ({ verdicts }: ProbeResult, ruling: Ruling): readonly string[] =>
  verdicts.filter((verdict) => verdict.ruling === ruling).map(({ attack, said }) => `${attack}: ${said}`);

/** Of every proven case: what was done, what was seen, and how to do it again. */
export function expectEvidence({ verdicts }: ProbeResult): void {
  for (const { attack, cases } of verdicts)
    for (const { ruling, evidence, reproduce, number } of cases) {
      if (ruling !== "proven") continue;
      expect(
        evidence.map(({ what }) => what),
        attack,
      ).toContain(evidence.some(({ what }) => what === "put") ? "put" : "called");
      expect(reproduce[0]).toContain(`--only ${attack} --case ${number} --seed ${SEED}`);
    }
}
