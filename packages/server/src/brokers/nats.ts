// NATS JetStream. Nothing is there that was not declared; each user has inboxes of its own, so that none can answer for
// the server or read what others are sent.
import { SallyportError } from "@sallyport/guard";
import { type NatsGroup, natsNamesOf } from "@sallyport/guard/adapters/nats";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Address, optionIn } from "./address.ts";
import {
  type Broker,
  type Check,
  type Declaration,
  type Layout,
  type OpenedBroker,
  type OpenSettings,
  PASSWORD,
  type Place,
  type Role,
  seesGroups,
  userOf,
  type Wrong,
} from "./broker.ts";
import { type Refusal, refused, unreachable } from "./unreachable.ts";

const PREFIX = "sallyport";
const PORT = 4222;
const CONNECT_WITHIN_MS = 5000;
const ANSWERS_WITHIN_MS = 5000;
const CONNECT_AGAIN_MS = 1000;
/** A connection that leaves two of these unanswered is half open. */
const PING_MS = 5000;
/** Above the claim's lease: what comes again sooner is only found to be claimed. */
const RECLAIM = { least: 45_000, overLease: 1.5 };
const OLDEST = { major: 2, minor: 9 };
const RETENTION = "7d";
const GROUP_LOOKS = "consumers: acknowledgement, limits of deliveries, ack_wait; whose turn it is, where there is an order";

export const nats: Broker = {
  name: "nats",
  schemes: new Map([
    ["nats", false],
    ["tls", true],
  ]),
  options: new Map([
    ["vouchesEnqueueTime", "false where others than the server may publish to the worker's inboxes: age is then measured to now"],
    ["replicas", "1, 3 or 5: streams with fewer are refused, and declared with so many (default: 1)"],
  ]),
  example: "tls://USER:PASSWORD@HOST[:PORT]",
  exposures: ({ password, user }) =>
    password === undefined && user === undefined ? ["no user is given: whoever reaches the server may do as much"] : [],
  open,
  topology: (layout, address) => layout.places.flatMap((place) => declarationsOf(place, layout, replicasOf(address))),
  rights: (layout, role) => ({
    role,
    user: userOf(layout, role),
    goes: "into nats-server's configuration, among the users under authorization; then nats-server --signal reload",
    text: rightsOf(layout, role),
  }),
};

const replicasOf = (address: Address | undefined): number => Number((address && optionIn(address, "replicas", ["1", "3", "5"])) ?? 1);

async function open(address: Address, settings: OpenSettings): Promise<OpenedBroker> {
  const [{ headers }, { NatsTransport }] = await Promise.all([import("@nats-io/transport-node"), import("@sallyport/guard/adapters/nats")]);
  const replicas = replicasOf(address);
  const inboxPrefix = inboxOf(address.password === undefined ? undefined : address.user);
  const connection = await connected(address, inboxPrefix);
  const again = replicas === 1 ? String(address) : `'${String(address)}?replicas=${replicas}'`;
  void watch(connection, address, settings.onNotice);
  const transport = new NatsTransport(
    { connection, headers },
    {
      prefix: PREFIX,
      inboxPrefix,
      replicas,
      reclaimAfterMs: reclaimAfter(settings.leaseMs),
      answerWithinMs: ANSWERS_WITHIN_MS,
      vouchesEnqueueTime: optionIn(address, "vouchesEnqueueTime", ["true", "false"]) !== "false",
    },
  );
  const looks = (places: readonly Place[], of: "stream" | "group", group: string) => async (): Promise<readonly Wrong[]> => {
    const found = await Promise.all(
      places.map(async ({ destination, ordering, maxBytes }) => {
        if (of === "stream") return transport.examine(destination, [], maxBytes);
        const all = await transport.examine(destination, [{ name: group, ordering }]);
        return all.filter(({ place }) => place !== `the stream ${natsNamesOf(PREFIX, destination).stream}`);
      }),
    );
    return found.flat().map(({ place, what, breaks, mend, isMissing }) => ({
      what: `${place}: ${what}`,
      breaks,
      mend: isMissing ? `sallyport topology CONTRACT --broker ${again} --apply` : mend,
    }));
  };
  return {
    transport,
    answers: () => answered(connection),
    checks: ({ places, group }, role): readonly Check[] => [
      { name: "version", looks: "the server's version", run: async () => versionWrongs(connection) },
      { name: "max-payload", looks: "the largest message that the server takes", run: async () => sizeWrongs(connection, places) },
      { name: "stream", looks: "streams: retention, limits, storage, age, sizes, replicas", run: looks(places, "stream", group) },
      ...(seesGroups(role) ? [{ name: "group", looks: GROUP_LOOKS, run: looks(places, "group", group) }] : []),
    ],
    declare: async ({ places, group }) => {
      for (const { destination, ordering } of places) await transport.declare(destination, [{ name: group, ordering } satisfies NatsGroup]);
    },
    close: async () => {
      await transport.close();
      await connection.close();
    },
  };
}

async function connected(address: Address, inboxPrefix: string): Promise<NatsConnection> {
  const { connect } = await import("@nats-io/transport-node");
  const { hosts, user, password, path, scheme } = address;
  if (hosts.length === 0 || path !== "") {
    throw new SallyportError("ERR_CONFIG_INVALID", "the address of NATS has a host, and nothing after it", {
      place: String(address),
      remedy: `Write ${nats.example}; several hosts of one cluster are separated by commas.`,
    });
  }
  try {
    return await connect({
      servers: hosts.map(({ name, port }) => `${name.includes(":") ? `[${name}]` : name}:${port ?? PORT}`),
      // Without a password it is a token.
      ...(user !== undefined && (password === undefined ? { token: user } : { user, pass: password })),
      // Else a server that offers no TLS would be taken as it is.
      ...(scheme === "tls" && { tls: {} }),
      inboxPrefix,
      timeout: CONNECT_WITHIN_MS,
      pingInterval: PING_MS,
      reconnectTimeWait: CONNECT_AGAIN_MS,
      maxReconnectAttempts: -1,
      // What a user may not do now they may do again later; a process that has given up would never know.
      ignoreAuthErrorAbort: true,
      // Else a stack trace is collected for every question, whether it fails or not: a fifth of what a message costs.
      noAsyncTraces: true,
    });
  } catch (error) {
    throw failureOf(address, error);
  }
}

/** By the error's name, which is the same in every copy of the client. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  [
    "AuthorizationError",
    {
      why: "refuses the login: it knows no such user with this password, or no such token",
      remedy: "Compare the address with the users under authorization in nats-server's configuration.",
    },
  ],
  [
    "UserAuthenticationExpiredError",
    { why: "refuses the login: this user's time is over", remedy: "Give the user more, or take another." },
  ],
  [
    "PermissionViolationError",
    { why: "refuses something that this user may not do", remedy: "Give it the rights that `sallyport acl` writes." },
  ],
]);

function failureOf(address: Address, error: unknown): SallyportError {
  const refusal = error instanceof Error ? REFUSALS.get(error.name) : undefined;
  return refusal === undefined ? unreachable("NATS", address, error) : refused("NATS", address, refusal);
}

/** Of its own for each user. A token is a secret, and no name for what every server sees. */
const inboxOf = (user: string | undefined): string => (user === undefined ? "_INBOX" : `_INBOX_${user.replaceAll(/[^A-Za-z0-9_-]/g, "_")}`);

async function watch(connection: NatsConnection, address: Address, onNotice: OpenSettings["onNotice"]): Promise<void> {
  for await (const { type, ...rest } of connection.status()) {
    if (type === "disconnect" || type === "staleConnection")
      onNotice("the connection to NATS is lost", unreachable("NATS", address, undefined));
    else if (type === "reconnect") onNotice("connected to NATS again");
    else if (type === "error") onNotice("NATS says that something is wrong", failureOf(address, (rest as { error?: unknown }).error));
  }
}

async function answered(connection: NatsConnection): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "NATS does not answer")), ANSWERS_WITHIN_MS);
  try {
    await Promise.race([connection.rtt(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function versionWrongs({ info }: NatsConnection): readonly Wrong[] {
  const [major = 0, minor = 0] = (info?.version ?? "").split(".").map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return [];
  const breaks = "streams cannot be set as promises need them (PUB-11)";
  return [{ what: `the server is NATS ${info?.version}`, breaks, mend: `Install NATS ${OLDEST.major}.${OLDEST.minor} or later.` }];
}

function sizeWrongs({ info }: NatsConnection, places: readonly Place[]): readonly Wrong[] {
  const most = info?.max_payload ?? 0;
  return places
    .filter(({ maxBytes }) => maxBytes > most)
    .map(({ destination, maxBytes }) => ({
      what: `max_payload is ${most}, and an event of ${destination} may have ${maxBytes} bytes`,
      breaks: "an event that the contract lets through is refused (PUB-11)",
      mend: `Set max_payload: ${maxBytes} in nats-server's configuration, or bound the event.`,
    }));
}

const reclaimAfter = (leaseMs: number): number => Math.max(RECLAIM.least, leaseMs * RECLAIM.overLease);

function declarationsOf({ destination, ordering }: Place, { group, policy }: Layout, replicas: number): readonly Declaration[] {
  const names = natsNamesOf(PREFIX, destination);
  const [consumer, order] = [names.consumerOf(group), names.orderOf(group)];
  const wait = `${reclaimAfter(policy.leaseMs ?? 30_000)}ms`;
  const keeps = `--storage=file --retention=limits --discard=new --replicas=${replicas} --defaults`;
  const delivers = "--pull --ack=explicit --deliver=all --replay=instant --max-deliver=-1 --max-pending=1000000 --defaults";
  const declared = (
    ...[kind, name, use, settings, command]: readonly [string, string, Declaration["use"], Declaration["settings"], string]
  ): Declaration => ({ kind, name, use, settings, command });
  return [
    declared(
      "stream",
      names.stream,
      "destination",
      { subjects: names.subject, retention: "limits", discard: "new", storage: "file", max_age: RETENTION, replicas },
      `nats stream add ${names.stream} --subjects=${names.subject} --max-age=${RETENTION} ${keeps}`,
    ),
    declared(
      "consumer",
      `${consumer} of ${names.stream}`,
      "group",
      { ack_policy: "explicit", ack_wait: wait, max_deliver: -1, max_ack_pending: "unlimited, or a million" },
      `nats consumer add ${names.stream} ${consumer} --wait=${wait} ${delivers}`,
    ),
    ...(ordering === "none"
      ? []
      : [
          declared(
            "stream",
            order.stream,
            "group",
            { subjects: `${order.turn}, ${order.later}.*.*`, max_msgs_per_subject: 1, discard_new_per_subject: true, replicas },
            `nats stream add ${order.stream} --subjects=${order.turn},${order.later}.*.* --max-msgs-per-subject=1 --discard-per-subject ${keeps}`,
          ),
          declared(
            "consumer",
            `turn of ${order.stream}`,
            "group",
            { filter_subject: order.turn, ack_wait: wait },
            `nats consumer add ${order.stream} turn --filter=${order.turn} --wait=${wait} ${delivers}`,
          ),
        ]),
  ];
}

/** As docs/adapters/nats.md has them for one stream. */
const ALLOWED: Readonly<Record<Role, (place: Place, group: string) => readonly string[]>> = {
  server: ({ destination, readable }) => [...publishing(destination), ...(readable ? [reading(destination)] : [])],
  worker: ({ destination, ordering }, group) => {
    const names = natsNamesOf(PREFIX, destination);
    const [consumer, order] = [names.consumerOf(group), names.orderOf(group)];
    const ordered = [
      reading(destination),
      `$JS.API.STREAM.INFO.${order.stream}`,
      `$JS.API.STREAM.PURGE.${order.stream}`,
      ...consuming(order.stream, "turn"),
      order.turn,
      `${order.later}.>`,
    ];
    return [`$JS.API.STREAM.INFO.${names.stream}`, ...consuming(names.stream, consumer), ...(ordering === "key" ? ordered : [])];
  },
  operator: ({ destination }) => publishing(destination),
};

const publishing = (destination: string): readonly string[] => {
  const { stream, subject } = natsNamesOf(PREFIX, destination);
  return [subject, `$JS.API.STREAM.INFO.${stream}`];
};

const reading = (destination: string): string => `$JS.API.STREAM.MSG.GET.${natsNamesOf(PREFIX, destination).stream}`;

const consuming = (stream: string, consumer: string): readonly string[] => [
  `$JS.API.CONSUMER.INFO.${stream}.${consumer}`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
  `$JS.ACK.${stream}.${consumer}.>`,
];

function rightsOf(layout: Layout, role: Role): string {
  const user = userOf(layout, role);
  const subjects = layout.places.flatMap((place) => ALLOWED[role](place, layout.group));
  const listed = [...new Set(subjects)].map((subject) => `      ${JSON.stringify(subject)}`).join("\n");
  return `{ user: ${JSON.stringify(user)}, password: ${JSON.stringify(PASSWORD)}, permissions: {
    publish: [
${listed}
    ]
    subscribe: [ ${JSON.stringify(`${inboxOf(user)}.>`)} ] } }`;
}
