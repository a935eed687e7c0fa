// Defences taken out of our own server and worker, and seen from outside: a sample of what npm run check:probe-defences
// does with all, and that its table still fits the sources.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { edited } from "../../../../scripts/defences/removal.ts";
import { Scratch } from "../../../../scripts/defences/scratch.ts";
import { OPENINGS, probedWithout, shownBy, subjectIn } from "../../../../scripts/probe-defences.ts";
import { ATTACKS } from "../../src/probe/attacks/index.ts";
import { slowTest } from "./rulings.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const SAMPLE = ["the arguments name the actor", "a message is taken where it is found"];

test.each(OPENINGS.map((opening) => [opening.letsIn, opening] as const))(
  "%s: can be taken out",
  async (_letsIn, { edits, attacks, subject }) => {
    const texts = new Map<string, string>();
    for (const edit of edits) texts.set(edit.file, edited(texts.get(edit.file) ?? readFileSync(join(ROOT, edit.file), "utf8"), edit));
    expect(texts.size).toBeGreaterThan(0);
    const known = new Set(ATTACKS.map(({ id }) => id));
    expect(attacks.filter((id) => !known.has(id))).toEqual([]);
    await expect(subjectIn(ROOT, subject)).resolves.toBeDefined();
  },
);

test("at least twenty threats are let in, one at a time or with those that look alike", () => {
  expect(new Set(OPENINGS.flatMap(({ threats }) => threats)).size).toBeGreaterThanOrEqual(20);
});

slowTest("exactly what is let in is proven", { timeout: 480_000 }, async () => {
  const scratch = new Scratch(ROOT);
  try {
    for (const letsIn of SAMPLE) {
      const opening = OPENINGS.find((one) => one.letsIn === letsIn)!;
      expect(shownBy(await probedWithout(opening, scratch))).toEqual({ threats: [...opening.threats].sort(), unclear: [] });
    }
  } finally {
    scratch.remove();
  }
});
