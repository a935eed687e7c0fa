// The servers of others that were probed: which, how they were installed, and what they are. Their reports stand in one
// folder, named after `id`.
export interface Third {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly registry: "npm" | "PyPI";
  readonly install: string;
  /** Of those that come with the probe. */
  readonly profile: string;
  /** A sentence or two. */
  readonly about: string;
}

export const SERVERS: readonly Third[] = [
  {
    id: "bullmq-mcp",
    package: "@adamhancock/bullmq-mcp",
    version: "1.0.7",
    registry: "npm",
    install: "npm install --ignore-scripts @adamhancock/bullmq-mcp@1.0.7 && export PATH=$PWD/node_modules/.bin:$PATH",
    profile: "bullmq-mcp",
    about: "Job queues of BullMQ: jobs are added, read, removed and drained, in whatever queue is named.",
  },
  {
    id: "redis-mcp-server",
    package: "redis-mcp-server",
    version: "0.5.1",
    registry: "PyPI",
    install: "pip install redis-mcp-server==0.5.1",
    profile: "redis-mcp-server",
    about:
      "Redis as it is: a tool for nearly every command. Streams, lists and Pub/Sub were attacked; values, sets and searches are no broker and were left alone.",
  },
  {
    id: "mcp-redis-server",
    package: "mcp-redis-server",
    version: "0.1.0",
    registry: "PyPI",
    install: "pip install mcp-redis-server==0.1.0",
    profile: "mcp-redis-server",
    about: "Redis as it is, connected by a tool. Lists were attacked, and what deletes.",
  },
  {
    id: "a2amcp",
    package: "iflow-mcp-webdevtodayjason-a2amcp",
    version: "0.1.0",
    registry: "PyPI",
    install: "pip install iflow-mcp-webdevtodayjason-a2amcp==0.1.0 'mcp<2'",
    profile: "a2amcp",
    about:
      "Agents that send each other messages through lists of Redis, one for each project and agent. It does not start with version 2 of the MCP SDK.",
  },
  {
    id: "atengk-kafka",
    package: "atengk-mcp-server-kafka",
    version: "1.3.1",
    registry: "PyPI",
    install: "pip install atengk-mcp-server-kafka==1.3.1",
    profile: "atengk-mcp-server-kafka",
    about: "Kafka: messages are produced to and sampled from any topic, topics made and deleted. `KAFKA_HOME` has to say where Kafka is.",
  },
  {
    id: "mcp-server-redis",
    package: "@modelcontextprotocol/server-redis",
    version: "2025.4.25",
    registry: "npm",
    install: "npm install --ignore-scripts @modelcontextprotocol/server-redis@2025.4.25 && export PATH=$PWD/node_modules/.bin:$PATH",
    profile: "mcp-server-redis",
    about: "Values of Redis: set, get, delete, list. It publishes nothing.",
  },
  {
    id: "gongrzhe",
    package: "@gongrzhe/server-redis-mcp",
    version: "1.0.0",
    registry: "npm",
    install: "npm install --ignore-scripts @gongrzhe/server-redis-mcp@1.0.0 && export PATH=$PWD/node_modules/.bin:$PATH",
    profile: "gongrzhe-server-redis-mcp",
    about: "Values of Redis: set, get, delete, list. It publishes nothing.",
  },
  {
    id: "atengk-redis",
    package: "atengk-mcp-server-redis",
    version: "2.2.0",
    registry: "PyPI",
    install: "pip install atengk-mcp-server-redis==2.2.0",
    profile: "atengk-mcp-server-redis",
    about:
      "A Redis command, written as text, in its defaults: what writes is refused. The probe writes no commands, so it says little of this one.",
  },
];
