import json
import os
import time

import pika

from shop import ship_order
from signing import verify_signature

connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
seen = set()
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
    if order["id"] in seen:  # finding: ids-kept-per-process
        ch.basic_ack(method.delivery_tag)
        return
    seen.add(order["id"])  # finding: unbounded-memory-of-ids
    try:
        ship_order(order)
        ch.basic_ack(method.delivery_tag)
    except Exception:
        seen.discard(order["id"])
        ch.basic_nack(method.delivery_tag, requeue=True)


channel.basic_consume("orders", on_order)
channel.start_consuming()
