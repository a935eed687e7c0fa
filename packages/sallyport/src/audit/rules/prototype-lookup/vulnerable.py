# A handler's attribute by the model's word: `__class__` is one too.
import json
import os
from typing import Annotated, Any, Literal

from aiokafka import AIOKafkaProducer
from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel, Field
from .limits import limiter

mcp = FastMCP("notes")
producer = AIOKafkaProducer(bootstrap_servers=os.environ["BROKERS"])

class Topics:
    create_note = "notes"
    update_note = "notes"


@mcp.tool()
async def create_note(request_id: Annotated[str, Field(max_length=64)], action: str, text: Annotated[str, Field(max_length=2000)]) -> str:
    await limiter.take("create_note")
    topic = getattr(Topics, action)
    try:
        await producer.send_and_wait(topic, json.dumps({"requestId": request_id, "text": text}).encode())  # finding: prototype-lookup
    except Exception:
        return "The note was not published."
    return "Published."
