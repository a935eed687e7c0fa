// What is read may be published by another tool than the first, what is emptied is ended though its place stands, and what a
// tool says of what it could not do is asked what it says.
import { expect, test } from "vitest";
import type { CaseVerdict, Ruling } from "../../src/finding/verdict.ts";
import { probed, verdictOf } from "./rulings.ts";
import { rooms } from "./subjects.ts";

test("[PSN-13] [DST-09] [PUB-07] [PUB-13] of two rooms, each tool is judged by what is in its own", { timeout: 240_000 }, async () => {
  const result = await probed(rooms(), { only: ["raw-content", "administrative-tool", "client-key", "leaking-error", "oversized"] });
  expect(result.failure).toBeUndefined();
  const find = (attack: string, name: string): CaseVerdict => verdictOf(result, attack).cases.find((one) => one.name === name)!;
  const ruled = (attack: string, names: Readonly<Record<string, Ruling>>): void =>
    expect(Object.fromEntries(Object.keys(names).map((name) => [name, find(attack, name).ruling]))).toEqual(names);
  ruled("raw-content", {
    "get_news: an honest message with other text": "proven",
    // It was put there, and out of the tool comes nothing any more: that is no defence, nor a tool out of which nothing comes.
    "get_notes: a forged message": "inconclusive",
    // What it was asked with it only repeats.
    "read_room: an honest message with other text": "not-applicable",
    "read_room: a forged message": "not-applicable",
  });
  ruled("administrative-tool", { "purge_queue: ends queue": "proven", "purge_queue_never: ends queue": "withstood" });
  // It keeps no queue of that name, and may have bound one all the same.
  ruled("administrative-tool", { "create_binding: makes what it is for": "inconclusive" });
  ruled("client-key", { "place_note: partition, a number": "inconclusive" });
  // In an object that no schema speaks of; and what is large may be a name.
  ruled("oversized", {
    "file_note: a megabyte of text as record.text": "proven",
    "named_note: a megabyte of text as name": "proven",
    "named_note: a megabyte of text as text": "withstood",
    // Of four texts, the one that an honest call speaks in.
    "signed_note: a megabyte of text as text": "proven",
  });
  ruled("leaking-error", {
    "leaky_note: null for everything": "proven",
    "leaky_note: texts for everything": "not-applicable",
    "send_note: null for everything": "withstood",
  });
  // Of so many, those that publish: what stands under a name alone is not what was said there.
  expect(verdictOf(result, "leaking-error").cases.map(({ at }) => at)).not.toContain("purge_queue");
});
