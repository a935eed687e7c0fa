// The server's role may send to its queue.
import { Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";

export class Notes extends Stack {
  readonly statement = new iam.PolicyStatement({ actions: ["sqs:SendMessage"], resources: ["arn:aws:sqs:eu-west-1:1:notes"] });
}
