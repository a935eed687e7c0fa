// Why an audit could not run at all. What it could not read of a project is no failure: that is named in its report.

export const AUDIT_CODES = [
  "ERR_AUDIT_PATH",
  "ERR_AUDIT_OPTION",
  "ERR_AUDIT_PACKAGE",
  "ERR_AUDIT_GIT",
  "ERR_AUDIT_TIME",
  "ERR_AUDIT_MEMORY",
  "ERR_AUDIT_INTERNAL",
] as const;

export type AuditCode = (typeof AUDIT_CODES)[number];

/** Codes are stable; docs/audit.md has a line for each. */
export class AuditError extends Error {
  override readonly name = "AuditError";
  readonly code: AuditCode;
  readonly what: string;
  readonly place: string;
  readonly remedy: string;

  constructor(code: AuditCode, what: string, { place, remedy, cause }: { place: string; remedy: string; cause?: unknown }) {
    super(`${what} (at ${place}). ${remedy}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.what = what;
    this.place = place;
    this.remedy = remedy;
  }
}

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? ("code" in error ? String(error.code) : `${error.name}: ${error.message}`) : String(error);
