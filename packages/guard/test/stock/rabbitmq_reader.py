"""Takes messages from a group's queue with pika, as any other software may, and verifies them.

Arguments: address, queue, how many. The keys are on standard input. One line a message: its envelope as JSON, or what is
wrong with it.
"""

import json
import sys

import pika
from envelope import verify


def main(url, queue, count):
    keys = json.load(sys.stdin)
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    left = int(count)
    for method, _, body in channel.consume(queue, inactivity_timeout=20):
        if method is None:
            raise SystemExit("nothing came")
        try:
            told = verify(body, keys)
        except ValueError as error:
            told = {"refused": str(error)}
        print(json.dumps(told), flush=True)
        channel.basic_ack(method.delivery_tag)
        left -= 1
        if left == 0:
            break
    connection.close()


main(*sys.argv[1:])
