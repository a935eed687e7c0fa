// The clauses of docs/envelope.md against the code, the tests and the vectors that cite them, both ways.
import { describe, expect, test } from "vitest";
import { listFiles, readText } from "./files.ts";

const DOCUMENT = "docs/envelope.md";
const CLAUSE = /\bENV-\d+\b/g;
const document = readText(DOCUMENT);
const clauses = clausesOf(document);

/** `packages` by its sources and tests; `vectors` by its cases. */
const citing = listFiles().filter((path) =>
  /^(?:packages\/.+|scripts\/.+|vectors\/.+)\.(?:ts|json|md)$|^docs\/.+\.md$|^[A-Z]+\.md$/.test(path),
);
const cited = new Map(citing.map((path) => [path, new Set(readText(path).match(CLAUSE))]));
const citedIn = (kind: RegExp): ReadonlySet<string> => new Set([...cited].flatMap(([path, ids]) => (kind.test(path) ? [...ids] : [])));

describe("clauses of the envelope", () => {
  test("are numbered in order, each once", () => {
    const numbers = clauses.map((id) => Number(id.slice("ENV-".length)));
    expect(numbers.length).toBeGreaterThan(30);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  test("that are cited anywhere exist", () => {
    const unknown = [...cited].flatMap(([path, ids]) => [...ids].filter((id) => !clauses.includes(id)).map((id) => `${path}: ${id}`));
    expect(unknown).toEqual([]);
  });

  test("are all cited by the source that keeps them", () => {
    const inSource = citedIn(/^packages\/[^/]+\/src\//);
    expect(clauses.filter((id) => !inSource.has(id))).toEqual([]);
  });

  test("are all cited by a test or a vector", () => {
    const held = new Set([...citedIn(/^packages\/[^/]+\/test\//), ...citedIn(/^vectors\/.+\.json$/)]);
    expect(clauses.filter((id) => !held.has(id))).toEqual([]);
  });

  test("that say what a receiver does have a vector each", () => {
    const vectors = citedIn(/^vectors\/.+\.json$/);
    const receivers = clauses.filter((id) => /^ENV-[234]\d$/.test(id));
    expect(receivers.length).toBeGreaterThan(15);
    expect(receivers.filter((id) => !vectors.has(id))).toEqual([]);
  });

  test("are told from mentions of them", () => {
    expect(clausesOf("**ENV-1.** A.\n\nSee ENV-2 and **ENV-3.** here.\n\n**ENV-4.** B (ENV-1).")).toEqual(["ENV-1", "ENV-4"]);
  });
});

function clausesOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^\*\*(ENV-\d+)\.\*\* /gm)].map(([, id = ""]) => id);
}
