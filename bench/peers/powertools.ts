// Powertools for AWS Lambda: its idempotency utility on a Map, and its batch processor with its parser in front.
// It signs nothing and checks no age; a record's key is the caller's choice, here the order's id.
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { parser } from "@aws-lambda-powertools/batch/parser";
import { IdempotencyConfig, IdempotencyItemAlreadyExistsError, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { BasePersistenceLayer, IdempotencyRecord } from "@aws-lambda-powertools/idempotency/persistence";
import { JSONStringified } from "@aws-lambda-powertools/parser/helpers";
import { SqsRecordSchema } from "@aws-lambda-powertools/parser/schemas/sqs";
import { Handled, type Order, orderSchema, ordersOf } from "../event.ts";
import type { Subject } from "../measure.ts";

/** Powertools ships DynamoDB and Redis; this is the same four operations on a Map. */
class MapPersistence extends BasePersistenceLayer {
  readonly #records = new Map<string, IdempotencyRecord>();

  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    const found = this.#records.get(record.idempotencyKey);
    if (found !== undefined) throw new IdempotencyItemAlreadyExistsError("exists", found);
    this.#records.set(record.idempotencyKey, record);
  }

  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    this.#records.set(record.idempotencyKey, record);
  }

  protected async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    this.#records.delete(record.idempotencyKey);
  }

  protected async _getRecord(key: string): Promise<IdempotencyRecord> {
    const found = this.#records.get(key);
    if (found === undefined) throw new Error("no such record");
    return found;
  }
}

const lambda = { getRemainingTimeInMillis: () => 30_000 };

function onceFor<R>(carryOut: (order: Order) => Promise<R>): (order: Order) => Promise<R> {
  const config = new IdempotencyConfig({ eventKeyJmesPath: "orderId" });
  config.registerLambdaContext(lambda as never);
  return makeIdempotent(carryOut, { persistenceStore: new MapPersistence(), config });
}

export const powertoolsPublish: readonly Subject[] = [
  {
    name: "Powertools idempotency",
    does: "schema, once by key in a map, JSON.stringify",
    prepare(count) {
      const list = ordersOf(count);
      const sent: Buffer[] = [];
      const send = onceFor(async (order) => void sent.push(Buffer.from(JSON.stringify(order))));
      return {
        async run() {
          for (const order of list) await send(orderSchema.parse(order));
          if (sent.length !== count) throw new Error(`${sent.length} messages were sent instead of ${count}`);
        },
      };
    },
  },
];

const BATCH = 10;
/** Its parser builds this anew for each record when it is given the inner schema; built once, in its favour. */
const recordSchema = SqsRecordSchema.extend({ body: JSONStringified(orderSchema) });

const recordOf = (order: Order): object => ({
  messageId: order.orderId,
  receiptHandle: "handle",
  body: JSON.stringify(order),
  attributes: {
    ApproximateReceiveCount: "1",
    SentTimestamp: "1545082649183",
    SenderId: "AIDAIENQZJOLO23YVJ4VO",
    ApproximateFirstReceiveTimestamp: "1545082649185",
  },
  messageAttributes: {},
  md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:orders",
  awsRegion: "eu-central-1",
});

export const powertoolsConsume: readonly Subject[] = [
  {
    name: "Powertools idempotency",
    does: "JSON.parse, schema, once by key in a map, handler",
    prepare(count) {
      const received = ordersOf(count).map((order) => Buffer.from(JSON.stringify(order)));
      const handled = new Handled();
      const handle = onceFor(async (order) => handled.take(order));
      return {
        async run() {
          for (const bytes of received) await handle(orderSchema.parse(JSON.parse(bytes.toString())));
          handled.expect(count);
        },
      };
    },
  },
  {
    name: "Powertools batch, parser, idempotency",
    does: "SQS record schema, JSON.parse, schema, once by key in a map, handler, partial failures",
    prepare(count) {
      const records = ordersOf(count).map(recordOf);
      const handled = new Handled();
      const handle = onceFor(async (order) => handled.take(order));
      const processor = new BatchProcessor(EventType.SQS, { parser, schema: recordSchema } as never);
      return {
        async run() {
          for (let at = 0; at < count; at += BATCH) {
            const event = { Records: records.slice(at, at + BATCH) };
            await processPartialResponse(event as never, ((record: { body: Order }) => handle(record.body)) as never, processor);
          }
          handled.expect(count);
        },
      };
    },
  },
];
