// Clients of brokers in Python, as their own documentation has them used.
import type { Client } from "./client.ts";

export const PYTHON: Readonly<Record<string, Client>> = {
  "confluent-kafka": {
    setup: `from confluent_kafka import Consumer, Producer\nfrom confluent_kafka.admin import AdminClient\n\nproducer = Producer({"bootstrap.servers": "k"})\nadmin = AdminClient({"bootstrap.servers": "k"})`,
    publish: `producer.produce(topic, value=text.encode())`,
    destroy: `admin.delete_topics([topic])`,
    consume: `consumer = Consumer({"bootstrap.servers": "k", "group.id": "g"})\nconsumer.subscribe(["orders"])\nwhile True:\n    message = consumer.poll(1.0)\n    if message is None or message.error():\n        continue\n    charge(message.value())`,
  },
  "kafka-python": {
    setup: `from kafka import KafkaConsumer, KafkaProducer\nfrom kafka.admin import KafkaAdminClient\n\nproducer = KafkaProducer(bootstrap_servers="k")\nadmin = KafkaAdminClient(bootstrap_servers="k")`,
    publish: `producer.send(topic, text.encode())`,
    destroy: `admin.delete_topics([topic])`,
    consume: `for message in KafkaConsumer("orders", group_id="g", bootstrap_servers="k"):\n    charge(message.value)`,
  },
  aiokafka: {
    setup: `from aiokafka import AIOKafkaConsumer, AIOKafkaProducer\n\nproducer = AIOKafkaProducer(bootstrap_servers="k")`,
    publish: `await producer.send_and_wait(topic, text.encode())`,
    consume: `async def work():\n    consumer = AIOKafkaConsumer("orders", bootstrap_servers="k", group_id="g")\n    await consumer.start()\n    async for message in consumer:\n        charge(message.value)`,
  },
  pika: {
    setup: `import pika\n\nconnection = pika.BlockingConnection(pika.URLParameters("amqps://u@mq"))\nchannel = connection.channel()`,
    publish: `channel.basic_publish(exchange="", routing_key=topic, body=text)`,
    read: `got = channel.basic_get(queue=topic)`,
    destroy: `channel.queue_purge(topic)`,
    consume: `def on_order(ch, method, properties, body):\n    charge(body)\n    ch.basic_ack(delivery_tag=method.delivery_tag)\n\n\nchannel.basic_consume(queue="orders", on_message_callback=on_order)\nchannel.start_consuming()`,
  },
  "aio-pika": {
    setup: `import aio_pika`,
    publish: `connection = await aio_pika.connect_robust("amqps://u@mq")\nchannel = await connection.channel()\nawait channel.default_exchange.publish(aio_pika.Message(body=text.encode()), routing_key=topic)`,
    destroy: `connection = await aio_pika.connect_robust("amqps://u@mq")\nchannel = await connection.channel()\nawait channel.queue_delete(topic)`,
    consume: `async def work():\n    connection = await aio_pika.connect_robust("amqps://u@mq")\n    channel = await connection.channel()\n    queue = await channel.declare_queue("orders")\n    async with queue.iterator() as messages:\n        async for message in messages:\n            charge(message.body)\n            await message.ack()`,
  },
  kombu: {
    setup: `from kombu import Connection, Exchange, Producer, Queue\n\nconnection = Connection("amqps://u@mq")`,
    publish: `producer = connection.Producer()\nproducer.publish({"text": text}, routing_key=topic)`,
    consume: `def on_order(body, message):\n    charge(body)\n    message.ack()\n\n\nwith connection.Consumer(Queue("orders"), callbacks=[on_order]) as consumer:\n    connection.drain_events()`,
  },
  celery: {
    setup: `from celery import Celery\n\napp = Celery("shop", broker="amqps://u@mq")`,
    publish: `app.send_task("notes.add", args=[text], queue=topic)`,
    destroy: `app.control.purge()`,
    consume: `@app.task\ndef on_order(order):\n    charge(order)`,
  },
  "celery, a class": {
    setup: `from celery import Celery, Task\n\napp = Celery("shop", broker="amqps://u@mq")`,
    publish: `app.signature("notes.add", args=[text]).apply_async(queue=topic)`,
    consume: `class OnOrder(Task):\n    def run(self, order):\n        charge(order)\n\n\napp.register_task(OnOrder())`,
  },
  boto3: {
    setup: `import boto3\n\nsqs = boto3.client("sqs")`,
    publish: `sqs.send_message(QueueUrl=topic, MessageBody=text)`,
    read: `got = sqs.receive_message(QueueUrl=topic)`,
    destroy: `sqs.purge_queue(QueueUrl=topic)`,
    consume: `while True:\n    for message in sqs.receive_message(QueueUrl="https://sqs/1/orders").get("Messages", []):\n        charge(message["Body"])\n        sqs.delete_message(QueueUrl="https://sqs/1/orders", ReceiptHandle=message["ReceiptHandle"])`,
  },
  "boto3, resources": {
    setup: `import boto3\n\nsqs = boto3.resource("sqs")`,
    publish: `sqs.Queue(topic).send_message(MessageBody=text)`,
    destroy: `sqs.Queue(topic).purge()`,
    consume: `queue = sqs.get_queue_by_name(QueueName="orders")\nwhile True:\n    for message in queue.receive_messages():\n        charge(message.body)\n        message.delete()`,
  },
  "boto3, SNS": {
    setup: `import boto3\n\nsns = boto3.client("sns")`,
    publish: `sns.publish(TopicArn=topic, Message=text)`,
    destroy: `sns.delete_topic(TopicArn=topic)`,
  },
  "boto3, EventBridge": {
    setup: `import boto3\n\nevents = boto3.client("events")`,
    publish: `events.put_events(Entries=[{"EventBusName": topic, "Source": "shop", "DetailType": "noted", "Detail": text}])`,
    destroy: `events.delete_event_bus(Name=topic)`,
  },
  "boto3, Kinesis": {
    setup: `import boto3\n\nkinesis = boto3.client("kinesis")`,
    publish: `kinesis.put_record(StreamName=topic, PartitionKey="a", Data=text)`,
    destroy: `kinesis.delete_stream(StreamName=topic)`,
  },
  aioboto3: {
    setup: `import aioboto3\n\nsession = aioboto3.Session()`,
    publish: `async with session.client("sqs") as sqs:\n    await sqs.send_message(QueueUrl=topic, MessageBody=text)`,
    destroy: `async with session.client("sns") as sns:\n    await sns.delete_topic(TopicArn=topic)`,
  },
  "redis-py": {
    setup: `import redis\n\nr = redis.Redis.from_url("rediss://u:p@r")`,
    publish: `r.publish(topic, text)`,
    read: `got = r.lrange(topic, 0, -1)`,
    destroy: `r.delete(topic)`,
    consume: `pubsub = r.pubsub()\npubsub.subscribe("orders")\nfor message in pubsub.listen():\n    charge(message["data"])`,
  },
  "redis-py, asyncio": {
    setup: `import redis.asyncio as redis\n\nr = redis.Redis(host="r", ssl=True, password="p")`,
    publish: `await r.xadd(topic, {"data": text})`,
    read: `got = await r.lpop(topic)`,
    destroy: `await r.xtrim(topic, maxlen=0)`,
    consume: `async def work():\n    while True:\n        for _stream, entries in await r.xreadgroup("g", "c", {"orders": ">"}):\n            for entry, fields in entries:\n                charge(fields)\n                await r.xack("orders", "g", entry)`,
  },
  "nats-py": {
    setup: `import nats`,
    publish: `nc = await nats.connect("tls://nats")\nawait nc.publish(topic, text.encode())`,
    destroy: `nc = await nats.connect("tls://nats")\njs = nc.jetstream()\nawait js.purge_stream(topic)`,
    consume: `async def work():\n    nc = await nats.connect("tls://nats")\n\n    async def on_order(message):\n        charge(message.data)\n\n    await nc.subscribe("orders", cb=on_order)`,
  },
  "nats-py, JetStream": {
    setup: `import nats`,
    publish: `nc = await nats.connect("tls://nats")\njs = nc.jetstream()\nawait js.publish(topic, text.encode())`,
    destroy: `nc = await nats.connect("tls://nats")\nawait nc.jetstream().delete_stream(topic)`,
    consume: `async def work():\n    nc = await nats.connect("tls://nats")\n    js = nc.jetstream()\n    subscription = await js.pull_subscribe("orders", "worker")\n    while True:\n        for message in await subscription.fetch(10):\n            charge(message.data)\n            await message.ack()`,
  },
  paho: {
    setup: `import paho.mqtt.client as mqtt\n\nclient = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)`,
    publish: `client.publish(topic, text)`,
    consume: `def on_message(client, userdata, message):\n    charge(message.payload)\n\n\nclient.on_message = on_message\nclient.subscribe("orders")\nclient.loop_forever()`,
  },
  "paho, once": {
    setup: `import paho.mqtt.publish as once`,
    publish: `once.single(topic, text, hostname="mq")`,
  },
  aiomqtt: {
    setup: `import aiomqtt`,
    publish: `async with aiomqtt.Client("mq") as client:\n    await client.publish(topic, text)`,
    consume: `async def work():\n    async with aiomqtt.Client("mq") as client:\n        await client.subscribe("orders")\n        async for message in client.messages:\n            charge(message.payload)`,
  },
  "google-cloud-pubsub": {
    setup: `from google.cloud import pubsub_v1\n\npublisher = pubsub_v1.PublisherClient()\nsubscriber = pubsub_v1.SubscriberClient()`,
    publish: `publisher.publish(publisher.topic_path("shop", topic), text.encode())`,
    destroy: `publisher.delete_topic(request={"topic": topic})`,
    consume: `def on_order(message):\n    charge(message.data)\n    message.ack()\n\n\nsubscriber.subscribe(subscriber.subscription_path("shop", "orders"), callback=on_order).result()`,
  },
  "azure-servicebus": {
    setup: `import os\n\nfrom azure.servicebus import ServiceBusClient, ServiceBusMessage\nfrom azure.servicebus.management import ServiceBusAdministrationClient\n\nclient = ServiceBusClient.from_connection_string(os.environ["SB"])\nadmin = ServiceBusAdministrationClient.from_connection_string(os.environ["SB"])`,
    publish: `with client.get_queue_sender(topic) as sender:\n    sender.send_messages(ServiceBusMessage(text))`,
    read: `got = client.get_queue_receiver(topic).peek_messages(10)`,
    destroy: `admin.delete_queue(topic)`,
    consume: `with client.get_queue_receiver("orders") as receiver:\n    for message in receiver:\n        charge(message.body)\n        receiver.complete_message(message)`,
  },
  "azure-eventhub": {
    setup: `import os\n\nfrom azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient\n\nconsumer = EventHubConsumerClient.from_connection_string(os.environ["EH"], "$Default", eventhub_name="orders")`,
    publish: `producer = EventHubProducerClient.from_connection_string(os.environ["EH"], eventhub_name=topic)\nproducer.send_event(EventData(text))`,
    consume: `def on_event(context, event):\n    charge(event.body_as_str())\n    context.update_checkpoint(event)\n\n\nconsumer.receive(on_event=on_event)`,
  },
  "azure-storage-queue": {
    setup: `import os\n\nfrom azure.storage.queue import QueueServiceClient\n\nservice = QueueServiceClient.from_connection_string(os.environ["SQ"])`,
    publish: `service.get_queue_client(topic).send_message(text)`,
    destroy: `service.delete_queue(topic)`,
    consume: `queue = service.get_queue_client("orders")\nwhile True:\n    for message in queue.receive_messages():\n        charge(message.content)\n        queue.delete_message(message)`,
  },
  pulsar: {
    setup: `import pulsar\n\nclient = pulsar.Client("pulsar+ssl://p:6651")`,
    publish: `client.create_producer(topic).send(text.encode())`,
    consume: `consumer = client.subscribe("orders", "worker")\nwhile True:\n    message = consumer.receive()\n    charge(message.data())\n    consumer.acknowledge(message)`,
  },
  stomp: {
    setup: `import stomp\n\nconnection = stomp.Connection([("mq", 61614)])`,
    publish: `connection.send(topic, text)`,
    consume: `class Orders(stomp.ConnectionListener):\n    def on_message(self, frame):\n        charge(frame.body)\n\n\nconnection.set_listener("", Orders())\nconnection.subscribe("/queue/orders", id=1, ack="auto")`,
  },
  rq: {
    setup: `from redis import Redis\nfrom rq import Queue\n\nfrom notes import add`,
    publish: `Queue(topic, connection=Redis()).enqueue(add, text)`,
    destroy: `Queue(topic, connection=Redis()).empty()`,
  },
  dramatiq: {
    setup: `import dramatiq`,
    consume: `@dramatiq.actor\ndef on_order(order):\n    charge(order)`,
  },
  faust: {
    setup: `import faust\n\napp = faust.App("shop", broker="kafka://k")\norders = app.topic("orders")`,
    publish: `await app.send(topic, value=text)`,
    consume: `@app.agent(orders)\nasync def work(stream):\n    async for order in stream:\n        charge(order)`,
  },
};
