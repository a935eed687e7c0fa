import os

import pika

from signing import verify_signature

connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
channel.confirm_delivery()


def on_dead_letter(ch, method, properties, body):
    if not verify_signature(body, properties.headers):
        ch.basic_nack(method.delivery_tag, requeue=False)
        return
    ch.basic_publish("", "orders", body)
    ch.basic_ack(method.delivery_tag)


channel.basic_consume("orders-dead", on_dead_letter)
channel.start_consuming()
