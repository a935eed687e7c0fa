# What starts the server may set things up; no tool does.
import os

import pika
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")
channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()
channel.queue_declare("notes", durable=True)


@mcp.tool()
def about() -> str:
    return "Notes."
