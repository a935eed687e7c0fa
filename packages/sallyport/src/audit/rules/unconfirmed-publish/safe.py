# The channel waits for the broker's confirmation of each message.
import json
import os
from typing import Annotated

import pika
from mcp.server.fastmcp import FastMCP
from pydantic import Field

from .limits import limiter

mcp = FastMCP("notes")
connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
channel.confirm_delivery()


@mcp.tool()
def create_note(request_id: Annotated[str, Field(max_length=64)], text: Annotated[str, Field(max_length=2000)]) -> str:
    limiter.take("create_note")
    try:
        channel.basic_publish("", "notes", json.dumps({"requestId": request_id, "text": text}))
    except Exception:
        return "The note was not published."
    return "Published."
