import json
import os
import time

import pika
import redis

from shop import ship_order
from signing import verify_signature

store = redis.Redis.from_url(os.environ["REDIS_URL"])
connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
channel.queue_declare(
    "orders",
    arguments={"x-queue-type": "quorum", "x-delivery-limit": 5, "x-dead-letter-exchange": "orders-dead"},
)


def on_order(ch, method, properties, body):
    try:
        order = json.loads(body)
    except ValueError:
        ch.basic_nack(method.delivery_tag, requeue=False)
        return
    if not verify_signature(order):
        ch.basic_nack(method.delivery_tag, requeue=False)
        return
    age = time.time() - float(order["time"])
    if not -60 <= age <= 300:
        ch.basic_nack(method.delivery_tag, requeue=False)
        return
    key = f"orders:{order['id']}"
    if not store.set(key, "1", nx=True, ex=900):
        ch.basic_ack(method.delivery_tag)
        return
    try:
        ship_order(order)
        ch.basic_ack(method.delivery_tag)
    except Exception:
        store.delete(key)
        ch.basic_nack(method.delivery_tag, requeue=True)


channel.basic_consume("orders", on_order)
channel.start_consuming()
