# A tool empties queues: administration is the operator's.
import os

import pika
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")
channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()


@mcp.tool()
def purge(queue: str) -> str:
    channel.queue_purge(queue)  # finding: administrative-tool
    return "Empty."
