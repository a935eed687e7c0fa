// What a job says beside its bytes: the tube that it lies in, and its priority.

const MOST = 2 ** 32 - 1;

/**
 * A job's priority is the second from which it is due, so that the one that has waited longest is the next: neither new
 * messages nor retries go first for ever (PSN-01). Clocks that differ make this less fair and nothing else.
 */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Of `release`. A retry comes after what was sent before now, and its delay is never cut short. */
export function priorityAndDelay(delayMs: number): string {
  const delay = Math.min(Math.ceil(delayMs / 1000), MOST);
  return `${Math.min(nowSeconds() + delay + 1, MOST)} ${delay}`;
}

/** Other names stay others: `$` itself is escaped, and `/` only stands between the parts. */
export const escaped = (part: string): string =>
  [...Buffer.from(part)]
    .map((byte) => (/[\w.-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `$${byte.toString(16).padStart(2, "0")}`))
    .join("");
