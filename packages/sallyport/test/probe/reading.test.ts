// Which tools are asked for messages, and what a place is called in what they are asked.
import { expect, test } from "vitest";
import { oversized } from "../../src/probe/attacks/oversized/attack.ts";
import { chosenSource } from "../../src/probe/attacks/chosen-source/attack.ts";
import { rawContent } from "../../src/probe/attacks/raw-content/attack.ts";
import { calledIn } from "../../src/probe/attacks/places.ts";
import { placesIn } from "../../src/probe/attacks/reading.ts";
import type { Case } from "../../src/probe/attacks/attack.ts";
import type { Bench } from "../../src/probe/bench.ts";
import type { Known, KnownTool } from "../../src/probe/known.ts";
import { slotsOf } from "../../src/probe/schema/slots.ts";

const TEXT = { type: "string" };
const LIST = { type: "array", items: TEXT };

const tool = (name: string, properties: Readonly<Record<string, object>>, more: Partial<KnownTool> = {}): KnownTool => {
  const schema = { type: "object", properties };
  const base = {
    name,
    schema,
    slots: slotsOf(schema),
    isReadOnly: false,
    isDestructive: false,
    said: "",
    isLost: false,
    message: undefined,
  };
  return { ...base, honest: () => ({}), honestly: "answered", destinations: [], ...more };
};

const casesOf = (attack: typeof rawContent, ...tools: readonly KnownTool[]): readonly string[] => {
  const cases = attack.cases({ tools, consumed: [], publisher: undefined } as unknown as Known);
  return "ruling" in cases ? [] : [...new Set((cases as readonly Case[]).map(({ at }) => at))];
};

test("what makes an end of a place is not asked for what is in it, unless it is named as if it gave that out", () => {
  const isDestructive = true;
  const tools = [
    tool("delete_queue", { queue: TEXT }, { isDestructive }),
    tool("take_and_delete", { queue: TEXT }, { isDestructive }),
    tool("receive_and_delete", { queue: TEXT }, { isDestructive }),
    tool("browse", { queue: TEXT }),
  ];
  expect(casesOf(rawContent, ...tools)).toEqual(["receive_and_delete", "browse"]);
  expect(casesOf(chosenSource, ...tools)).toEqual(["receive_and_delete", "browse"]);
});

test("of many texts those are large first that an honest call says something in", () => {
  const honest = (text: string) => ({ from: "ann", to: "bob", about: "mail", kind: "a", body: text });
  const one = tool("write", { from: TEXT, to: TEXT, about: TEXT, body: TEXT }, { honest, honestly: "published" });
  const cases = oversized.cases({ tools: [one], consumed: [], publisher: one } as unknown as Known) as readonly Case[];
  expect(cases.map(({ name }) => name)).toContain("write: a megabyte of text as body");
});

test("a list of topics is a place, where nothing names one", () => {
  expect(placesIn(tool("consume", { topics: LIST, words: LIST }))).toEqual([["topics"]]);
  expect(placesIn(tool("create", { name: TEXT, topics: LIST }))).toEqual([["name"]]);
});

test.each([
  ["in a list", { topics: LIST }, { topics: ["mail"] }, "topics", ["spare"]],
  ["as an address", { queue: TEXT }, { queue: "{broker.url}/0000/mail" }, "queue", "{broker.url}/0000/spare"],
  ["as an ARN", { queue: TEXT }, { queue: "arn:aws:sqs:us-east-1:0000:mail" }, "queue", "arn:aws:sqs:us-east-1:0000:spare"],
  ["by its name", { queue: TEXT }, { queue: "mail" }, "queue", "spare"],
  ["by its name, of which an honest one is a part", { queue: TEXT }, { queue: "urgent-mail" }, "queue", "spare"],
] as const)("a place is called %s", (_what, properties, given, argument, expected) => {
  const one = tool("consume", properties, { honest: () => ({ ...given }) });
  const bench = { known: { tools: [tool("publish", {}, { destinations: ["mail"] })] } } as unknown as Bench;
  expect(calledIn(bench, one, [argument], "spare")).toEqual(expected);
});

test("where nobody says what a place is called, it is called as the same argument of another tool is", () => {
  const purge = tool("purge_queue", { QueueUrl: TEXT }, { honest: (text) => ({ QueueUrl: text }) });
  const send = tool("send", { QueueUrl: TEXT }, { honest: () => ({ QueueUrl: "{broker.url}/0000/mail" }), destinations: ["mail"] });
  const bench = { known: { tools: [purge, send] } } as unknown as Bench;
  expect(calledIn(bench, purge, ["QueueUrl"], "spare")).toBe("{broker.url}/0000/spare");
  expect(calledIn(bench, tool("make", { name: TEXT }, { honest: (text) => ({ name: text }) }), ["name"], "spare")).toBe("spare");
});
