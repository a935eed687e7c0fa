// The servers of others that were probed: which, how they were installed, and what they are. Their reports stand in one
// folder, named after `id`.
export interface Third {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  /** A repository on GitHub with the commit where no registry had it: then how it is built is its own README's to say. */
  readonly from: "npm" | "PyPI" | { readonly repository: string; readonly commit: string };
  readonly install?: string;
  /** Of those that come with the probe. */
  readonly profile: string;
  /** A sentence or two. */
  readonly about: string;
}

export const SERVERS: readonly Third[] = [
  {
    id: "mcp-amqp-transport",
    package: "mcp-amqp-transport",
    version: "1.0.2",
    from: { repository: "dylanjgoode/mcp-amqp-transport", commit: "6a0b8815414dfa32baa1e7f2e762838823f237d5" },
    profile: "mcp-amqp-transport",
    about:
      "The calls of a client go through an exchange of RabbitMQ to a queue, from which an adaptor hands them to a server: it consumes what it publishes. The server behind is the profile's own, a tool that notes a text; what it lets pass is said of the transport where the transport has let it pass before.",
  },
  {
    id: "mcp-celery",
    package: "mcp-celery",
    version: "0.2.0",
    from: "PyPI",
    install: "pip install mcp-celery==0.2.0 'celery[redis]' 'mcp<2'",
    profile: "mcp-celery",
    about:
      "A library that makes tools of Celery's tasks: it consumes what it publishes. Server and worker are the profile's, as its README has them, with a task that notes a text; Celery 5.7.0 is as it comes. Audited together with that one file.",
  },
  {
    id: "queue-pilot",
    package: "queue-pilot",
    version: "0.5.3",
    from: { repository: "LarsCowe/queue-pilot", commit: "9b65df0e4ff21796288fe3aa59302bfdae55c1b4" },
    profile: "queue-pilot",
    about:
      "RabbitMQ and Kafka as they are, with schemas that a message is checked against when the caller asks for it. Attacked on RabbitMQ, with a schema that lets nothing pass but a text.",
  },
  {
    id: "amq-mcp-server-rabbitmq",
    package: "amq-mcp-server-rabbitmq",
    version: "4.0.0",
    from: "PyPI",
    install: "pip install amq-mcp-server-rabbitmq==4.0.0",
    profile: "amq-mcp-server-rabbitmq --broker-url amqp://guest:guest@127.0.0.1:5672/",
    about:
      "RabbitMQ as it is, with the tools that change things (`--allow-mutative-tools`). Tools of messages, queues, exchanges, bindings and policies were attacked; connections, nodes, rights and migrations were left alone.",
  },
  {
    id: "awslabs-sns-sqs",
    package: "awslabs-amazon-sns-sqs-mcp-server",
    version: "2.1.1",
    from: "PyPI",
    install: "pip install awslabs-amazon-sns-sqs-mcp-server==2.1.1",
    profile: "awslabs-sns-sqs-mcp-server",
    about:
      "Every operation of SNS and SQS as a tool, made from boto3; what sends and receives does so on queues alone that carry its own tag. SQS was attacked, on ElasticMQ, with `--allow-resource-creation`.",
  },
  {
    id: "nats-mcp",
    package: "nats-mcp",
    version: "1.0.0",
    from: { repository: "theworksofvon/nats-mcp", commit: "2d4b912c698dd2275dd4e0803eb7a9efff7241da" },
    profile: "theworksofvon-nats-mcp",
    about: "NATS: messages are published to any subject and read out of any stream; streams are made, purged and deleted.",
  },
  {
    id: "tuannvm-kafka",
    package: "kafka-mcp-server",
    version: "at fb42a4db",
    from: { repository: "tuannvm/kafka-mcp-server", commit: "fb42a4db65734677ab12f3e0d7a31b7a8d1e53f0" },
    profile: "tuannvm-kafka-mcp-server",
    about: "Kafka, in Go: messages are produced to and consumed from any topic. `KAFKA_HOME` has to say where Kafka is.",
  },
  {
    id: "bullmq-mcp",
    package: "@adamhancock/bullmq-mcp",
    version: "1.0.7",
    from: "npm",
    install: "npm install --ignore-scripts @adamhancock/bullmq-mcp@1.0.7 && export PATH=$PWD/node_modules/.bin:$PATH",
    profile: "bullmq-mcp",
    about: "Job queues of BullMQ: jobs are added, read, removed and drained, in whatever queue is named.",
  },
  {
    id: "redis-mcp-server",
    package: "redis-mcp-server",
    version: "0.5.1",
    from: "PyPI",
    install: "pip install redis-mcp-server==0.5.1",
    profile: "redis-mcp-server",
    about:
      "Redis as it is: a tool for nearly every command. Streams, lists and Pub/Sub were attacked; values, sets and searches are no broker and were left alone.",
  },
  {
    id: "a2amcp",
    package: "iflow-mcp-webdevtodayjason-a2amcp",
    version: "0.1.0",
    from: "PyPI",
    install: "pip install iflow-mcp-webdevtodayjason-a2amcp==0.1.0 'mcp<2'",
    profile: "a2amcp",
    about:
      "Agents that send each other messages through lists of Redis, one for each project and agent. It does not start with version 2 of the MCP SDK.",
  },
  {
    id: "mcp-server-redis",
    package: "@modelcontextprotocol/server-redis",
    version: "2025.4.25",
    from: "npm",
    install: "npm install --ignore-scripts @modelcontextprotocol/server-redis@2025.4.25 && export PATH=$PWD/node_modules/.bin:$PATH",
    profile: "mcp-server-redis",
    about: "Values of Redis: set, get, delete, list. It publishes nothing.",
  },
  {
    id: "gongrzhe",
    package: "@gongrzhe/server-redis-mcp",
    version: "1.0.0",
    from: "npm",
    install: "npm install --ignore-scripts @gongrzhe/server-redis-mcp@1.0.0 && export PATH=$PWD/node_modules/.bin:$PATH",
    profile: "gongrzhe-server-redis-mcp",
    about: "Values of Redis: set, get, delete, list. It publishes nothing.",
  },
  {
    id: "atengk-kafka",
    package: "atengk-mcp-server-kafka",
    version: "1.3.1",
    from: "PyPI",
    install: "pip install atengk-mcp-server-kafka==1.3.1",
    profile: "atengk-mcp-server-kafka",
    about: "Kafka: messages are produced to and sampled from any topic, topics made and deleted. `KAFKA_HOME` has to say where Kafka is.",
  },
  {
    id: "sinadarbouy-mcp-nats",
    package: "mcp-nats",
    version: "at df042655",
    from: { repository: "sinadarbouy/mcp-nats", commit: "df04265538a2c5447a9cc66cc0abab58e1f302eb" },
    profile: "sinadarbouy-mcp-nats",
    about:
      "NATS, in Go, by way of NATS's own `nats` (0.5.0 of natscli): subjects are published to, streams looked into, buckets of keys read, written and emptied. What asks for a system account, what waits without end, what writes files and `stream_view`, which takes no size that its schema lets, were left alone. `publish` takes no place for its message from `reply`: JetStream's own acknowledgement goes there, wherever the model says.",
  },
];
