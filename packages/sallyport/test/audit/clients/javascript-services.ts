// Clients of Redis, of clouds and of queues of jobs in JavaScript, as their own documentation has them used.
import type { Client } from "./client.ts";

const URL = "`https://sqs/1/${topic}`";

export const JAVASCRIPT_SERVICES: Readonly<Record<string, Client>> = {
  ioredis: {
    setup: `import Redis from "ioredis";\nconst redis = new Redis("rediss://u:p@r");\nconst listening = new Redis("rediss://u:p@r");`,
    publish: `await redis.xadd(topic, "*", "data", text);`,
    read: `const got = await redis.lrange(topic, 0, -1);`,
    destroy: `await redis.del(topic);`,
    consume: `await listening.subscribe("orders");\nlistening.on("message", async (channel, message) => {\n  await charge(message);\n});`,
  },
  "ioredis, lists": {
    setup: `import { Redis } from "ioredis";\nconst redis = new Redis("rediss://u:p@r");`,
    publish: `await redis.lpush(topic, text);`,
    read: `const got = await redis.lpop(topic);`,
    destroy: `await redis.xtrim(topic, "MAXLEN", 0);`,
  },
  redis: {
    setup: `import { createClient } from "redis";\nconst client = await createClient({ url: "rediss://u:p@r" }).connect();\nconst subscriber = client.duplicate();`,
    publish: `await client.xAdd(topic, "*", { data: text });`,
    read: `const got = await client.lRange(topic, 0, -1);`,
    destroy: `await client.del(topic);`,
    consume: `await subscriber.subscribe("orders", async (message, channel) => {\n  await charge(message);\n});`,
  },
  "redis, lists": {
    setup: `import { createClient } from "redis";\nconst client = createClient({ url: "rediss://u:p@r" });`,
    publish: `await client.rPush(topic, text);`,
    read: `const got = await client.lPop(topic);`,
    destroy: `await client.xTrim(topic, "MAXLEN", 0);`,
  },
  "@upstash/redis": {
    setup: `import { Redis } from "@upstash/redis";\nconst redis = Redis.fromEnv();`,
    publish: `await redis.publish(topic, text);`,
    read: `const got = await redis.lrange(topic, 0, -1);`,
    destroy: `await redis.del(topic);`,
  },
  "AWS SDK v3, SQS": {
    setup: `import { DeleteMessageCommand, PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";\nconst sqs = new SQSClient({});`,
    publish: `await sqs.send(new SendMessageCommand({ QueueUrl: ${URL}, MessageBody: text }));`,
    read: `const got = await sqs.send(new ReceiveMessageCommand({ QueueUrl: ${URL} }));`,
    destroy: `await sqs.send(new PurgeQueueCommand({ QueueUrl: ${URL} }));`,
    consume: `while (true) {\n  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: "https://sqs/1/orders" }));\n  for (const message of Messages) {\n    await charge(message.Body);\n    await sqs.send(new DeleteMessageCommand({ QueueUrl: "https://sqs/1/orders", ReceiptHandle: message.ReceiptHandle }));\n  }\n}`,
  },
  "AWS SDK v3, SQS in one object": {
    setup: `import { SQS } from "@aws-sdk/client-sqs";\nconst sqs = new SQS({});`,
    publish: `await sqs.sendMessage({ QueueUrl: topic, MessageBody: text });`,
    destroy: `await sqs.deleteQueue({ QueueUrl: topic });`,
  },
  "AWS SDK v3, SNS": {
    setup: `import { DeleteTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";\nconst sns = new SNSClient({});`,
    publish: `await sns.send(new PublishCommand({ TopicArn: topic, Message: text }));`,
    destroy: `await sns.send(new DeleteTopicCommand({ TopicArn: topic }));`,
  },
  "AWS SDK v3, EventBridge": {
    setup: `import { DeleteEventBusCommand, EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";\nconst events = new EventBridgeClient({});`,
    publish: `await events.send(new PutEventsCommand({ Entries: [{ EventBusName: topic, Source: "shop", DetailType: "noted", Detail: text }] }));`,
    destroy: `await events.send(new DeleteEventBusCommand({ Name: topic }));`,
  },
  "AWS SDK v3, Kinesis": {
    setup: `import { DeleteStreamCommand, KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";\nconst kinesis = new KinesisClient({});`,
    publish: `await kinesis.send(new PutRecordCommand({ StreamName: topic, PartitionKey: "a", Data: Buffer.from(text) }));`,
    destroy: `await kinesis.send(new DeleteStreamCommand({ StreamName: topic }));`,
  },
  "AWS SDK v2, SQS": {
    setup: `import AWS from "aws-sdk";\nconst sqs = new AWS.SQS({ region: "eu-west-1" });`,
    publish: `await sqs.sendMessage({ QueueUrl: topic, MessageBody: text }).promise();`,
    read: `const got = await sqs.receiveMessage({ QueueUrl: topic }).promise();`,
    destroy: `await sqs.purgeQueue({ QueueUrl: topic }).promise();`,
  },
  "AWS SDK v2, SNS": {
    setup: `import SNS from "aws-sdk/clients/sns";\nconst sns = new SNS();`,
    publish: `await sns.publish({ TopicArn: topic, Message: text }).promise();`,
    destroy: `await sns.deleteTopic({ TopicArn: topic }).promise();`,
  },
  "AWS SDK v2, EventBridge": {
    setup: `import AWS from "aws-sdk";\nconst events = new AWS.EventBridge();`,
    publish: `await events.putEvents({ Entries: [{ EventBusName: topic, Source: "shop", DetailType: "noted", Detail: text }] }).promise();`,
  },
  "AWS SDK v2, Kinesis": {
    setup: `import AWS from "aws-sdk";\nconst kinesis = new AWS.Kinesis();`,
    publish: `await kinesis.putRecord({ StreamName: topic, PartitionKey: "a", Data: text }).promise();`,
  },
  "sqs-consumer": {
    setup: `import { Consumer } from "sqs-consumer";`,
    consume: `const app = Consumer.create({ queueUrl: "https://sqs/1/orders", handleMessage: async (message) => {\n  await charge(message.Body);\n  return message;\n} });\napp.start();`,
  },
  "sqs-producer": {
    setup: `import { Producer } from "sqs-producer";`,
    publish: `const producer = Producer.create({ queueUrl: topic, region: "eu-west-1" });\nawait producer.send([{ id: "1", body: text }]);`,
  },
  "@ssut/nestjs-sqs": {
    setup: `import { SqsMessageHandler, SqsService } from "@ssut/nestjs-sqs";\nlet sqs: SqsService;`,
    publish: `await sqs.send(topic, { id: "1", body: text });`,
    consume: `export class Orders {\n  @SqsMessageHandler("orders", false)\n  async handle(message: {}) {\n    await charge(message.Body);\n  }\n}`,
  },
  "@google-cloud/pubsub": {
    setup: `import { PubSub } from "@google-cloud/pubsub";\nconst pubsub = new PubSub();`,
    publish: `await pubsub.topic(topic).publishMessage({ data: Buffer.from(text) });`,
    destroy: `await pubsub.topic(topic).delete();`,
    consume: `const subscription = pubsub.subscription("orders");\nsubscription.on("message", async (message) => {\n  await charge(message.data);\n  message.ack();\n});`,
  },
  "@azure/service-bus": {
    setup: `import { ServiceBusAdministrationClient, ServiceBusClient } from "@azure/service-bus";\nconst client = new ServiceBusClient(process.env.SB);\nconst admin = new ServiceBusAdministrationClient(process.env.SB);`,
    publish: `await client.createSender(topic).sendMessages({ body: text });`,
    read: `const got = await client.createReceiver(topic).peekMessages(10);`,
    destroy: `await admin.deleteQueue(topic);`,
    consume: `const receiver = client.createReceiver("orders");\nreceiver.subscribe({ processMessage: async (message) => {\n  await charge(message.body);\n}, processError: async () => undefined });`,
  },
  "@azure/event-hubs": {
    setup: `import { EventHubConsumerClient, EventHubProducerClient } from "@azure/event-hubs";\nconst consumer = new EventHubConsumerClient("$Default", process.env.EH, "orders");`,
    publish: `const producer = new EventHubProducerClient(process.env.EH, topic);\nawait producer.sendBatch([{ body: text }]);`,
    consume: `consumer.subscribe({ processEvents: async (events, context) => {\n  for (const event of events) {\n    await charge(event.body);\n    await context.updateCheckpoint(event);\n  }\n}, processError: async () => undefined });`,
  },
  "@azure/storage-queue": {
    setup: `import { QueueServiceClient } from "@azure/storage-queue";\nconst service = QueueServiceClient.fromConnectionString(process.env.SQ);`,
    publish: `await service.getQueueClient(topic).sendMessage(text);`,
    read: `const got = await service.getQueueClient(topic).receiveMessages();`,
    destroy: `await service.getQueueClient(topic).clearMessages();`,
  },
  bullmq: {
    setup: `import { Queue, Worker } from "bullmq";\nconst connection = { host: "r", password: "p", tls: {} };`,
    publish: `const queue = new Queue(topic, { connection });\nawait queue.add("note", { text });`,
    read: `const queue = new Queue(topic, { connection });\nconst got = await queue.getJobs(["waiting"]);`,
    destroy: `const queue = new Queue(topic, { connection });\nawait queue.obliterate({ force: true });`,
    consume: `new Worker("orders", async (job) => {\n  await charge(job.data);\n}, { connection });`,
  },
  bull: {
    setup: `import Queue from "bull";\nconst orders = new Queue("orders", "rediss://u:p@r");`,
    publish: `const queue = new Queue(topic, "rediss://u:p@r");\nawait queue.add({ text });`,
    destroy: `const queue = new Queue(topic, "rediss://u:p@r");\nawait queue.empty();`,
    consume: `orders.process(async (job) => {\n  await charge(job.data);\n});`,
  },
  "@nestjs/bull": {
    setup: `import { Process, Processor } from "@nestjs/bull";`,
    consume: `@Processor("orders")\nexport class Orders {\n  @Process()\n  async handle(job: {}) {\n    await charge(job.data);\n  }\n}`,
  },
  "@nestjs/bullmq": {
    setup: `import { Processor, WorkerHost } from "@nestjs/bullmq";\nimport { Queue } from "bullmq";`,
    publish: `await new Queue(topic).addBulk([{ name: "note", data: { text } }]);`,
    consume: `@Processor("orders")\nexport class Orders extends WorkerHost {\n  async process(job: {}) {\n    await charge(job.data);\n  }\n}`,
  },
  "message-queue-toolkit": {
    setup: `import { MessageHandlerConfigBuilder } from "@message-queue-toolkit/core";\nimport { AbstractSqsConsumer, AbstractSqsPublisher } from "@message-queue-toolkit/sqs";`,
    publish: `class Notes extends AbstractSqsPublisher {\n  constructor(dependencies) {\n    super(dependencies, { creationConfig: { queue: { QueueName: topic } }, messageSchemas: [] });\n  }\n}\nawait new Notes({}).publish({ text });`,
    consume: `export class Orders extends AbstractSqsConsumer {\n  constructor(dependencies) {\n    super(dependencies, {\n      creationConfig: { queue: { QueueName: "orders" } },\n      handlers: new MessageHandlerConfigBuilder().addConfig({}, async (message) => {\n        await charge(message);\n        return { result: "success" };\n      }).build(),\n    }, {});\n  }\n}\nnew Orders({}).start();`,
  },
  Dapr: {
    setup: `import { DaprClient, DaprServer } from "@dapr/dapr";\nconst client = new DaprClient();\nconst dapr = new DaprServer();`,
    publish: `await client.pubsub.publish("shop", topic, { text });`,
    consume: `await dapr.pubsub.subscribe("shop", "orders", async (data) => {\n  await charge(data);\n});`,
  },
  "@upstash/qstash": {
    setup: `import { Client } from "@upstash/qstash";\nconst client = new Client({ token: process.env.QSTASH });`,
    publish: `await client.publishJSON({ url: topic, body: { text } });`,
  },
};
