"""Takes messages from a group's queue with boto3, as any other software may, and verifies them.

Arguments: address, queue's name, how many. The keys are on standard input. One line a message: its envelope as JSON, or
what is wrong with it.
"""

import json
import sys

import boto3
from envelope import verify


def main(url, name, count):
    keys = json.load(sys.stdin)
    credentials = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    client = boto3.client("sqs", endpoint_url=url, region_name="elasticmq", **credentials)
    queue = client.get_queue_url(QueueName=name)["QueueUrl"]
    left = int(count)
    while left > 0:
        taken = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=min(left, 10), WaitTimeSeconds=10)
        for message in taken.get("Messages", []):
            try:
                told = verify(message["Body"].encode(), keys)
            except ValueError as error:
                told = {"refused": str(error)}
            print(json.dumps(told), flush=True)
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            left -= 1


main(*sys.argv[1:])
