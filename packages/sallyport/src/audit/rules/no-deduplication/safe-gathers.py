# What only keeps messages for whoever asks, or answers who waits, changes nothing.
import json
import os
from collections import deque

import paho.mqtt.client as mqtt

latest = deque(maxlen=100)
waiting = {}


def on_reading(client, userdata, message):
    latest.append({"topic": message.topic, "text": message.payload.decode()})


def on_answer(client, userdata, message):
    try:
        answer = json.loads(message.payload)
        correlation_id = answer.get("correlation_id")
        if correlation_id in waiting:
            waiter = waiting.pop(correlation_id)
            waiter.set_result(answer.get("result"))
    except json.JSONDecodeError:
        print("not an answer")


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.message_callback_add("readings/#", on_reading)
client.message_callback_add("answers/+", on_answer)
client.tls_set()
client.connect(os.environ["MQTT_HOST"], 8883)
client.loop_forever()
