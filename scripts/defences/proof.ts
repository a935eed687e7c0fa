// Asks the tests that cite a threat, with its defence and without.
import { citations, readTests } from "../threats.ts";
import type { OnBroker, Removal } from "./removal.ts";
import type { Scratch } from "./scratch.ts";
import { failingHere, runApart } from "./tests.ts";

/** Files that take longer than this, unharmed, are asked only when the others noticed nothing. */
const LONG_MS = 1500;

export class Proof {
  readonly #sources = readTests();
  readonly #scratch: Scratch;
  #took: ReadonlyMap<string, number> = new Map();

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** What is wrong with the tests that cite the threats while every defence is in place. */
  async failingUnharmed(threats: ReadonlySet<string>): Promise<readonly string[]> {
    const ids = [...threats];
    const untested = ids.filter((id) => filesCiting(id, this.#sources).length === 0);
    if (untested.length > 0) return untested.map((id) => `no test cites ${id}`);
    const files = new Set(ids.flatMap((id) => filesCiting(id, this.#sources)));
    const run = await runApart(this.#scratch.root, [...files], citing(ids));
    this.#took = run.took;
    if (run.passed === 0 && run.failed.length === 0) return ["no test was run"];
    return run.failed.map((title) => `failed: ${title}`);
  }

  /** What is wrong with a removal's own test while every defence is in place. */
  async failsUnharmed({ test }: OnBroker): Promise<string | undefined> {
    const { passed, failed } = await runApart(this.#scratch.root, [test.file], test.title);
    return failed[0] ?? (passed === 0 ? `${test.file}: no test "${test.title}" was run` : undefined);
  }

  /** As {@link noticedBy}, by its own test. */
  noticedOn({ test, threat, edits }: OnBroker): Promise<string | undefined> {
    return this.#scratch.with(edits, async () => {
      const { failed } = await runApart(this.#scratch.root, [test.file], test.title);
      return failed.find((title) => title.includes(`[${threat}]`));
    });
  }

  /** The title of a test that cites the threat and fails without the defence. */
  noticedBy({ threat, edits }: Removal): Promise<string | undefined> {
    const files = filesCiting(threat, this.#sources);
    const long = files.filter((file) => (this.#took.get(file) ?? 0) > LONG_MS);
    const quick = files.filter((file) => !long.includes(file));
    const cites = (title: string): boolean => title.includes(`[${threat}]`);
    return this.#scratch.with(edits, async () => {
      const failing = quick.length === 0 ? [] : await failingHere(this.#scratch.root, quick, citing([threat]));
      const noticing = failing.find(cites);
      if (noticing !== undefined || long.length === 0) return noticing;
      return (await runApart(this.#scratch.root, long, citing([threat]))).failed.find(cites);
    });
  }
}

const citing = (ids: readonly string[]): string => String.raw`\[(?:${ids.join("|")})\]`;

/** Test files that cite the threat, or that run published laws that do. */
function filesCiting(id: string, sources: ReadonlyMap<string, string>): readonly string[] {
  const cited = new Set(citations(sources).get(id));
  const laws = [...cited].flatMap((path) => (isTest(path) ? [] : lawsIn(sources.get(path) ?? "")));
  const cites = ([path, text]: readonly [string, string]): boolean => cited.has(path) || laws.some((law) => text.includes(law));
  return [...sources].filter((source) => isTest(source[0]) && cites(source)).map(([path]) => path);
}

const isTest = (path: string): boolean => path.endsWith(".test.ts");

const lawsIn = (text: string): readonly string[] => [...text.matchAll(/^export function (\w+Laws)\(/gm)].map(([, name = ""]) => name);
