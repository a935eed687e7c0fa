# A list of Redis' that nothing calls a queue is data.
import redis
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("store")
store = redis.Redis(host="localhost")


@mcp.tool()
async def lpop(name: str) -> str:
    value = store.lpop(name)
    return value if value else "empty"
