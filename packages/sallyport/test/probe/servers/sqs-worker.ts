// Does what orders and invoices say, writes it down, and deletes it; what fails comes again after a second, for ever.
import { appendFileSync } from "node:fs";
import { SQS } from "@aws-sdk/client-sqs";
import { clientSettings } from "./sqs-client.ts";

const client = new SQS(clientSettings(process.env["SQS_URL"] ?? ""));

async function work(QueueName: string): Promise<never> {
  const { QueueUrl } = await client.createQueue({ QueueName });
  for (;;) {
    const { Messages = [] } = await client.receiveMessage({ QueueUrl, MaxNumberOfMessages: 5, VisibilityTimeout: 1, WaitTimeSeconds: 1 });
    for (const { Body = "", ReceiptHandle } of Messages) {
      try {
        const { text } = JSON.parse(Body) as { readonly text: string };
        appendFileSync("effects.txt", `tried ${QueueName}: ${text}\n`);
        if (text.startsWith("poison")) throw new Error("never");
        appendFileSync("effects.txt", `done ${QueueName}: ${text}\n`);
        await client.deleteMessage({ QueueUrl, ReceiptHandle });
      } catch {
        // Comes again.
      }
    }
  }
}

await Promise.all(["invoices", "orders"].map(work));
