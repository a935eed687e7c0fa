// Honest calls beside the attacks: who waits at once shares one, and none is vouched for by one that began before it.
import { expect, test } from "vitest";
import { HonestCalls } from "../../src/probe/beside.ts";

/** Each is under way until it is ended. */
function calls() {
  const honest = new HonestCalls();
  const ends: ((doubt: string | undefined) => void)[] = [];
  const ask = (tool: string): Promise<string | undefined> => honest.next(tool, () => new Promise((resolve) => ends.push(resolve)));
  return { ask, ends };
}

test("those who wait at once share one call; who asks while it is under way waits for the next", async () => {
  const { ask, ends } = calls();
  const [one, two] = [ask("a"), ask("a")];
  await expect.poll(() => ends.length).toBe(1);
  const late = [ask("a"), ask("a")];
  expect(ends).toHaveLength(1);
  ends[0]!("it was refused");
  expect(await Promise.all([one, two])).toEqual(["it was refused", "it was refused"]);
  await expect.poll(() => ends.length).toBe(2);
  ends[1]!(undefined);
  expect(await Promise.all(late)).toEqual([undefined, undefined]);
});

test("another tool's is another call", async () => {
  const { ask, ends } = calls();
  const both = [ask("a"), ask("b")];
  await expect.poll(() => ends.length).toBe(2);
  for (const end of ends) end(undefined);
  expect(await Promise.all(both)).toEqual([undefined, undefined]);
});
