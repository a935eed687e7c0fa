# The model names what is read; a pattern reads everything.
import os
from typing import Literal

import redis
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")
client = redis.Redis.from_url(os.environ["REDIS_URL"])
pubsub = client.pubsub()


@mcp.tool()
def watch(channel: str) -> str:
    pubsub.psubscribe(channel)  # finding: client-chosen-source
    return "Watching."
