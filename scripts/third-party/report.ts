// One server's reports, and what they are asked in common.
import type { Audit } from "../../packages/sallyport/src/finding/report-data.ts";
import type { AttackVerdict } from "../../packages/sallyport/src/finding/verdict.ts";
import type { Third } from "./servers.ts";

export interface Reported {
  readonly server: Third;
  readonly audit: Audit;
  readonly probe: Audit;
}

export const isNew = (one: object): one is Reported => "probe" in one;

/** @throws {Error} when the report is of no probe, or of one that could not run. */
export function verdictsOf({ server, probe }: Reported): readonly AttackVerdict[] {
  if (probe.probe === undefined) throw new Error(`${server.id}.json is no report of a probe`);
  if (probe.probe.failure !== undefined) throw new Error(`${server.id}: ${probe.probe.failure}`);
  return probe.probe.verdicts;
}

/** Text in a cell, or in a list. */
export const plain = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", "\\|")
    .replaceAll("`", "'")
    .replaceAll(/([<>*_])/g, "\\$1");

/** The verdicts of attacks that were run again stand in place of the first ones. */
export function withPart(whole: Audit, { probe: again }: Audit): Audit {
  if (whole.probe === undefined || again === undefined) return whole;
  const newer = new Map(again.verdicts.map((verdict) => [verdict.attack, verdict]));
  return { ...whole, probe: { ...whole.probe, verdicts: whole.probe.verdicts.map((one) => newer.get(one.attack) ?? one) } };
}
