// Where the audit of a server and the probe of the same server say different things of a threat: found and not proven, or
// proven and not found.
import type { Ruling } from "../../packages/sallyport/src/finding/verdict.ts";
import { explained } from "./explained.ts";
import { type Reported, verdictsOf } from "./report.ts";

export interface Disagreement {
  readonly server: string;
  readonly threat: string;
  readonly audit: string;
  readonly probe: string;
  /** Absent where nobody has said why. */
  readonly why: string | undefined;
}

interface Ruled {
  readonly threats: readonly string[];
  readonly ruling: Ruling;
}

const WORST: readonly Ruling[] = ["proven", "inconclusive", "withstood", "not-applicable"];

export function disagreements(report: Reported): readonly Disagreement[] {
  const { server, audit } = report;
  const cases = verdictsOf(report).flatMap((verdict): readonly Ruled[] =>
    verdict.cases.length > 0 ? verdict.cases : [{ threats: verdict.threats, ruling: verdict.ruling }],
  );
  const rulingOf = (threat: string): Ruling | undefined =>
    WORST.find((ruling) => cases.some((one) => one.ruling === ruling && one.threats.includes(threat)));
  const found = Map.groupBy(
    audit.findings
      .filter(({ surface, status }) => surface === "product" && status === "found")
      .flatMap(({ rule, threats }) => threats.map((threat) => ({ rule, threat }))),
    ({ threat }) => threat,
  );
  const proven = new Set(cases.flatMap((one) => (one.ruling === "proven" ? one.threats : [])));
  const threats = [...new Set([...found.keys(), ...proven])].sort();
  return threats.flatMap((threat) => {
    const ruling = rulingOf(threat);
    if (found.has(threat) && ruling === "proven") return [];
    const rules = [...new Set(found.get(threat)?.map(({ rule }) => `\`${rule}\``))].join(", ");
    return [
      {
        server: server.package,
        threat,
        audit: rules === "" ? "nothing" : rules,
        probe: ruling ?? "not attacked from outside",
        why: explained(server.id, threat, rules !== "", ruling),
      },
    ];
  });
}
