// The attacks' pages and rows: each has a page that says its title and threats, each row that the probe answers for is
// attacked, and those that nobody outside can reach are named here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseCatalogue } from "../../../../scripts/threats.ts";
import { ATTACKS } from "../../src/probe/attacks/index.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const FOLDER = join(import.meta.dirname, "..", "..", "src", "probe", "attacks");

/** `docs/probe.md` says of each why. */
const OUT_OF_REACH = ["PUB-14", "REP-09", "REP-12", "REP-16", "PSN-08", "PSN-09", "PSN-10", "OPS-02"];

test("every folder of an attack is in the list, and every attack in its folder", () => {
  const folders = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, "attack.ts")));
  expect(new Set(ATTACKS.map(({ id }) => id))).toEqual(new Set(folders));
});

test.each(ATTACKS.map((attack) => [attack.id, attack] as const))(
  "%s has a page of its title and its threats",
  (id, { title, threats, fix }) => {
    const page = readFileSync(join(FOLDER, id, "attack.md"), "utf8");
    expect(page.split("\n").slice(0, 3)).toEqual([`# ${title}`, "", `\`${id}\` · ${threats.join(", ")}`]);
    expect(page).toContain(fix);
  },
);

test("every row that is the probe's is attacked, or is known to be out of reach", () => {
  const catalogue = parseCatalogue(readFileSync(join(ROOT, "docs", "threats.md"), "utf8"));
  const rows = catalogue.filter(({ where }) => where.includes("P")).map(({ id }) => id);
  const attacked = new Set(ATTACKS.flatMap(({ threats }) => threats));
  expect(rows.filter((id) => !attacked.has(id))).toEqual(OUT_OF_REACH);
  expect([...attacked].filter((id) => !rows.includes(id))).toEqual([]);
});
