# Nothing counts how often this is called.
import json
import os
from typing import Annotated, Any, Literal

from aiokafka import AIOKafkaProducer
from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel, Field

mcp = FastMCP("notes")
producer = AIOKafkaProducer(bootstrap_servers=os.environ["BROKERS"])


@mcp.tool()
async def create_note(request_id: Annotated[str, Field(max_length=64)], text: Annotated[str, Field(max_length=2000)]) -> str:
    try:
        await producer.send_and_wait("notes", json.dumps({"requestId": request_id, "text": text}).encode())  # finding: unlimited-publish
    except Exception:
        return "The note was not published."
    return "Published."
