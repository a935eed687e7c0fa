# What anybody wrote to the queue is handed to the model as it is.
import os
from typing import Literal

import redis
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")
client = redis.Redis.from_url(os.environ["REDIS_URL"])
pubsub = client.pubsub()


@mcp.tool()
def latest() -> str:
    entries = client.xrange("notes", count=10)
    return str(entries)  # finding: raw-broker-content
