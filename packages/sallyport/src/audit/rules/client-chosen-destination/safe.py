# The server chooses, from a set of its own.
import json
import os
from typing import Annotated, Any, Literal

from aiokafka import AIOKafkaProducer
from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel, Field
from .limits import limiter

mcp = FastMCP("notes")
producer = AIOKafkaProducer(bootstrap_servers=os.environ["BROKERS"])

ALLOWED = {"notes", "tasks"}


@mcp.tool()
async def create_note(request_id: Annotated[str, Field(max_length=64)], topic: str, text: Annotated[str, Field(max_length=2000)]) -> str:
    await limiter.take("create_note")
    if topic not in ALLOWED:
        raise ValueError("No such list")
    try:
        await producer.send_and_wait(topic, json.dumps({"requestId": request_id, "text": text}).encode())
    except Exception:
        return "The note was not published."
    return "Published."
