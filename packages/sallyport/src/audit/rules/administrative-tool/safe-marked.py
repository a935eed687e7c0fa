# Only what its owner has marked as this server's can be deleted, written to and read.
import boto3
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("queues")
MARK = "made-by-queues"


def is_marked(tags):
    return (True, "") if MARK in tags else (False, "not ours")


def check(client, given):
    url = given.get("QueueUrl")
    if url is None or url == "":
        return False, "which queue?"
    try:
        tags = client.list_queue_tags(QueueUrl=url)
        return is_marked(tags.get("Tags", {}))
    except Exception:
        return False, "not to be had"


class Tools:
    def __init__(self, service, settings=None):
        self.service = service
        self.settings = settings or {}

    def client(self):
        return boto3.client(self.service)

    def register(self):
        for name in ["delete_queue", "purge_queue"]:
            mcp.tool()(self.make(name, self.settings[name].get("check")))

    def make(self, name, check):
        async def run(**kwargs):
            client = self.client()
            method = getattr(client, name)
            given = {key: value for key, value in kwargs.items() if value is not None}
            if check is not None:
                ok, why = check(client, given)
                if ok is False:
                    return {"error": why}
            method(**given)
            return {"done": True}

        return run


def main():
    Tools("sqs", {"delete_queue": {"check": check}, "purge_queue": {"check": check}}).register()


if __name__ == "__main__":
    main()
