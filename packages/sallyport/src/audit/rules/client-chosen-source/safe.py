# The server chooses what is read.
import os
from typing import Literal

import redis
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")
client = redis.Redis.from_url(os.environ["REDIS_URL"])
pubsub = client.pubsub()


@mcp.tool()
def watch(channel: Literal["user-notes", "user-tasks"]) -> str:
    pubsub.subscribe(channel)
    return "Watching."
