import json
import os
import time

import pika

from shop import ship_order
from signing import verify_signature

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
    try:
        ship_order(order)  # finding: no-deduplication
        ch.basic_ack(method.delivery_tag)
    except Exception:
        ch.basic_nack(method.delivery_tag, requeue=True)


channel.basic_consume("orders", on_order)
channel.start_consuming()
