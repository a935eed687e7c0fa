// Dead letters by the many: chosen by id or filter, then redriven or discarded one at a time, no faster than told.
import type { DeadLetter, DeadLetterDesk, DeadLetterFilter, DeadLetterStore, Operator } from "@sallyport/guard";
import { isSallyportError } from "@sallyport/guard";

export type Handling = "redrive" | "discard";

export interface HandleLetters {
  readonly desk: DeadLetterDesk;
  readonly what: Handling;
  readonly letters: readonly DeadLetter[];
  readonly operator: Operator;
  readonly perSecond: number;
}

export interface HandledLetter {
  readonly letter: DeadLetter;
  /** Why it was not done; the others go on. */
  readonly refusal: string | undefined;
  /** How many letters are behind us, this one included. */
  readonly done: number;
}

const PAGE = 500;

/** Those of the ids that exist, else all that the filter leaves, oldest first. */
export async function lettersOf(store: DeadLetterStore, ids: readonly string[], filter: DeadLetterFilter): Promise<readonly DeadLetter[]> {
  if (ids.length > 0) {
    const found = await Promise.all([...new Set(ids)].map((id) => store.get(id)));
    return found.filter((letter) => letter !== undefined);
  }
  const letters: DeadLetter[] = [];
  for (;;) {
    const last = letters.at(-1);
    const page = await store.list(filter, { limit: PAGE, ...(last && { after: last.id }) });
    letters.push(...page);
    if (page.length < PAGE) return letters;
  }
}

/** A refusal of ours ends one letter; an error of the store or the broker ends the whole, with the rest untouched. */
export async function* handleLetters({ desk, what, letters, operator, perSecond }: HandleLetters): AsyncGenerator<HandledLetter> {
  const startedAtMs = performance.now();
  for (const [index, letter] of letters.entries()) {
    const dueInMs = (index * 1000) / perSecond - (performance.now() - startedAtMs);
    if (dueInMs > 0) await new Promise((resolve) => setTimeout(resolve, dueInMs));
    yield { letter, refusal: await refusalOf(() => desk[what](letter.id, operator)), done: index + 1 };
  }
}

async function refusalOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (isSallyportError(error) && /^ERR_(?:POLICY|REQUEST)_/.test(error.code)) return `${error.code}: ${error.message}`;
    throw error;
  }
}
