# A channel without confirmations: what the broker refuses or loses is reported as published.
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


@mcp.tool()
def create_note(request_id: Annotated[str, Field(max_length=64)], text: Annotated[str, Field(max_length=2000)]) -> str:
    limiter.take("create_note")
    try:
        channel.basic_publish("", "notes", json.dumps({"requestId": request_id, "text": text}))  # finding: unconfirmed-publish
    except Exception:
        return "The note was published, it may take a while."  # finding: unconfirmed-publish
    return "Published."
