// What a project's own infrastructure says of its brokers.
import { expect, test } from "vitest";
import { readInfrastructure } from "../../src/audit/infrastructure/infrastructure.ts";
import type { Infrastructure } from "../../src/audit/infrastructure/stated.ts";
import { deadLettersElsewhere } from "../../src/audit/judge/elsewhere.ts";
import { lineOf } from "../../src/audit/ir/place.ts";
import { audited, written } from "./written.ts";

const read = (files: Readonly<Record<string, string>>): Infrastructure =>
  readInfrastructure({ files: Object.keys(files), read: (file) => files[file] });

const compose = (service: string): Infrastructure =>
  read({ "docker-compose.yml": `services:\n  broker:\n${service.replace(/^/gm, "    ")}\n` });

test.each([
  ["guest", 'image: rabbitmq:4\nports: ["5672:5672"]\nenvironment:\n  RABBITMQ_DEFAULT_PASS: guest', "default credentials"],
  ["no password named", 'image: rabbitmq:4-management\nports: ["5672:5672"]', "default credentials"],
  [
    "a known fallback",
    'image: rabbitmq:4\nports: ["5672:5672"]\nenvironment: ["RABBITMQ_DEFAULT_PASS=${PASS:-guest}"]',
    "default credentials",
  ],
  ["Redis without requirepass", 'image: redis:8\nports: ["6379:6379"]', "no authentication"],
  ["NATS without user", 'image: nats:2\nports: ["4222:4222"]\ncommand: -js', "no authentication"],
  ["plaintext Kafka", 'image: apache/kafka:4\nports: ["9092:9092"]', "no authentication"],
  [
    "mosquitto without accounts",
    'image: eclipse-mosquitto:2\nports: ["1883:1883"]\ncommand: mosquitto -c /mosquitto-no-auth.conf',
    "no authentication",
  ],
])("an open broker in Compose is found: %s", (_what, service, fault) => {
  expect(compose(service).brokers).toEqual([expect.objectContaining({ name: "broker", fault })]);
});

test.each([
  ["a password from the environment", 'image: rabbitmq:4\nports: ["5672:5672"]\nenvironment:\n  RABBITMQ_DEFAULT_PASS: ${PASS}'],
  ["this machine alone", 'image: redis:8\nports: ["127.0.0.1:6379:6379"]'],
  ["no port at all", "image: redis:8"],
  ["requirepass", 'image: redis:8\nports: ["6379:6379"]\ncommand: redis-server --requirepass ${PASS}'],
  ["SASL", 'image: apache/kafka:4\nports: ["9092:9092"]\nenvironment:\n  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: CLIENT:SASL_SSL'],
  ["no broker", 'image: postgres:18\nports: ["5432:5432"]'],
])("a broker that is closed is left alone: %s", (_what, service) => {
  expect(compose(service).brokers).toEqual([]);
});

test("Terraform's queues tell whether they have a dead letter, and its policies what they grant", () => {
  const { queues, grants, brokers } = read({
    "main.tf": `# resource "aws_sqs_queue" "commented" {}
resource "aws_sqs_queue" "lost" {
  name = "lost"
}
resource "aws_sqs_queue" "kept" {
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dlq.arn, maxReceiveCount = 5 })
}
data "aws_iam_policy_document" "wide" {
  statement {
    actions   = ["sqs:*"]
    resources = ["*"]
  }
  statement {
    effect  = "Deny"
    actions = ["*"]
  }
}
resource "rabbitmq_permissions" "all" {
  permissions {
    configure = ".*"
    write     = ".*"
    read      = ".*"
  }
}
resource "aws_mq_broker" "open" {
  publicly_accessible = true
}
`,
  });
  expect(queues.map(({ name, deadLetter, at }) => [name, deadLetter, lineOf(at)])).toEqual([
    ["aws_sqs_queue.lost", false, 2],
    ["aws_sqs_queue.kept", true, 5],
  ]);
  expect(grants.map(({ what, at }) => [what, lineOf(at)])).toEqual([
    ["`sqs:*`", 10],
    ["`.*` to configure and to write", 18],
  ]);
  expect(brokers).toEqual([expect.objectContaining({ name: "aws_mq_broker.open", fault: "public" })]);
});

test("CloudFormation and Serverless are read, tags and all", () => {
  const { queues, grants } = read({
    "template.yaml": `Resources:
  Notes:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "\${AWS::StackName}-notes"
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: "sqs:*"
                Resource: "*"
              - Effect: Allow
                Action: ["sqs:SendMessage"]
                Resource: !GetAtt Notes.Arn
`,
    "serverless.yml": `service: notes
provider:
  name: aws
  iam:
    role:
      statements:
        - Effect: Allow
          Action: "*"
          Resource: "*"
`,
  });
  expect(queues).toEqual([expect.objectContaining({ name: "Notes", deadLetter: false })]);
  expect(grants.map(({ file, what, at }) => [file, what, lineOf(at)])).toEqual([
    ["template.yaml", "`sqs:*`", 13],
    ["serverless.yml", "`*`", 7],
  ]);
});

test("CDK is read as text", () => {
  const { queues, grants } = read({
    "stack.ts": `import * as sqs from "aws-cdk-lib/aws-sqs";
new sqs.Queue(this, "Lost", { queueName: "lost" });
new sqs.Queue(this, "Kept", { deadLetterQueue: { queue: dlq, maxReceiveCount: 3 } });
new iam.PolicyStatement({ actions: ["sqs:*"], resources: ["*"] });
new iam.PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queue.queueArn] });
`,
  });
  expect(queues.map(({ name, deadLetter }) => [name, deadLetter])).toEqual([
    ["Lost", false],
    ["Kept", true],
  ]);
  expect(grants.map(({ at }) => lineOf(at))).toEqual([4]);
});

test("RabbitMQ's definitions name accounts that may do everything, and queues without a dead letter", () => {
  const { brokers, queues, grants } = read({
    "definitions.json": JSON.stringify({
      users: [
        { name: "guest", tags: "administrator" },
        { name: "notes", tags: "" },
      ],
      permissions: [
        { user: "guest", vhost: "/", configure: ".*", write: ".*", read: ".*" },
        { user: "notes", vhost: "/", configure: ".*", write: ".*", read: ".*" },
        { user: "reader", vhost: "/", configure: "^$", write: "^$", read: ".*" },
      ],
      policies: [{ name: "dl", pattern: "^kept\\.", definition: { "dead-letter-exchange": "dlx" } }],
      queues: [{ name: "lost" }, { name: "kept.one" }, { name: "own", arguments: { "x-dead-letter-exchange": "dlx" } }],
    }),
  });
  expect(brokers.map(({ name }) => name)).toEqual(["guest"]);
  expect(grants.map(({ name }) => name)).toEqual(["notes"]);
  expect(queues.map(({ name, deadLetter }) => [name, deadLetter])).toEqual([
    ["lost", false],
    ["kept.one", true],
    ["own", true],
  ]);
});

test.each(["{", "a: [", "\0", 'resource "aws_sqs_queue" "x" {', "services: 3", "services:\n  a: &a [*a]"])(
  "what is broken says nothing and breaks nothing: %j",
  (text) => {
    for (const file of ["compose.yml", "template.yaml", "a.tf", "a.json", "a.ts"])
      expect(() => read({ [file]: `AWS:: "permissions" aws-cdk-lib\n${text}` })).not.toThrow();
  },
);

const refused = (files: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string | undefined])[] => {
  const said: [string, string | undefined][] = [];
  readInfrastructure({ files: Object.keys(files), read: (file) => files[file], refuse: (file, why) => void said.push([file, why]) });
  return said;
};

test.each<[string, string, string, RegExp]>([
  ["Compose", "deploy/compose.yaml", "services:\n  broker:\n    image: [rabbitmq\n", /^line \d: /],
  ["Compose with an indented key", "docker-compose.yml", "services:\n  a:\n   image: x\n  ports: y\n z: 1\n", /^line 5: /],
  ["Compose that is a template", "compose.yml", "services:\n  a: {{ image }}\n  b: {{\n", /^line \d: /],
  ["two documents", "compose.yml", "services: {}\n---\nservices: {}\n", /^line 2: what follows is another document/],
  ["aliases without end", "compose.yml", "services:\n  a: &a [*a, *b]\n", /alias/i],
  ["CloudFormation", "stack.template", 'Resources:\n  Q:\n    Type: "AWS::SQS::Queue\n', /^line \d: /],
  ["CloudFormation in JSON", "stack.json", '{ "Resources": { "Q": { "Type": "AWS::SQS::Queue" }\n', /^line \d: /],
  ["Serverless", "serverless.yml", "provider:\n  name: [aws\n", /^line \d: /],
  ["RabbitMQ's definitions", "definitions.json", '{ "rabbit_version": "4.1.0",\n  "permissions": [{ "user": }\n', /^line \d: /],
  ["Terraform", "main.tf", 'variable "a" {}\nresource "aws_sqs_queue" "x" {\n  name = "x"\n', /^line 2: the bracket `{`/],
  ["Terraform with one too many", "main.tf", 'variable "a" {}\n}\n', /^line 2: the bracket `}`/],
])("broken infrastructure is named with its line: %s", (_what, file, text, why) => {
  expect(refused({ [file]: text })).toEqual([[file, expect.stringMatching(why)]]);
});

test("infrastructure whose text cannot be had, or is too long, is named", () => {
  expect(refused({ "main.tf": undefined, "compose.yml": undefined, "other.json": undefined, "a.ts": undefined })).toEqual([
    ["main.tf", undefined],
    ["compose.yml", undefined],
  ]);
  expect(refused({ "compose.yml": " ".repeat(1_000_001), "data.json": " ".repeat(1_000_001) })).toEqual([
    ["compose.yml", expect.stringMatching(/^longer than/)],
  ]);
});

test.each<[string, string, string]>([
  ["a chart", "templates/deployment.yaml", "provider: {{ .Values.provider }}\n  a: {{- if\n"],
  ["permissions of a browser's extension", "manifest.json", '{ "permissions": [ }'],
  ["JSON with tabs", "definitions.json", '{\n\t"rabbit_version": "4",\n\t"users": [\n\t\t{ "name": "a" }\n\t]\n}\n'],
  [
    "Terraform, with brackets in texts, comments and here-documents",
    "main.tf",
    'a = "{ ${b("]")}" # it is {\n// (\nc = <<-EOF\n  { ( "\n  EOF\nd = [{ "x" = "/*" }] /* } */\n',
  ],
])("what is no infrastructure, or is not broken, is not named: %s", (_what, file, text) => {
  expect(refused({ [file]: text })).toEqual([]);
});

const policy = (part: string): string => `resource "aws_iam_policy" "a" {\n${part.repeat(Math.floor(800_000 / part.length))}}\n`;
const nested = `resource "a" "b" {\n`;
const OPEN = ["/* ", "<<A\n", '"', "{", "}", "#", "/*/"];

/** Of this process, so that what else runs on the machine is not counted. */
test.each<[string, string]>([
  ["actions", policy('actions = ["sqs:*"]\n')],
  ["actions that do not end", policy('x = "actions=["\n')],
  ["spaces", policy(`actions${" ".repeat(500)}`)],
  ["blocks in blocks", nested.repeat(40_000) + "}".repeat(40_000)],
  ...OPEN.map((part): [string, string] => [part, part.repeat(Math.floor(800_000 / part.length))]),
  ["queues in queues", `import "aws-cdk-lib";\n${'new Queue(this, "a", '.repeat(40_000)}`],
])("no text of Terraform's or CDK's is read more than a few times: %j", (_what, text) => {
  const before = process.cpuUsage();
  refused({ "main.tf": text, "stack.ts": text });
  // Milliseconds where each character is looked at a few times, half a minute where each looks at all others.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
});

test("a policy of more statements than any account may have is named", () => {
  expect(refused({ "main.tf": policy('actions = ["sqs:*"]\n') })).toEqual([["main.tf", expect.stringMatching(/^line 1: more than 200/)]]);
});

test("broken infrastructure is named in the report, as sources are, once", async () => {
  const result = await audited(written({ "server.ts": "export {};\n", "compose.yml": "services: [AWS::\n", "b.tf": Buffer.from([0, 1]) }));
  expect(result.notRead).toEqual([
    { file: "b.tf", why: "it is not text" },
    { file: "compose.yml", why: expect.stringMatching(/^line \d: /) },
  ]);
});

test("an absence in the source is settled only by what holds of all queues of that broker", () => {
  const queue = (name: string, deadLetter: boolean, broker = "sqs") => ({ name, broker, deadLetter, file: "main.tf", at: 1 });
  const said = (...queues: readonly ReturnType<typeof queue>[]) => deadLettersElsewhere("sqs", { brokers: [], grants: [], queues });
  expect(said(queue("a", false), queue("b", false))).toMatchObject({ absent: true });
  expect(said(queue("a", true), queue("a-dlq", false))).toMatchObject({ absent: false });
  expect(said(queue("a", true), queue("a-dlq", false)).note).toContain("`a` (main.tf)");
  expect(said(queue("a", false, "rabbitmq"))).toEqual(deadLettersElsewhere("sqs", undefined));
});
