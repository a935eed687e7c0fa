# The types that this consumer takes stand in a dictionary.
import json
import os

import psycopg
from kafka import KafkaConsumer

connection = psycopg.connect(os.environ["DATABASE_URL"])
consumer = KafkaConsumer("notes", bootstrap_servers=os.environ["BROKERS"])


def on_created(event):
    connection.execute("INSERT INTO notes VALUES (%s)", (event["text"],))  # finding: no-deduplication


HANDLERS = {"note.created": on_created}
for message in consumer:
    event = json.loads(message.value)  # finding: unguarded-parse
    handler = HANDLERS.get(event["type"])
    if handler is None:
        continue
    handler(event)
