# The model writes the action and the payload: no schema of the event stands between.
import json
import os
from typing import Annotated, Any, Literal

from aiokafka import AIOKafkaProducer
from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel, Field
from .limits import limiter

mcp = FastMCP("notes")
producer = AIOKafkaProducer(bootstrap_servers=os.environ["BROKERS"])


@mcp.tool()
async def create_note(request_id: Annotated[str, Field(max_length=64)], action: str, payload: dict[str, Any]) -> str:
    await limiter.take("create_note")
    try:
        await producer.send_and_wait("notes", json.dumps({"requestId": request_id, "action": action, "payload": payload}).encode())  # finding: unvalidated-payload, unbounded-payload
    except Exception:
        return "The note was not published."
    return "Published."
