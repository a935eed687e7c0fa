// Part of `npm run build`: lays what the audit reads beside its code, models and the pages of rules, and the pages of attacks, beside that code;
// and the schema of its JSON beside the reports.
import { cpSync, statSync } from "node:fs";
import { join } from "node:path";

const SALLYPORT = join(import.meta.dirname, "..", "packages", "sallyport");

function lay(folder: string, isData: (path: string) => boolean): void {
  const filter = (path: string): boolean => statSync(path).isDirectory() || isData(path);
  cpSync(join(SALLYPORT, "src", folder), join(SALLYPORT, "dist", folder), { recursive: true, filter });
}

lay("audit/models", (path) => path.endsWith(".json"));
lay("audit/rules", (path) => path.endsWith("rule.md"));
lay("probe/attacks", (path) => path.endsWith("attack.md"));
lay("probe/profiles", (path) => path.endsWith(".yaml"));
cpSync(join(SALLYPORT, "..", "..", "docs", "audit.schema.json"), join(SALLYPORT, "dist", "report", "audit.schema.json"));
