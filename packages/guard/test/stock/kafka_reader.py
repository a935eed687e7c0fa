"""Takes messages from a destination's topic with kafka-python, as any other software may, and verifies them.

Arguments: address, topic, group, how many. The keys are on standard input. One line a message: its envelope as JSON, or
what is wrong with it.
"""

import json
import sys

from envelope import verify
from kafka import KafkaConsumer


def main(address, topic, group, count):
    keys = json.load(sys.stdin)
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=address,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=30000,
    )
    left = int(count)
    for record in consumer:
        try:
            told = verify(record.value, keys)
        except ValueError as error:
            told = {"refused": str(error)}
        print(json.dumps(told), flush=True)
        left -= 1
        if left == 0:
            break
    consumer.commit()
    consumer.close()


main(*sys.argv[1:])
