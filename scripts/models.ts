// Part of `npm run build`: lays the audit's models, which are data, beside the code that reads them.
import { cpSync } from "node:fs";
import { join } from "node:path";

const AUDIT = join(import.meta.dirname, "..", "packages", "sallyport");
const isData = (path: string): boolean => !path.endsWith(".ts");

cpSync(join(AUDIT, "src/audit/models"), join(AUDIT, "dist/audit/models"), { recursive: true, filter: isData });
