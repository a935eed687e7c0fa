// CloudFormation, SAM and what CDK synthesizes, Serverless: queues, topics and policies in YAML or JSON.
import { type Documented, isTable, listOf, readDocument, tableOf } from "./document.ts";
import type { Collected } from "./stated.ts";
import { excessOf } from "./policies.ts";

/** Other tools write YAML with a provider too, and in dialects that are no YAML: only what is surely a template is missed. */
const SURELY = /AWS::|iamRoleStatements/;
const SERVERLESS = /(^|\/)serverless\.(ya?ml|json)$/i;

export function readTemplate(file: string, text: string, collected: Collected): void {
  if (!/AWS::|iamRoleStatements|serverless|provider/.test(text)) return;
  const isMissed = SURELY.test(text) || SERVERLESS.test(file);
  const document = readDocument(text, (why) => {
    if (isMissed) collected.refuse(file, why);
  });
  if (document === undefined || !isTable(document.value)) return;
  const root = document.value;
  const own = tableOf(root["Resources"]);
  const serverless = tableOf(tableOf(root["resources"])["Resources"]);
  readResources(file, document, own, ["Resources"], collected);
  readResources(file, document, serverless, ["resources", "Resources"], collected);
  const provider = tableOf(root["provider"]);
  readStatements(file, document, "the service's role", provider["iamRoleStatements"], ["provider", "iamRoleStatements"], collected);
  const role = tableOf(tableOf(provider["iam"])["role"]);
  readStatements(file, document, "the service's role", role["statements"], ["provider", "iam", "role", "statements"], collected);
}

type Path = readonly (string | number)[];

function readResources(file: string, document: Documented, resources: ReturnType<typeof tableOf>, path: Path, collected: Collected): void {
  for (const [name, resource] of Object.entries(resources)) {
    const { Type, Properties } = tableOf(resource);
    const properties = tableOf(Properties);
    const at = document.place(...path, name);
    if (Type === "AWS::SQS::Queue")
      collected.queues.push({ name, broker: "sqs", file, at, deadLetter: properties["RedrivePolicy"] !== undefined });
    if (Type === "AWS::AmazonMQ::Broker" && properties["PubliclyAccessible"] === true)
      collected.brokers.push({ name, broker: "amazon-mq", file, at, fault: "public", why: "`PubliclyAccessible` is true" });
    for (const [where, statements] of statementsIn(properties))
      readStatements(file, document, name, statements, [...path, name, "Properties", ...where], collected);
  }
}

/** Wherever a policy stands: in a role, a policy of its own, a queue's or topic's policy. */
function statementsIn(properties: ReturnType<typeof tableOf>): readonly (readonly [Path, unknown])[] {
  const found: (readonly [Path, unknown])[] = [];
  const own = tableOf(properties["PolicyDocument"])["Statement"];
  if (own !== undefined) found.push([["PolicyDocument", "Statement"], own]);
  for (const [index, policy] of listOf(properties["Policies"]).entries()) {
    const document = tableOf(policy)["PolicyDocument"];
    const statement = tableOf(document)["Statement"] ?? tableOf(policy)["Statement"];
    const path: Path = document === undefined ? ["Policies", index, "Statement"] : ["Policies", index, "PolicyDocument", "Statement"];
    if (statement !== undefined) found.push([path, statement]);
  }
  return found;
}

function readStatements(file: string, document: Documented, name: string, statements: unknown, path: Path, { grants }: Collected): void {
  for (const [index, statement] of listOf(statements).entries()) {
    const what = excessOf(statement);
    if (what !== undefined) grants.push({ name, file, at: document.place(...path, index), what });
  }
}
