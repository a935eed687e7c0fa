// Which room may know which, each with what breaks without it.

export const GUARD = "packages/guard/src/";
export const SALLYPORT = "packages/sallyport/src/";

export interface Arrow {
  readonly knows: readonly string[];
  /** Rooms of which it may know the types. */
  readonly types?: readonly string[];
  readonly because: string;
}

const FRONT = "a name that index exports would reach every user, and with it whatever that room imports: brokers and disks come by subpath";
const CARRIER =
  "adapters carry and stores keep; policy in one of them holds for one broker or database only, and the next one silently lacks it";

export const ARROWS: ReadonlyMap<string, Arrow> = new Map<string, Arrow>([
  ["errors", { knows: [], because: "everything throws errors, so whatever errors knew everything would depend on" }],
  ["contract", { knows: ["errors"], because: "a contract must be checkable, at build time too, without keys, brokers or stores" }],
  ["envelope", { knows: ["errors"], because: "the wire format must be verifiable alone, or another implementation cannot be held to it" }],
  [
    "ports",
    {
      knows: ["errors"],
      types: ["envelope"],
      because: "a port that knew an implementation would force that implementation on every other",
    },
  ],
  [
    "publish",
    {
      knows: ["contract", "envelope", "ports", "errors"],
      because: "a door bound to a broker, a store or the other door could not be run or tested without it",
    },
  ],
  [
    "consume",
    {
      knows: ["contract", "envelope", "ports", "errors"],
      because: "a door bound to a broker, a store or the other door could not be run or tested without it",
    },
  ],
  [
    "read",
    {
      knows: ["contract", "envelope", "ports", "errors"],
      because: "what agents read is verified as what consumers take is, on every broker, and never taken from anyone",
    },
  ],
  [
    "isolation",
    {
      knows: ["consume", "envelope", "ports", "errors"],
      types: ["contract"],
      because: "it says where a handler runs; with a broker or a store at hand a thread could settle messages itself",
    },
  ],
  ["sqlite", { knows: ["errors"], because: "it opens files; what is in them is for the adapter and the stores to say" }],
  ["redis", { knows: ["ports", "errors"], because: "it says how Redis is asked; what is asked is for the adapter and the stores to say" }],
  ["postgres", { knows: ["ports", "errors"], because: "it says how PostgreSQL is asked; what is asked is for the stores to say" }],
  [
    "kafka",
    { knows: ["ports", "errors"], because: "what holds on Kafka holds whichever client is handed in; an adapter says which one it is" },
  ],
  ["nats", { knows: ["ports", "errors"], because: "it says how NATS is asked; what is asked is for the adapter to say" }],
  [
    "rabbitmq",
    { knows: ["ports", "errors"], because: "it says how RabbitMQ is asked; who gets what, and when, is for the adapter to say" },
  ],
  ["sqs", { knows: ["ports", "errors"], because: "it says how SQS is asked; what is asked is for the adapter to say" }],
  ["adapters", { knows: ["ports", "errors", "sqlite", "redis", "rabbitmq", "kafka", "nats", "sqs"], because: CARRIER }],
  ["stores", { knows: ["ports", "errors", "sqlite", "redis", "postgres"], because: CARRIER }],
  [
    "mcp",
    {
      knows: ["contract", "publish", "read", "ports", "errors"],
      types: ["envelope"],
      because: "tools go through the publish door; with the envelope or a broker at hand they could go around it",
    },
  ],
  [
    "telemetry",
    {
      knows: ["ports"],
      because: "it watches; with a door, a contract or an envelope at hand it could tell payloads or change what it reports on",
    },
  ],
  ["keys-file", { knows: ["envelope", "errors"], because: "it reads keys from the disk and decides nothing about them" }],
  [
    "testing",
    {
      knows: [
        "contract",
        "envelope",
        "ports",
        "publish",
        "consume",
        "read",
        "isolation",
        "sqlite",
        "redis",
        "postgres",
        "kafka",
        "nats",
        "rabbitmq",
        "sqs",
        "adapters",
        "stores",
        "mcp",
        "telemetry",
        "keys-file",
        "errors",
      ],
      because: "it is never part of production",
    },
  ],
  ["index", { knows: ["contract", "envelope", "ports", "publish", "consume", "read", "errors"], because: FRONT }],
]);

const ONE_QUESTION = "what was seen and what is wrong with it are two questions; a room that answers both can be tested for neither";

/** Of the command's package. The audit's own folders are rooms of it, and so is what it says when it cannot run. */
export const SALLYPORT_ARROWS: ReadonlyMap<string, Arrow> = new Map<string, Arrow>([
  ["audit/ir", { knows: [], because: "every language and the engine meet in it; what it knew, a new language would have to bring along" }],
  [
    "audit/frontends",
    {
      knows: ["audit/ir"],
      because: "a language is one folder; one that knew the engine or a rule would change whenever they do, and so would all others",
    },
  ],
  [
    "audit/models",
    {
      knows: [],
      types: ["audit/ir"],
      because: "what libraries do is data: with the engine at hand a model would become code, which nobody can check against a vocabulary",
    },
  ],
  [
    "audit/engine",
    {
      knows: ["audit/ir", "audit/models"],
      types: ["audit/frontends"],
      because: "an engine that knew a rule would see what that rule wants to see",
    },
  ],
  [
    "audit/infrastructure",
    {
      knows: ["audit/ir"],
      types: ["audit/frontends"],
      because: "what a file of infrastructure states does not depend on what the source does",
    },
  ],
  [
    "audit/judge",
    {
      knows: ["audit/engine", "audit/ir", "audit/models"],
      types: ["audit/infrastructure"],
      because: "what several rules ask is asked once, and knows none of them",
    },
  ],
  [
    "audit/rules",
    {
      knows: ["audit/judge", "audit/engine", "audit/ir", "audit/infrastructure", "finding"],
      because: "a rule that read files or models itself would see another program than its neighbours",
    },
  ],
  ["audit/failure", { knows: [], because: "every room may have to say that it cannot go on" }],
  [
    "audit/project",
    {
      knows: ["audit/failure"],
      types: ["audit/frontends", "finding"],
      because: "what is on a disk does not depend on what is looked for in it",
    },
  ],
  [
    "audit/targets",
    { knows: ["audit/failure", "audit/project"], because: "where a project comes from decides nothing about what is found in it" },
  ],
  [
    "audit",
    {
      knows: [
        "audit/ir",
        "audit/frontends",
        "audit/models",
        "audit/engine",
        "audit/infrastructure",
        "audit/rules",
        "audit/failure",
        "audit/project",
        "audit/targets",
        "finding",
      ],
      because:
        "the plot is plain data in and plain data out: with a terminal or a report at hand it could not run in a thread, or in a test",
    },
  ],
  ["audit/watch", { knows: ["audit", "audit/failure"], types: ["finding"], because: "it ends what takes too long, whatever that is" }],
  ["finding", { knows: [], because: "a finding outlives the audit that made it: in baselines, and in what the probe will find" }],
  ["report", { knows: ["finding"], because: `${ONE_QUESTION}; and a report of the probe's findings must be the same report` }],
  ["probe/schema", { knows: [], because: "what arguments look like does not depend on who is attacked with them" }],
  [
    "probe/taps",
    {
      knows: [],
      because: "what a broker saw is seen the same whatever is attacked; a tap that knew an attack would see what it wants to see",
    },
  ],
  ["probe/targets", { knows: ["probe/schema"], because: "a process that is started and asked knows nothing of why" }],
  [
    "probe/brokers",
    {
      knows: ["probe/taps", "probe/targets"],
      because: "a broker is a process and a tap on it; what is sent through it is for others to say",
    },
  ],
  [
    "probe/attacks",
    {
      knows: ["probe/schema", "probe/taps"],
      types: ["probe", "finding"],
      because: "an attack that started targets or brokers itself would attack another target than its neighbours",
    },
  ],
  [
    "probe",
    {
      knows: ["probe/schema", "probe/taps", "probe/targets", "probe/brokers", "probe/attacks", "finding"],
      because: "it proves by what it sees of a running server; with the audit at hand it would prove what the source makes it expect",
    },
  ],
  [
    "demo",
    { knows: [], because: "it shows what users get; with a way of its own to the audit or the reports it would show something else" },
  ],
  [
    "cli",
    {
      knows: [
        "audit",
        "audit/failure",
        "audit/project",
        "audit/rules",
        "audit/targets",
        "audit/watch",
        "probe",
        "probe/attacks",
        "probe/brokers",
        "finding",
        "report",
        "demo",
      ],
      because: "it stands on top; what it reached into, as the engine, could not be changed without it",
    },
  ],
]);
