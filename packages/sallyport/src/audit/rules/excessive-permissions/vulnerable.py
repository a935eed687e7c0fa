# The server's role may do everything to every queue.
from aws_cdk import Stack
from aws_cdk import aws_iam as iam


class Notes(Stack):
    statement = iam.PolicyStatement(actions=["sqs:*"], resources=["*"])  # finding: excessive-permissions
