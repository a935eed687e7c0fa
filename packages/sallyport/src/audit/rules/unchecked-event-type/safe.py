# The types that this consumer takes stand in a dictionary.
import json
import os

import psycopg
from kafka import KafkaConsumer

connection = psycopg.connect(os.environ["DATABASE_URL"])
consumer = KafkaConsumer("notes", bootstrap_servers=os.environ["BROKERS"])


def on_created(event):
    connection.execute("INSERT INTO notes VALUES (%s, %s) ON CONFLICT DO NOTHING", (event["id"], event["text"]))


HANDLERS = {"note.created": on_created}
for message in consumer:
    try:
        event = json.loads(message.value)
    except ValueError:
        continue
    handler = HANDLERS.get(event["type"])
    if handler is None:
        continue
    handler(event)
