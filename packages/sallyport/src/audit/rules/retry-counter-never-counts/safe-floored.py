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
channel.queue_declare("orders", arguments={"x-dead-letter-exchange": "orders-dead"})


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
    attempts = max(0, int(properties.headers.get("x-retry-count", 0)))
    try:
        ship_order(order)
        ch.basic_ack(method.delivery_tag)
    except Exception:
        store.delete(key)
        if attempts >= 3:
            ch.basic_nack(method.delivery_tag, requeue=False)
        else:
            again = pika.BasicProperties(headers={"x-retry-count": attempts + 1})
            ch.basic_publish("", "orders", body, again)
            ch.basic_ack(method.delivery_tag)


channel.basic_consume("orders", on_order)
channel.start_consuming()
