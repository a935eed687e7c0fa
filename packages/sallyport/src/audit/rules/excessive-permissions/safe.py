# The server's role may send to its queue.
from aws_cdk import Stack
from aws_cdk import aws_iam as iam


class Notes(Stack):
    statement = iam.PolicyStatement(actions=["sqs:SendMessage"], resources=["arn:aws:sqs:eu-west-1:1:notes"])
