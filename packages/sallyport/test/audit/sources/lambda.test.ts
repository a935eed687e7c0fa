// Functions that AWS Lambda hands messages to: nothing in the source registers them.
import { describe, expect, test } from "vitest";
import { judge } from "../judging.ts";
import { type Files, marks, places } from "./marked.ts";

const INSERT = "INSERT INTO orders (id, item) VALUES ($1, $2)";
const PG = `import { Pool } from "pg";\nconst pool = new Pool();\n`;
const save = (order: string): string => `await pool.query("${INSERT}", [${order}.id, ${order}.item]); // HERE`;

const typescript = (type: string, body: string): Files => ({
  "src/handler.ts": `import type { ${type} } from "aws-lambda";\n${PG}export const handler = async (event: ${type}): Promise<void> => {\n${body}\n};\n`,
});
const javascript = (text: string): Files => ({ "index.mjs": PG + text });
const SAVE_PY = `import base64
import json
import psycopg2

cur = psycopg2.connect("").cursor()


def save(order):
    cur.execute("INSERT INTO orders (id, item) VALUES (%s, %s)", (order["id"], order["item"]))  # HERE


`;
const python = (text: string): Files => ({ "app.py": SAVE_PY + text });
const go = (text: string): Files => ({
  "main.go": `package main

import (
	"context"
	"database/sql"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

var db *sql.DB

func save(ctx context.Context, item string) error {
	_, err := db.ExecContext(ctx, "INSERT INTO orders (item) VALUES ($1)", item) // HERE
	return err
}

${text}`,
});

const HANDED: Readonly<Record<string, Files>> = {
  "typescript, SQS": typescript(
    "SQSEvent",
    `for (const record of event.Records) {\nconst order = JSON.parse(record.body);\n${save("order")}\n}`,
  ),
  "typescript, SNS": typescript("SNSEvent", `const order = JSON.parse(event.Records[0]!.Sns.Message);\n${save("order")}`),
  "typescript, Kafka": typescript(
    "MSKEvent",
    `for (const records of Object.values(event.records)) for (const record of records) {\nconst order = JSON.parse(Buffer.from(record.value, "base64").toString());\n${save("order")}\n}`,
  ),
  "typescript, Kafka by its topics": typescript(
    "SelfManagedKafkaEvent",
    `for (const topic in event.records) await Promise.all(event.records[topic]!.map(async (record) => {\nconst order = JSON.parse(Buffer.from(record.value, "base64").toString());\n${save("order")}\n}));`,
  ),
  "typescript, Kinesis": typescript(
    "KinesisStreamEvent",
    `await Promise.all(event.Records.map(async ({ kinesis }) => {\nconst order = JSON.parse(Buffer.from(kinesis.data, "base64").toString());\n${save("order")}\n}));`,
  ),
  "typescript, EventBridge": typescript("EventBridgeEvent", `const order = event.detail;\n${save("order")}`),
  "typescript, by the type of the handler": {
    "a.ts": `import type { SQSHandler } from "aws-lambda";\n${PG}export const consume: SQSHandler = async ({ Records }) => {\nfor (const { body } of Records) {\nconst order = JSON.parse(body);\n${save("order")}\n}\n};\n`,
  },
  "typescript, by what the handler's type takes": {
    "a.ts": `import type { Handler, SNSEvent } from "aws-lambda";\n${PG}export const consume: Handler<SNSEvent, void> = async (event) => {\nconst order = JSON.parse(event.Records[0]!.Sns.Message);\n${save("order")}\n};\n`,
  },
  "typescript, made by a function that says so": {
    "make.ts": `import type { SQSHandler } from "aws-lambda";\n${PG}export const make = (source: string): SQSHandler => {\nreturn async (event) => {\nfor (const record of event.Records) {\nconst order = JSON.parse(record.body);\n${save("order")}\n}\n};\n};\n`,
    "a.ts": `import { make } from "./make.js";\nexport const handler = make("shop");\n`,
  },
  "typescript, made by a function that nothing calls": {
    "make.ts": `import type { Handler, SNSEvent } from "aws-lambda";\n${PG}export function make(deps: object): Handler<SNSEvent, void> {\nreturn async (event) => {\nconst order = JSON.parse(event.Records[0]!.Sns.Message);\n${save("order")}\n};\n}\n`,
  },
  "typescript, inside somebody's wrapper": {
    "a.ts": `import type { SQSEvent } from "aws-lambda";\nimport middy from "@middy/core";\n${PG}async function consume(event: SQSEvent) {\nfor (const record of event.Records) {\nconst order = JSON.parse(record.body);\n${save("order")}\n}\n}\nexport const handler = middy(consume).use({});\n`,
  },
  "typescript, record by record": {
    "a.ts": `import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";\n${PG}const processor = new BatchProcessor(EventType.SQS);\nconst one = async (record) => {\nconst order = JSON.parse(record.body);\n${save("order")}\n};\nexport const handler = async (event, context) => processPartialResponse(event, one, processor, { context });\n`,
  },
  "javascript, by what it reads": javascript(
    `export const handler = async (event) => {\nfor (const record of event.Records) {\nconst order = JSON.parse(record.body);\n${save("order")}\n}\n};\n`,
  ),
  "javascript, by what the functions that it names read": javascript(
    `const one = async (record) => {\nconst order = JSON.parse(record.Sns.Message);\n${save("order")}\n};\nexport const handler = async ({ Records }) => { await Promise.all(Records.map(one)); };\n`,
  ),
  "javascript, CommonJS": {
    "index.js": `const { Pool } = require("pg");\nconst pool = new Pool();\nexports.main = async (event) => {\nfor (const record of event.Records) {\nconst order = JSON.parse(Buffer.from(record.kinesis.data, "base64"));\n${save("order")}\n}\n};\n`,
  },
  "python, SQS": python(
    `def lambda_handler(event, context):\n    for record in event["Records"]:\n        save(json.loads(record["body"]))\n`,
  ),
  "python, SNS": python(`def notified(event: dict, _):\n    save(json.loads(event.get("Records")[0]["Sns"]["Message"]))\n`),
  "python, Kafka": python(
    `def handler(event, context):\n    for topic, records in event["records"].items():\n        for record in records:\n            save(json.loads(base64.b64decode(record["value"])))\n`,
  ),
  "python, Kinesis": python(
    `def handler(event, context):\n    for record in event["Records"]:\n        save(json.loads(base64.b64decode(record["kinesis"]["data"])))\n`,
  ),
  "python, record by record": python(
    `from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response\n\nprocessor = BatchProcessor(event_type=EventType.SQS)\n\n\ndef one(record):\n    save(json.loads(record.body))\n\n\ndef handler(event, context):\n    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)\n`,
  ),
  "python, by its type": python(
    `from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source\n\n\n@event_source(data_class=SQSEvent)\ndef handler(event: SQSEvent, context):\n    for record in event.records:\n        save(record.json_body)\n`,
  ),
  "go, SQS": go(
    `func handle(ctx context.Context, event events.SQSEvent) error {\n\tfor _, record := range event.Records {\n\t\tif err := save(ctx, record.Body); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn nil\n}\n\nfunc main() { lambda.Start(handle) }\n`,
  ),
  "go, SNS in place": go(
    `func main() {\n\tlambda.Start(func(ctx context.Context, event events.SNSEvent) error {\n\t\treturn save(ctx, event.Records[0].SNS.Message)\n\t})\n}\n`,
  ),
  "go, Kafka in a method": go(
    `type server struct{}\n\nfunc (s *server) handle(ctx context.Context, event events.KafkaEvent) error {\n\tfor _, records := range event.Records {\n\t\tfor _, record := range records {\n\t\t\tif err := save(ctx, record.Value); err != nil {\n\t\t\t\treturn err\n\t\t\t}\n\t\t}\n\t}\n\treturn nil\n}\n\nfunc main() {\n\ts := &server{}\n\tlambda.Start(s.handle)\n}\n`,
  ),
  "go, Kinesis": go(
    `func handle(event events.KinesisEvent) error { return save(context.Background(), string(event.Records[0].Kinesis.Data)) }\n\nfunc main() { lambda.Start(handle) }\n`,
  ),
};

test.each(Object.entries(HANDED))("a Lambda function consumes messages: %s", async (_how, files) => {
  expect(marks(files)).toHaveLength(1);
  expect(await places("no-deduplication", files)).toEqual(marks(files));
});

const OTHERS: Readonly<Record<string, Files>> = {
  "of a bucket": javascript(
    `export const handler = async (event) => {\nfor (const record of event.Records) await pool.query("${INSERT}", [record.s3.object.key, 1]);\nreturn { statusCode: 200, body: "done" };\n};\n`,
  ),
  "of an HTTP gateway": python(
    `def lambda_handler(event, context):\n    save(json.loads(event["body"]))\n    return {"statusCode": 200}\n`,
  ),
  "of its own program, called by it": javascript(
    `const read = (event) => event.records.map((one) => one.value);\nexport const start = async () => pool.query("${INSERT}", read({ records: [] }));\n`,
  ),
};

test.each(Object.entries(OTHERS))("a function is no consumer: %s", async (_what, files) => {
  expect(await places("no-deduplication", files)).toEqual([]);
});

test("a write that refuses what is there already is no second effect", async () => {
  const put = (condition: string): Files => ({
    "app.py": `import json\nimport boto3\n\ntable = boto3.resource("dynamodb").Table("orders")\n\n\ndef lambda_handler(event, context):\n    for record in event["Records"]:\n        table.put_item(Item=json.loads(record["body"])${condition})  # HERE\n`,
  });
  expect(await places("no-deduplication", put(""))).toEqual(marks(put("")));
  expect(await places("no-deduplication", put(', ConditionExpression="attribute_not_exists(id)"'))).toEqual([]);
});

test("the time at which the broker took a message is one, and not ahead", async () => {
  const aged = (time: string): Files =>
    typescript(
      "SQSEvent",
      `for (const record of event.Records) {\nconst order = JSON.parse(record.body);\nif (Date.now() - Number(${time}) > 300_000) continue; // HERE\nawait pool.query("${INSERT}", [order.id, order.item]);\n}`,
    );
  for (const rule of ["future-time-passes", "unparsable-time-passes"]) {
    expect(await places(rule, aged("order.time"))).toEqual(marks(aged("order.time")));
    expect(await places(rule, aged("record.attributes.SentTimestamp"))).toEqual([]);
  }
});

describe("what fails in a batch", () => {
  const batch = (caught: string, answer: string): Files =>
    typescript(
      "SQSEvent",
      `const batchItemFailures: { itemIdentifier: string }[] = [];\nfor (const record of event.Records) {\ntry {\nconst order = JSON.parse(record.body);\n${save("order")}\n} catch (error) { // caught\n${caught}\n}\n}\n${answer}`,
    );

  test("is named to the platform, and so not lost", async () => {
    const files = batch("batchItemFailures.push({ itemIdentifier: record.messageId });", "return { batchItemFailures };");
    expect(await places("failure-not-settled", files)).toEqual([]);
  });

  test.each([
    ["is only logged", batch("console.error(error);", "return { batchItemFailures };")],
    ["is gathered, and nobody told", batch("batchItemFailures.push({ itemIdentifier: record.messageId });", "return;")],
  ])("is lost where it %s", async (_how, files) => {
    expect(await places("failure-not-settled", files)).toEqual(marks(files, "// caught"));
  });
});

describe("attempts are bounded beside the function", () => {
  const files = typescript(
    "SQSEvent",
    `for (const record of event.Records) {\nconst order = JSON.parse(record.body);\n${save("order")}\n}`,
  );
  const queue = (inside: string): string => `resource "aws_sqs_queue" "orders" {\n  name = "orders"\n${inside}}\n`;
  const statusOf = async (more: Files): Promise<unknown> =>
    (await judge({ ...files, ...more })).find(({ rule }) => rule === "unguarded-parse")?.status ?? "found";

  test("which the source does not show", async () => {
    expect(await statusOf({})).toBe("not-determined");
    expect(
      await statusOf({ "main.tf": queue('  redrive_policy = jsonencode({ deadLetterTargetArn = "arn", maxReceiveCount = 4 })\n') }),
    ).toBe("not-determined");
  });

  test("unless the infrastructure in the project declares none", async () => {
    expect(await statusOf({ "main.tf": queue("") })).toBe("found");
  });
});
