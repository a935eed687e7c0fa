"""Takes messages from a destination's stream with nats-py, as any other software may, and verifies them.

Arguments: address, stream, subject, durable consumer, how many. The keys are on standard input. One line a message: its
envelope as JSON, or what is wrong with it.
"""

import asyncio
import json
import sys

import nats
from envelope import verify


async def main(url, stream, subject, durable, count):
    keys = json.load(sys.stdin)
    connection = await nats.connect(url, connect_timeout=5, max_reconnect_attempts=3)
    subscription = await connection.jetstream().pull_subscribe(subject, durable=durable, stream=stream)
    left = int(count)
    while left > 0:
        for message in await subscription.fetch(left, timeout=20):
            try:
                told = verify(message.data, keys)
            except ValueError as error:
                told = {"refused": str(error)}
            print(json.dumps(told), flush=True)
            await message.ack_sync()
            left -= 1
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
