// A case is tried twice, with other canaries: what is shown both times is proven, what is shown once is not. What waits
// longest begins first, so that nothing is waited for at the end alone, and what lasts long is tried both times at once.
import type { Outcome } from "./attacks/attack.ts";
import type { Bench } from "./bench.ts";

export interface Tried {
  readonly outcome: Outcome;
  readonly bench: Bench | undefined;
}

/** Longer than what holds takes on most days: by then, it will have been shown, and a second try be asked for. */
const LASTS_LONG_MS = 6000;
const ROUNDS = 2;

/** `began` is to be called when the try is no longer waited for, but made. */
export async function inRounds(once: (round: number, began: () => void) => Promise<Tried>): Promise<Tried> {
  let second: Promise<Tried> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const again = (): Promise<Tried> => {
    second ??= once(ROUNDS, () => undefined);
    // Where the first try shows nothing, nobody asks what became of it.
    second.catch(() => undefined);
    return second;
  };
  const first = await once(1, () => (timer = setTimeout(() => void again(), LASTS_LONG_MS))).finally(() => clearTimeout(timer));
  if (first.outcome.ruling !== "shown") return first;
  const last = await again();
  if (last.outcome.ruling === "shown") return last;
  const said = `shown once and not again: ${first.outcome.said}. The second time: ${last.outcome.said}`;
  return { ...last, outcome: { ruling: "inconclusive", said } };
}
