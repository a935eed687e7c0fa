// Where other people's catalogues have a name for a threat: CWE, the OWASP Top 10s for MCP (2025), agentic applications
// (2026) and LLMs (2026), and AISVS 1.0. Ids carry their year: the LLM list was renumbered in 2026. CWE-400, CWE-610,
// CWE-20 and CWE-74 are left out, since MITRE discourages mapping to them. No list has a name for a replayed message
// but AISVS, nor any for a poison message; rows name the nearest that their own text supports.

const INJECTION = ["CWE-1426", "MCP05:2025", "ASI02:2026", "LLM10:2026", "LLM03:2026"];
const STRICT_SCHEMA = ["AISVS 9.5.2", "AISVS 9.7.1", "AISVS 10.4.3", "AISVS 10.4.4"];
const DESTINATION = [
  "CWE-99",
  "CWE-441",
  "MCP02:2025",
  "MCP07:2025",
  "ASI02:2026",
  "ASI03:2026",
  "LLM03:2026",
  "AISVS 9.6.1",
  "AISVS 9.7.1",
];
const REPLAY = ["ASI07:2026", "AISVS 9.5.3"];
const POISON = ["ASI08:2026", "LLM06:2026", "AISVS 9.1.3", "AISVS 9.1.4"];
const DEAD_LETTERS = ["CWE-441", "CWE-269", "MCP02:2025", "ASI03:2026", "ASI08:2026", "LLM03:2026", "AISVS 9.6.1"];
const READ_BY_MODEL = ["CWE-1427", "MCP06:2025", "MCP10:2025", "ASI01:2026", "ASI06:2026", "LLM01:2026", "AISVS 10.4.1", "AISVS 10.4.2"];
const TRANSPORT = ["CWE-306", "CWE-319", "MCP07:2025", "ASI07:2026", "AISVS 9.5.1"];

const BY_THREAT: ReadonlyMap<string, readonly string[]> = new Map([
  ["PUB-01", [...INJECTION, "AISVS 9.6.1", "AISVS 9.7.1"]],
  ["PUB-02", [...INJECTION, "CWE-915", ...STRICT_SCHEMA]],
  ["PUB-03", [...INJECTION, "CWE-1287", ...STRICT_SCHEMA]],
  ["PUB-04", [...INJECTION, "CWE-915", ...STRICT_SCHEMA]],
  ["PUB-05", [...INJECTION, "CWE-93", "AISVS 10.4.3"]],
  ["PUB-06", [...INJECTION, "CWE-99", "AISVS 9.6.1"]],
  ["PUB-07", ["CWE-770", "ASI02:2026", "LLM06:2026", "AISVS 9.5.2", "AISVS 10.4.3"]],
  ["PUB-08", ["CWE-770", "ASI02:2026", "ASI08:2026", "LLM06:2026", "AISVS 9.1.1", "AISVS 9.3.2"]],
  ["PUB-10", ["CWE-837", "ASI02:2026", "AISVS 9.7.3"]],
  ["PUB-11", ["CWE-252", "ASI08:2026", "AISVS 9.7.3"]],
  ["PUB-13", ["CWE-209", "MCP10:2025", "LLM02:2026"]],
  ["DST-01", [...DESTINATION, "CWE-941", "AISVS 10.2.5"]],
  ["DST-02", [...DESTINATION, "AISVS 10.2.5"]],
  ["DST-03", [...DESTINATION, "CWE-639", "AISVS 10.2.5"]],
  ["DST-05", ["CWE-1287", "ASI07:2026", "AISVS 9.5.2"]],
  ["DST-06", DESTINATION],
  ["DST-07", ["CWE-250", "MCP02:2025", "ASI03:2026", "LLM03:2026", "AISVS 9.6.1"]],
  ["DST-08", ["CWE-639", "MCP07:2025", "ASI03:2026", "AISVS 10.2.5"]],
  ["DST-09", ["CWE-749", "MCP02:2025", "ASI02:2026", "ASI03:2026", "LLM03:2026", "AISVS 9.6.1"]],
  ["REP-01", ["CWE-837", ...REPLAY]],
  ["REP-02", ["CWE-294", ...REPLAY]],
  ["REP-03", ["CWE-294", "CWE-1287", ...REPLAY]],
  ["REP-04", ["CWE-294", ...REPLAY]],
  ["REP-05", ["CWE-345", "CWE-353", ...REPLAY]],
  ["REP-06", ["CWE-841", ...REPLAY]],
  ["REP-07", ["CWE-367", "CWE-837", ...REPLAY]],
  ["REP-08", ["CWE-837", "CWE-770", ...REPLAY]],
  ["REP-10", ["CWE-837", ...REPLAY]],
  ["PSN-01", ["CWE-835", ...POISON]],
  ["PSN-02", ["CWE-835", ...POISON]],
  ["PSN-03", ["CWE-770", ...POISON]],
  ["PSN-04", ["CWE-248", "CWE-770", "ASI08:2026", "LLM06:2026", "AISVS 9.5.2", "AISVS 10.4.3"]],
  ["PSN-05", ["CWE-1088", ...POISON, "AISVS 9.3.2"]],
  ["PSN-08", ["CWE-754", ...POISON]],
  ["PSN-10", DEAD_LETTERS],
  ["PSN-11", ["CWE-841", "ASI08:2026", "AISVS 9.1.4"]],
  ["PSN-13", READ_BY_MODEL],
  ["OPS-04", TRANSPORT],
  ["OPS-05", ["CWE-798", "CWE-532", "MCP01:2025", "LLM02:2026"]],
]);

export const THREATS_WITH_STANDARDS: readonly string[] = [...BY_THREAT.keys()];

/** Those of all the threats, CWE first, each once. */
export function standardsOf(threats: readonly string[]): readonly string[] {
  const ids = new Set(threats.flatMap((threat) => BY_THREAT.get(threat) ?? []));
  const families = ["CWE", "MCP", "ASI", "LLM", "AISVS"];
  return families.flatMap((family) => [...ids].filter((id) => id.startsWith(family)));
}
