// Clients of brokers in JavaScript, as their own documentation has them used.
import type { Client } from "./client.ts";

const KAFKA_EACH = (consumer: string): string =>
  `await ${consumer}.run({ eachMessage: async ({ topic, partition, message }) => {\n  await charge(message.value);\n} });`;

export const JAVASCRIPT: Readonly<Record<string, Client>> = {
  kafkajs: {
    setup: `import { Kafka } from "kafkajs";\nconst kafka = new Kafka({ clientId: "a", brokers: ["k:9092"] });\nconst producer = kafka.producer();\nconst consumer = kafka.consumer({ groupId: "g" });\nconst admin = kafka.admin();`,
    publish: `await producer.sendBatch({ topicMessages: [{ topic, messages: [{ value: text }] }] });`,
    destroy: `await admin.deleteTopics({ topics: [topic] });`,
    consume: `await consumer.subscribe({ topics: ["orders"] });\n${KAFKA_EACH("consumer")}`,
  },
  "@platformatic/kafka": {
    setup: `import { Admin, Consumer, Producer, stringSerializers } from "@platformatic/kafka";\nconst producer = new Producer({ clientId: "a", bootstrapBrokers: ["k:9092"], serializers: stringSerializers });\nconst consumer = new Consumer({ groupId: "g", clientId: "a", bootstrapBrokers: ["k:9092"] });\nconst admin = new Admin({ clientId: "a", bootstrapBrokers: ["k:9092"] });`,
    publish: `await producer.send({ messages: [{ topic, key: "k", value: text }] });`,
    destroy: `await admin.deleteTopics({ topics: [topic] });`,
    consume: `const stream = await consumer.consume({ autocommit: true, topics: ["orders"] });\nfor await (const message of stream) {\n  await charge(message.value);\n}`,
  },
  "kafkajs, offsets": {
    setup: `import { Kafka } from "kafkajs";\nconst admin = new Kafka({ clientId: "a", brokers: ["k:9092"] }).admin();`,
    destroy: `await admin.setOffsets({ groupId: "g", topic, partitions: [{ partition: 0, offset: "9" }] });`,
  },
  "@platformatic/kafka, offsets": {
    setup: `import { Admin } from "@platformatic/kafka";\nconst admin = new Admin({ clientId: "a", bootstrapBrokers: ["k:9092"] });`,
    destroy: `await admin.alterConsumerGroupOffsets({ groupId: "g", topics: [{ name: topic, partitionOffsets: [] }] }); @@\n  await admin.deleteConsumerGroupOffsets({ groupId: "g", topics: [{ name: topic, partitionIndexes: [0] }] }); @@`,
  },
  "@confluentinc/kafka-javascript": {
    setup: `import { KafkaJS } from "@confluentinc/kafka-javascript";\nconst kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ["k:9092"] } });\nconst producer = kafka.producer();\nconst consumer = kafka.consumer({ kafkaJS: { groupId: "g" } });\nconst admin = kafka.admin();`,
    publish: `await producer.send({ topic, messages: [{ value: text }] });`,
    destroy: `await admin.deleteTopics({ topics: [topic] });`,
    consume: `await consumer.subscribe({ topics: ["orders"] });\n${KAFKA_EACH("consumer")}`,
  },
  "@confluentinc/kafka-javascript, callbacks": {
    setup: `import { Producer, KafkaConsumer, AdminClient } from "@confluentinc/kafka-javascript";\nconst producer = new Producer({ "bootstrap.servers": "k:9092" });\nconst consumer = new KafkaConsumer({ "group.id": "g" }, {});\nconst admin = AdminClient.create({ "bootstrap.servers": "k:9092" });`,
    publish: `producer.produce(topic, null, Buffer.from(text), "k", Date.now());`,
    destroy: `admin.deleteTopic(topic, 1000, (error) => undefined);`,
    consume: `consumer.on("ready", () => {\n  consumer.subscribe(["orders"]);\n  consumer.consume();\n}).on("data", async (data) => {\n  await charge(data.value);\n});`,
  },
  "node-rdkafka": {
    setup: `import Kafka from "node-rdkafka";\nconst producer = new Kafka.Producer({ "metadata.broker.list": "k:9092" });\nconst consumer = new Kafka.KafkaConsumer({ "group.id": "g" }, {});\nconst admin = Kafka.AdminClient.create({ "metadata.broker.list": "k:9092" });`,
    publish: `producer.produce(topic, -1, Buffer.from(text), "k", Date.now());`,
    destroy: `admin.deleteTopic(topic, 1000, () => undefined);`,
    consume: `consumer.subscribe(["orders"]);\nconsumer.consume();\nconsumer.on("data", async (data) => {\n  await charge(data.value);\n});`,
  },
  "kafka-node": {
    setup: `import kafka from "kafka-node";\nconst client = new kafka.KafkaClient({ kafkaHost: "k:9092" });\nconst producer = new kafka.HighLevelProducer(client);\nconst consumer = new kafka.ConsumerGroup({ kafkaHost: "k:9092", groupId: "g" }, ["orders"]);`,
    publish: `producer.send([{ topic, messages: text }], () => undefined);`,
    consume: `consumer.on("message", async (message) => {\n  await charge(message.value);\n});`,
  },
  amqplib: {
    setup: `import amqp from "amqplib";\nconst connection = await amqp.connect("amqps://u@mq");\nconst channel = await connection.createConfirmChannel();`,
    publish: `channel.sendToQueue(topic, Buffer.from(text));`,
    read: `const got = await channel.get(topic, { noAck: false });`,
    destroy: `await channel.deleteQueue(topic);`,
    consume: `await channel.consume("orders", async (message) => {\n  await charge(message.content);\n  channel.ack(message);\n});`,
  },
  "amqplib, callbacks": {
    setup: `import amqp from "amqplib/callback_api";`,
    publish: `amqp.connect("amqps://u@mq", (error, connection) => {\n  connection.createChannel((failed, channel) => {\n    channel.publish(topic, "created", Buffer.from(text)); @@\n  });\n});`,
    consume: `amqp.connect("amqps://u@mq", (error, connection) => {\n  connection.createChannel((failed, channel) => {\n    channel.consume("orders", async (message) => {\n      await charge(message.content);\n      channel.ack(message);\n    });\n  });\n});`,
  },
  "amqp-connection-manager": {
    setup: `import amqp from "amqp-connection-manager";\nconst connection = amqp.connect(["amqps://u@mq"]);\nconst channel = connection.createChannel({ json: false });`,
    publish: `await channel.sendToQueue(topic, Buffer.from(text));`,
    destroy: `await channel.purgeQueue(topic);`,
    consume: `await channel.consume("orders", async (message) => {\n  await charge(message.content);\n  channel.ack(message);\n});`,
  },
  "rabbitmq-client": {
    setup: `import { Connection } from "rabbitmq-client";\nconst rabbit = new Connection("amqps://u@mq");\nconst publisher = rabbit.createPublisher({ confirm: true, maxAttempts: 2 });`,
    publish: `await publisher.send({ exchange: topic, routingKey: "created" }, text);`,
    read: `const got = await rabbit.basicGet(topic);`,
    destroy: `await rabbit.queueDelete({ queue: topic });`,
    consume: `rabbit.createConsumer({ queue: "orders" }, async (message) => {\n  await charge(message.body);\n});`,
  },
  rascal: {
    setup: `import { BrokerAsPromised as Broker } from "rascal";\nimport { config } from "./config.js";\nconst broker = await Broker.create(config);`,
    publish: `await broker.publish("notes", text, { routingKey: topic });`,
    destroy: `await broker.purge();`,
    consume: `const subscription = await broker.subscribe("orders");\nsubscription.on("message", async (message, content, ackOrNack) => {\n  await charge(content);\n  ackOrNack();\n});`,
  },
  "@golevelup/nestjs-rabbitmq": {
    setup: `import { AmqpConnection, RabbitSubscribe } from "@golevelup/nestjs-rabbitmq";\nlet amqp: AmqpConnection;`,
    publish: `await amqp.publish(topic, "created", text);`,
    consume: `export class Orders {\n  @RabbitSubscribe({ exchange: "shop", routingKey: "orders", queue: "orders" })\n  public async handle(message: {}) {\n    await charge(message);\n  }\n}`,
  },
  "@nestjs/microservices": {
    setup: `import { ClientProxy, EventPattern, Payload } from "@nestjs/microservices";\nlet client: ClientProxy;`,
    publish: `client.emit(topic, text);`,
    consume: `export class Orders {\n  @EventPattern("orders")\n  async handle(@Payload() message: {}) {\n    await charge(message);\n  }\n}`,
  },
  rhea: {
    setup: `import rhea from "rhea";\nconst connection = rhea.connect({ host: "mq", transport: "tls", username: "u", password: process.env.P });\nconst container = rhea.create_container();`,
    publish: `const sender = connection.open_sender(topic);\nsender.send({ body: text });`,
    consume: `connection.open_receiver({ source: "orders" });\nrhea.on("message", async (context) => {\n  await charge(context.message.body);\n});`,
  },
  stompjs: {
    setup: `import { Client } from "@stomp/stompjs";\nconst client = new Client({ brokerURL: "wss://mq" });`,
    publish: `client.publish({ destination: topic, body: text });`,
    consume: `client.onConnect = () => {\n  client.subscribe("/queue/orders", async (message) => {\n    await charge(message.body);\n    message.ack();\n  }, { ack: "client" });\n};`,
  },
  mqtt: {
    setup: `import mqtt from "mqtt";\nconst client = mqtt.connect("mqtts://mq", { username: "u" });`,
    publish: `await client.publishAsync(topic, text, { qos: 1 });`,
    consume: `client.subscribe("orders");\nclient.on("message", async (from, payload) => {\n  await charge(payload);\n});`,
  },
  nats: {
    setup: `import { connect, StringCodec } from "nats";\nconst nc = await connect({ servers: "tls://nats" });\nconst sc = StringCodec();\nconst jsm = await nc.jetstreamManager();`,
    publish: `nc.publish(topic, sc.encode(text));`,
    destroy: `await jsm.streams.purge(topic);`,
    consume: `const subscription = nc.subscribe("orders");\nfor await (const message of subscription) {\n  await charge(message.data);\n}`,
  },
  "@nats-io": {
    setup: `import { connect } from "@nats-io/transport-node";\nimport { jetstream, jetstreamManager } from "@nats-io/jetstream";\nconst nc = await connect({ servers: "tls://nats" });\nconst js = jetstream(nc);\nconst jsm = await jetstreamManager(nc);`,
    publish: `await js.publish(topic, text);`,
    destroy: `await jsm.streams.delete(topic);`,
    consume: `const consumer = await js.consumers.get("ORDERS", "worker");\nfor await (const message of await consumer.consume()) {\n  await charge(message.data);\n  message.ack();\n}`,
  },
  "pulsar-client": {
    setup: `import Pulsar from "pulsar-client";\nconst client = new Pulsar.Client({ serviceUrl: "pulsar+ssl://p:6651" });`,
    publish: `const producer = await client.createProducer({ topic });\nawait producer.send({ data: Buffer.from(text) });`,
    consume: `const consumer = await client.subscribe({ topic: "orders", subscription: "s" });\nwhile (true) {\n  const message = await consumer.receive();\n  await charge(message.getData());\n  await consumer.acknowledge(message);\n}`,
  },
};
