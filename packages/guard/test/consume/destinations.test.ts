// Which destinations a consumer reads, and which types may arrive on each.
import { describe, expect, test } from "vitest";
import { destinationsOf, type Reading } from "../../src/consume/destinations.ts";
import type { SallyportError } from "../../src/index.ts";
import { notes } from "../house.ts";

const read = (types: readonly string[], tenants?: readonly string[]): Record<string, string[]> => {
  const accepts = destinationsOf({ contract: notes, types, tenants } as Reading);
  return Object.fromEntries([...accepts].map(([destination, events]) => [destination, [...events.keys()]]));
};

const refusalOf = (types: readonly string[], tenants?: readonly string[]): SallyportError => {
  try {
    read(types, tenants);
  } catch (error) {
    return error as SallyportError;
  }
  return expect.unreachable("it was accepted");
};

describe("[DST-02] a consumer reads", () => {
  test.each([
    [
      "the destinations of its types, each with all of its types",
      ["note.created", "note.removed"],
      { notes: ["note.created", "note.removed"] },
    ],
    ["no type that it has no handler for", ["note.removed"], { notes: ["note.removed"] }],
    ["one destination per tenant", ["note.shared"], { "shares.acme": ["note.shared"], "shares.umbrella": ["note.shared"] }],
  ])("%s", (_law, types, destinations) => {
    expect(read(types, ["acme", "umbrella"])).toEqual(destinations);
  });

  test("each type by the contract's own definition", () => {
    const accepts = destinationsOf({ contract: notes, types: ["note.created"], tenants: undefined });
    expect(accepts.get("notes")?.get("note.created")).toBe(notes.events.get("note.created"));
  });

  test("without tenants what needs none", () => {
    expect(read(["note.created"])).toEqual({ notes: ["note.created"] });
  });
});

describe("refused at start, with place and remedy:", () => {
  test.each([
    ["a type that the contract has not", ["note.lost"], ["acme"], 'handlers["note.lost"]', "note.lost"],
    ["no type at all", [], ["acme"], "handlers", "handler"],
    ["[DST-08] a destination per tenant with no tenant", ["note.shared"], [], "tenants", "note.shared"],
    ["[DST-08] a destination per tenant with no word on tenants", ["note.shared"], undefined, "tenants", "note.shared"],
  ])("%s", (_what, types, tenants, place, named) => {
    const refusal = refusalOf(types, tenants);
    expect(refusal).toMatchObject({ code: "ERR_CONFIG_INVALID", place, remedy: expect.stringMatching(/\w/) });
    expect(refusal.message).toContain(named);
    expect(refusal.message).toMatch(/^["\w]/);
  });

  test("[DST-08] a tenant whose name is no tenant's", () => {
    expect(refusalOf(["note.shared"], ["a.b"])).toMatchObject({ code: "ERR_REQUEST_TENANT" });
  });
});
