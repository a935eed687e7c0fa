// The audit itself, as docs/audit.schema.json describes it. Members may be added under the same `schema` number; none is
// renamed, removed or given another meaning.
import { escapedJson } from "./escape.ts";
import type { Report } from "./report.ts";

export const jsonReport: Report = (audit) => `${escapedJson(audit, undefined, 2)}\n`;
