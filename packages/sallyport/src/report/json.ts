// The audit itself, as docs/audit.schema.json describes it. Members may be added under the same `schema` number; none is
// renamed, removed or given another meaning.
import { escapedJson } from "./escape.ts";
import type { Report } from "./report.ts";

export const jsonReport: Report = (audit) => `${escapedJson(JSON.stringify(audit, null, 2))}\n`;
