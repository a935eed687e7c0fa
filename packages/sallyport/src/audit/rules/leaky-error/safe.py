# A message of the server's own; the client's goes to the log.
import json
import os
from typing import Annotated, Any, Literal

from aiokafka import AIOKafkaProducer
from mcp.server.fastmcp import FastMCP
from pydantic import BaseModel, Field
import logging
from .limits import limiter

mcp = FastMCP("notes")
producer = AIOKafkaProducer(bootstrap_servers=os.environ["BROKERS"])

logger = logging.getLogger(__name__)


@mcp.tool()
async def create_note(request_id: Annotated[str, Field(max_length=64)], text: Annotated[str, Field(max_length=2000)]) -> str:
    await limiter.take("create_note")
    try:
        await producer.send_and_wait("notes", json.dumps({"requestId": request_id, "text": text}).encode())
    except Exception as error:
        logger.error("create_note failed: %s", error)
        return "The note was not published."
    return "Published."
