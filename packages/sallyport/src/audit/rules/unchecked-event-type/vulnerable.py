# Whatever method the message names is called.
import json
import os

import psycopg
from kafka import KafkaConsumer

connection = psycopg.connect(os.environ["DATABASE_URL"])
consumer = KafkaConsumer("notes", bootstrap_servers=os.environ["BROKERS"])


class Notes:
    def on_created(self, event):
        connection.execute("INSERT INTO notes VALUES (%s)", (event["text"],))


notes = Notes()
for message in consumer:
    try:
        event = json.loads(message.value)
    except ValueError:
        continue
    getattr(notes, "on_" + event["type"])(event)  # finding: unchecked-event-type
