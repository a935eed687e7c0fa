// Amazon SQS, with standard queues or with FIFO ones: two kinds of broker, since what they promise differs. Credentials
// are found by the SDK, in the environment, a profile or a role, and never in an address.
import { queueNameOf, type QueueFault, type SqsTransport } from "@sallyport/guard/adapters/sqs";
import { SallyportError } from "@sallyport/guard";
import type { SQS } from "@aws-sdk/client-sqs";
import type { Address } from "./address.ts";
import {
  type Broker,
  type Check,
  type Declaration,
  type Layout,
  type OpenedBroker,
  type Place,
  type Role,
  userOf,
  type Wrong,
} from "./broker.ts";
import { unreachable } from "./unreachable.ts";

const PREFIX = "sallyport";
const RETENTION_MS = 4 * 86_400_000;
const LEAST_BYTES = 262_144;
const MOST_BYTES = 1_048_576;
/** Above the claim's lease: what comes again sooner is only found to be claimed. */
const VISIBILITY = { least: 45_000, overLease: 1.5, most: 43_200_000 };
/** SQS counts what no handler was told of, too. */
const RECEIVES = { least: 100, perFailure: 10, most: 1000 };
/** A region, as AWS names them. */
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
/** Stand in a policy for what its user knows. */
const [ARN_REGION, ARN_ACCOUNT] = ["<REGION>", "<ACCOUNT>"];

const kindOf = (name: "sqs" | "sqs-fifo"): Broker => {
  const fifo = name === "sqs-fifo";
  return {
    name,
    schemes: new Map([
      [name, true],
      [`${name}+http`, false],
    ]),
    options: new Map([["groups", "all consumer groups that read, with commas between: each has a queue of its own, and all are sent to"]]),
    example: `${name}://REGION?groups=GROUP[,GROUP]`,
    exposures: ({ scheme }) =>
      scheme === name ? [] : ["a server that is no AWS looks at no credentials: whoever reaches it may do everything"],
    open: (address, settings) => open(address, settings, fifo),
    topology: (layout, address) => queuesOf(layout, address && groupsOf(address)).map(([of, place]) => declarationOf(of, place, fifo)),
    rights: (layout, role) => ({
      role,
      user: userOf(layout, role),
      goes: `into a policy of IAM, for the role or user that it is; of the group ${layout.group}: who sends to several needs a statement for each`,
      text: JSON.stringify(policyOf(layout, role, fifo), undefined, 2),
    }),
  };
};

export const sqs = kindOf("sqs");
export const sqsFifo = kindOf("sqs-fifo");

/** Of every group that the address lists: what is published is sent to all. */
const queuesOf = (layout: Layout, listed: readonly string[] = []): readonly (readonly [Layout, Place])[] =>
  [...new Set([layout.group, ...listed])].flatMap((group) => layout.places.map((place) => [{ ...layout, group }, place] as const));

const nameOf = ({ group }: Layout, { destination }: Place, fifo: boolean): string => queueNameOf(PREFIX, destination, group, fifo);

const attributesOf = ({ maxBytes }: Place, fifo: boolean): Record<string, string> => ({
  MessageRetentionPeriod: String(RETENTION_MS / 1000),
  MaximumMessageSize: String(Math.min(Math.max(maxBytes, LEAST_BYTES), MOST_BYTES)),
  SqsManagedSseEnabled: "true",
  ...(fifo && { FifoQueue: "true" }),
});

function declarationOf(layout: Layout, place: Place, fifo: boolean): Declaration {
  const [name, attributes] = [nameOf(layout, place, fifo), attributesOf(place, fifo)];
  return {
    kind: "queue",
    name,
    use: "group",
    settings: attributes,
    command: `aws sqs create-queue --queue-name ${name} --attributes '${JSON.stringify(attributes)}'`,
  };
}

const LOOKS = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
/** As docs/adapters/sqs.md has them. Who redrives sends. */
const ACTIONS: Readonly<Record<Role, readonly string[]>> = {
  server: [...LOOKS, "sqs:SendMessage"],
  worker: [...LOOKS, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
  operator: [...LOOKS, "sqs:SendMessage"],
};

const policyOf = (layout: Layout, role: Role, fifo: boolean) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: `Sallyport${role[0]!.toUpperCase()}${role.slice(1)}`,
      Effect: "Allow",
      Action: ACTIONS[role],
      Resource: layout.places.map((place) => `arn:aws:sqs:${ARN_REGION}:${ARN_ACCOUNT}:${nameOf(layout, place, fifo)}`),
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    },
  ],
});

async function open(address: Address, { leaseMs, maxFailures }: Parameters<Broker["open"]>[1], fifo: boolean): Promise<OpenedBroker> {
  const groups = groupsOf(address);
  const settings = clientSettings(address);
  const [{ SQS: Client }, { SqsTransport: Transport }] = await Promise.all([
    import("@aws-sdk/client-sqs"),
    import("@sallyport/guard/adapters/sqs"),
  ]);
  const client = new Client({ ...settings, maxAttempts: 2 });
  const leastReceives = Math.min(Math.max(RECEIVES.least, maxFailures * RECEIVES.perFailure), RECEIVES.most);
  const visibilityMs = Math.min(Math.ceil(Math.max(VISIBILITY.least, leaseMs * VISIBILITY.overLease) / 1000) * 1000, VISIBILITY.most);
  let transport: SqsTransport;
  try {
    transport = new Transport(client, { prefix: PREFIX, groups, fifo, retentionMs: RETENTION_MS, leastReceives, visibilityMs });
    await answers(client);
  } catch (error) {
    client.destroy();
    throw unreachable("SQS", address, error);
  }
  return {
    transport,
    answers: () => answers(client),
    checks: (layout) => [
      checkOfGroups(layout, groups),
      ...layout.places.map((place) => checkOf(layout, place, { transport, groups, fifo })),
    ],
    declare: (layout) => declare(client, queuesOf(layout, groups), fifo),
    close: async () => {
      await transport.close();
      client.destroy();
    },
  };
}

/** A user of least privilege may ask for nothing but its own queues: that it is refused is an answer, too. */
async function answers(client: SQS): Promise<void> {
  try {
    await client.listQueues({ QueueNamePrefix: `${PREFIX}__`, MaxResults: 1 }, { abortSignal: AbortSignal.timeout(5000) });
  } catch (error) {
    if (!(error instanceof Error && error.name.startsWith("AccessDenied"))) throw error;
  }
}

function groupsOf(address: Address): readonly string[] {
  const groups = (address.options.get("groups") ?? "").split(",").filter((group) => group !== "");
  if (groups.length > 0) return groups;
  throw new SallyportError("ERR_CONFIG_INVALID", "the address does not say which groups read", {
    place: String(address),
    remedy: "Add ?groups=GROUP[,GROUP]: each group has a queue of its own, and whoever publishes sends to all of them.",
  });
}

function clientSettings(address: Address) {
  const { hosts, user, password, path, scheme } = address;
  const [host] = hosts;
  const place = String(address);
  if (host === undefined || hosts.length > 1 || path !== "") {
    throw new SallyportError("ERR_CONFIG_INVALID", "the address of SQS has one region or host, and no path", {
      place,
      remedy: `Write ${sqs.example}.`,
    });
  }
  if (user !== undefined || password !== undefined) {
    throw new SallyportError("ERR_CONFIG_INVALID", "credentials of SQS have no place in its address", {
      place,
      remedy: "Leave them to the AWS SDK: the environment, a profile or a role (OPS-05).",
    });
  }
  if (scheme.endsWith("+http")) {
    const endpoint = `http://${host.name.includes(":") ? `[${host.name}]` : host.name}:${host.port ?? 9324}`;
    return { region: "elasticmq", endpoint, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  }
  if (host.port === undefined && REGION.test(host.name)) return { region: host.name };
  throw new SallyportError("ERR_CONFIG_INVALID", "the address names no region of AWS", {
    place,
    remedy: "Write one like sqs://eu-central-1.",
  });
}

const checkOfGroups = ({ group }: Layout, groups: readonly string[]): Check => ({
  name: "groups",
  looks: "whether the address lists the consumer group",
  run: async () =>
    groups.includes(group)
      ? []
      : [
          {
            what: `the group ${group} is not among those that the address lists`,
            breaks: "nothing that is published ever reaches it (PUB-11)",
            mend: `Add it to ?groups=${[...groups, group].join(",")}, for the server and for every worker.`,
          },
        ],
});

interface Looking {
  readonly transport: SqsTransport;
  readonly groups: readonly string[];
  readonly fifo: boolean;
}

/** Of every group: what is published is sent to all. */
const checkOf = (layout: Layout, place: Place, { transport, groups, fifo }: Looking): Check => ({
  name: "queues",
  looks: `the queues of ${place.destination}`,
  run: async () => {
    // As long as the transport says that it keeps them: what a group that is down for less has not handled must be there.
    const needs = { maxBytes: place.maxBytes, leastRetentionMs: RETENTION_MS };
    const found = await Promise.all(
      groups.map(async (group): Promise<readonly Wrong[]> => {
        const name = queueNameOf(PREFIX, place.destination, group, fifo);
        try {
          const faults = await transport.faults(place.destination, { group, ...needs });
          return faults.map(({ what, breaks, mend }: QueueFault) => ({ what: `queue ${name} ${what}`, breaks, mend }));
        } catch (error) {
          if (!isMissing(error)) throw error;
          const { command } = declarationOf({ ...layout, group }, place, fifo);
          return [{ what: `there is no queue ${name}`, breaks: "nothing can be published to it or consumed from it", mend: command }];
        }
      }),
    );
    return found.flat();
  },
});

const isMissing = (error: unknown): boolean => {
  const cause: unknown = error instanceof SallyportError ? error.cause : error;
  return cause instanceof Error && /^(?:QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/.test(cause.name);
};

async function declare(client: SQS, queues: ReturnType<typeof queuesOf>, fifo: boolean): Promise<void> {
  for (const [layout, place] of queues) {
    const QueueName = nameOf(layout, place, fifo);
    try {
      await client.getQueueUrl({ QueueName });
    } catch (error) {
      if (!isMissing(error)) throw error;
      await client.createQueue({ QueueName, Attributes: attributesOf(place, fifo) });
    }
  }
}
