// The server's role may do everything to every queue.
import { Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";

export class Notes extends Stack {
  readonly statement = new iam.PolicyStatement({ actions: ["sqs:*"], resources: ["*"] }); // finding: excessive-permissions
}
