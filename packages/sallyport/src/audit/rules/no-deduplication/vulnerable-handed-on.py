# The handler hands on, and a loop acts.
import os
import queue

import paho.mqtt.client as mqtt

from plant import start_motor

orders = queue.Queue()


def on_order(client, userdata, message):
    orders.put(message.payload)  # finding: no-deduplication


def work():
    while True:
        start_motor(orders.get())


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.message_callback_add("orders", on_order)
client.tls_set()
client.connect(os.environ["MQTT_HOST"], 8883)
client.loop_start()
work()
