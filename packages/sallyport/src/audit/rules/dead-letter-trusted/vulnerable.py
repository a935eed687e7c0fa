import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
channel.confirm_delivery()


def on_dead_letter(ch, method, properties, body):
    ch.basic_publish("", "orders", body)  # finding: dead-letter-trusted
    ch.basic_ack(method.delivery_tag)


channel.basic_consume("orders-dead", on_dead_letter)
channel.start_consuming()
