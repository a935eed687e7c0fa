// What every model must satisfy, whatever its language.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import type { Language } from "../../../src/audit/ir/ir.ts";
import { actsOf, qualify } from "../../../src/audit/models/model-index.ts";
import { loadManagement, loadModels } from "../../../src/audit/models/load.ts";
import type { Management, Member, Model, TypeName } from "../../../src/audit/models/model.ts";
import { managementSchema, modelSchema } from "../../../src/audit/models/schema.ts";

const folder = new URL("../../../src/audit/models/", import.meta.url);
const languages: readonly Language[] = ["javascript", "python", "go"];
const files = languages
  .map((language) => new URL(`${language}/`, folder))
  .filter((url) => existsSync(url))
  .flatMap((url) => readdirSync(url).map((file) => new URL(file, url)));
const read = (url: URL): unknown => JSON.parse(readFileSync(url, "utf8"));
const nameOf = (url: URL): string => url.pathname.split("/").slice(-2).join("/");
const models = files.map((url) => read(url) as Model);

/** Every type name that a member names. */
const typesNamed = (member: Member): readonly TypeName[] =>
  [
    member.is,
    member.returns,
    member.decorates?.is,
    ...Object.values(member.returnsBy?.types ?? {}),
    ...[...(member.calls ?? []), ...(member.assigned ?? [])].flatMap((callback) => callback.params),
    ...(member.decorates?.calls?.params ?? []),
  ].filter((name) => name !== undefined);

const parts = (name: TypeName): readonly string[] =>
  name
    .replace(/^tuple:/, "")
    .split(",")
    .map((part) => part.replace(/^(?:\.\.\.)?(?:(?:list|map):)*/, ""));

const isKnown = (model: Model, name: string): boolean => {
  if (name === "?" || name === "receiver" || name === "error" || /^arg\d+$/.test(name) || name.startsWith("content:")) return true;
  const [library, type] = qualify(model, name).split(":");
  const other = models.find((candidate) => candidate.language === model.language && candidate.library === library);
  if (type === "*") return other !== undefined;
  return other?.types !== undefined && type !== undefined && Object.hasOwn(other.types, type);
};

describe.each(files.map((url) => ({ name: nameOf(url), url })))("$name", ({ url }) => {
  const model = read(url) as Model;

  test("is written in the vocabulary and nothing else", () => {
    const parsed: Model = modelSchema.parse(model);
    expect(parsed).toStrictEqual(model);
  });

  test("is named after its library, in the folder of its language", () => {
    expect(nameOf(url)).toBe(`${model.language}/${model.library}.json`);
    expect(basename(url.pathname)).toBe(`${model.library}.json`);
  });

  test("names no type that does not exist", () => {
    const types = Object.values(model.types ?? {});
    const members = [...Object.values(model.exports), ...types.flatMap((type) => Object.values(type.members ?? {}))];
    const bases = types.flatMap((type) => [type.extends, type.each, type.takes].filter((name) => name !== undefined));
    const given = (model.conventions ?? []).flatMap(({ gives }) => gives ?? []);
    const extended = types.flatMap((type) => (type.whenExtended?.calls ?? []).flatMap((callback) => callback.params));
    const named = [...members.flatMap(typesNamed), ...bases, ...extended, ...given].flatMap(parts);
    expect(named.filter((name) => !isKnown(model, name))).toStrictEqual([]);
  });

  test("has no export that says nothing, and no shape of nothing", () => {
    const members = Object.values(model.types ?? {}).flatMap((type) => Object.entries(type.members ?? {}));
    const silent = Object.entries(model.exports).filter(([, member]) => Object.keys(member).every((key) => key === "shape"));
    const shapeless = members.filter(([, member]) => member.shape !== undefined && Object.keys(member).length === 1);
    expect([...silent, ...shapeless].map(([name]) => name)).toStrictEqual([]);
  });
});

test.each([
  ["a misspelt fact", { exports: { send: { act: [] } } }],
  ["a misspelt member of an act", { exports: { send: { acts: [{ kind: "publish", destinations: ["arg0"] }] } } }],
  ["an unknown act", { exports: { send: { acts: [{ kind: "post" }] } } }],
  ["a path that begins nowhere", { exports: { send: { acts: [{ kind: "claim", key: "argument0" }] } } }],
  ["a handler's parameter where an argument is meant", { exports: { send: { acts: [{ kind: "claim", key: "param0" }] } } }],
  ["an argument where a handler's parameter is meant", { exports: { t: { tool: { handler: "arg1", input: "arg0", validated: true } } } }],
])("the vocabulary refuses %s", (_what, wrong) => {
  const right = { library: "made-up", language: "python", packages: ["made_up"], exports: {} };
  expect(modelSchema.safeParse(right).success).toBe(true);
  expect(modelSchema.safeParse({ ...right, ...wrong }).success).toBe(false);
});

test.each(languages)("no two models of %s claim one package", (language) => {
  const claimed = models.filter((model) => model.language === language).flatMap((model) => model.packages);
  expect(claimed.filter((name, index) => claimed.indexOf(name) !== index)).toStrictEqual([]);
});

test("the management interfaces are written in the vocabulary and nothing else", () => {
  const management: Management = managementSchema.parse(read(new URL("management.json", folder)));
  expect(management).toStrictEqual(loadManagement());
});

test("no two commands begin with the same words", () => {
  const begun = loadManagement().commands.map(({ words }) => words.join(" "));
  expect(begun.filter((words, index) => begun.indexOf(words) !== index)).toStrictEqual([]);
});

test("no two management requests are the same", () => {
  const asked = loadManagement().http.map(({ method, host, path }) => `${method ?? "*"} ${host ?? ""}${path}`);
  expect(asked.filter((request, index) => asked.indexOf(request) !== index)).toStrictEqual([]);
});

describe("the index", () => {
  const index = loadModels("javascript");

  test("finds the same by import, by default import and by require", () => {
    const direct = index.exported("kafkajs", "Kafka")?.member;
    const whole = index.exported("kafkajs", "default")?.member.is;
    const star = index.exported("kafkajs", "*")?.member.is;
    expect(direct?.returns).toBe("kafkajs:Kafka");
    expect(whole).toBe("kafkajs:*");
    expect(star).toBe("kafkajs:*");
    expect(index.member("kafkajs:*", "Kafka")?.member).toStrictEqual(direct);
  });

  test("a package's model speaks for what is under it, unless another does", () => {
    expect(index.exported("amqplib/callback_api", "connect")?.library).toBe("amqplib");
    expect(index.exported("@modelcontextprotocol/sdk/server/mcp.js", "McpServer")?.library).toBe("mcp-sdk");
    expect(index.exported("amqplib-mocks", "connect")).toBeUndefined();
    expect(index.exported("kafkajs", "constructor")).toBeUndefined();
  });

  test("what a type extends is merged into it", () => {
    expect(index.type("kafkajs:Transaction")?.lineage).toStrictEqual(["kafkajs:Transaction", "kafkajs:Producer"]);
    const send = index.member("kafkajs:Transaction", "send");
    expect(send?.broker).toBe("kafka");
    expect(send && actsOf(send.member, "publish")[0]?.destination).toStrictEqual(["arg0.topic"]);
    expect(index.type("kafkajs:Nothing")).toBeUndefined();
  });

  test("a type is found by the name under which it is imported", () => {
    expect(index.instance("@aws-sdk/client-sqs", "SQSClient")?.name).toBe("aws-sqs:Client");
    expect(index.instance("amqplib", "ConfirmChannel")?.lineage).toContain("amqplib:Channel");
    expect(index.instance("amqplib", "Nothing")).toBeUndefined();
  });

  test("nothing that our own guard gives is an act", () => {
    const publisher = index.exported("@sallyport/guard", "Publisher")?.member;
    expect(publisher?.acts).toBeUndefined();
    const publish = index.member(publisher?.returns ?? "", "publish")?.member;
    expect(publish).toStrictEqual({ returns: "sallyport-guard:Guarded" });
    expect(index.exported("@sallyport/guard/adapters/kafka", "kafka")?.member.acts).toBeUndefined();
  });

  test("sending a command is no act, only making it is", () => {
    expect(index.member("aws-sqs:Client", "send")?.member).toStrictEqual({ returns: "arg0" });
    expect(index.exported("@aws-sdk/client-sqs", "SendMessageCommand")?.member.acts?.[0]?.kind).toBe("publish");
    expect(index.exported("@aws-sdk/client-s3", "ListBucketsCommand")).toBeUndefined();
  });

  test("a shape is found by its member's name, and common names alone have none", () => {
    expect(index.shaped("sendToQueue").map((found) => found.library)).toContain("amqplib");
    const generic = [
      "send",
      "publish",
      "add",
      "get",
      "set",
      "delete",
      "ack",
      "on",
      "push",
      "write",
      "emit",
      "query",
      "call",
      "run",
      "request",
    ];
    expect(generic.filter((name) => index.shaped(name).some((found) => found.member.shape?.length === 0))).toStrictEqual([]);
    expect(index.shaped("toString")).toStrictEqual([]);
  });
});
