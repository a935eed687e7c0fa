// The process that an audit runs in: one request, one answer.
import { audit, type AuditRequest, type Progress } from "../audit.ts";
import { AuditError } from "../failure.ts";
import type { Failed, Told } from "./watch.ts";

const tell = (told: Told): void => void process.send?.(told);

/** What is thrown loses its class on the way to another process. */
async function failedOf(error: unknown): Promise<Failed | undefined> {
  if (error instanceof AuditError) return { type: "audit", code: error.code, what: error.what, place: error.place, remedy: error.remedy };
  const { isSallyportError } = await import("@sallyport/guard");
  if (!isSallyportError(error)) return undefined;
  const { code, place = "", remedy = "" } = error;
  return {
    type: "guard",
    code,
    what: error.message.slice(
      0,
      error.message.length - `${place === "" ? "" : ` (at ${place})`}.${remedy === "" ? "" : ` ${remedy}`}`.length,
    ),
    place,
    remedy,
  };
}

async function answer(request: AuditRequest): Promise<void> {
  try {
    const onProgress = (progress: Progress): void => tell({ kind: "progress", progress });
    tell({ kind: "done", audit: await audit(request, onProgress) });
  } catch (error) {
    tell({
      kind: "failed",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      error: await failedOf(error),
    });
  }
}

process.once("message", (request) => void answer(request as AuditRequest));
// Whoever asked is gone.
process.once("disconnect", () => process.exit());
