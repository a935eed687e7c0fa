// RabbitMQ, over amqplib. Nothing is there that was not declared: neither server nor worker may declare anything.
import {
  type RabbitMqDeclared,
  rabbitMqExchangeOf,
  type RabbitMqGroup,
  rabbitMqNamesOf,
  rabbitMqTopology,
} from "@sallyport/guard/adapters/rabbitmq";
import { SallyportError } from "@sallyport/guard";
import type { RecoveringChannelModel } from "amqplib";
import type { Address } from "./address.ts";
import {
  type Broker,
  type Check,
  type Declaration,
  type Layout,
  type OpenedBroker,
  type OpenSettings,
  PASSWORD,
  type Role,
  userOf,
  type Wrong,
} from "./broker.ts";
import { type Refusal, refused, unreachable } from "./unreachable.ts";

const PREFIX = "sallyport";
const PORTS = { amqp: 5672, amqps: 5671 };
const CONNECT_WITHIN_MS = 5000;
const ANSWERS_WITHIN_MS = 5000;
const CONNECT_AGAIN_MS = 1000;
/** Twice this without a sign is a connection that leads nowhere. In seconds. */
const HEARTBEAT_S = 10;
/** As the consumer has them where the configuration says nothing. */
const DELAYS = { leaseMs: 30_000, maxRetryMs: 300_000 };

export const rabbitmq: Broker = {
  name: "rabbitmq",
  schemes: new Map([
    ["amqp", false],
    ["amqps", true],
  ]),
  options: new Map(),
  example: "amqps://USER:PASSWORD@HOST[:PORT][/VHOST]",
  exposures: ({ password, user }) =>
    (user ?? "guest") === "guest" && (password ?? "guest") === "guest" ? ["the user is guest with the password that everyone knows"] : [],
  open,
  topology: (layout, address) => groupsOf(layout).flatMap((group) => declarationsOf(group, address?.path ?? "")),
  rights: (layout, role) => ({
    role,
    user: userOf(layout, role),
    goes: "to a shell on the server's machine, each set_permissions with -p VHOST where it is not the first one",
    text: [
      // Who is there already has the password from then on.
      ["add_user", "change_password"].map((act) => `echo '${PASSWORD}' | rabbitmqctl ${act} ${userOf(layout, role)}`).join(" || "),
      `rabbitmqctl set_permissions ${userOf(layout, role)} ${RIGHTS[role](layout)
        .map((pattern) => `'${pattern}'`)
        .join(" ")}`,
    ].join("\n"),
  }),
};

const groupsOf = ({ places, group, policy }: Layout): readonly RabbitMqGroup[] =>
  places.map(({ destination, ordering }) => ({
    destination,
    group,
    ordering,
    mostDelayMs: Math.max(policy.maxRetryMs ?? DELAYS.maxRetryMs, policy.leaseMs ?? DELAYS.leaseMs),
  }));

async function open(address: Address, { onNotice }: OpenSettings): Promise<OpenedBroker> {
  const [client, { RabbitMqTransport }] = await Promise.all([connected(address, onNotice), import("@sallyport/guard/adapters/rabbitmq")]);
  const transport = new RabbitMqTransport(client, { prefix: PREFIX, declares: false, answerWithinMs: ANSWERS_WITHIN_MS });
  const looks = (layout: Layout) => async (): Promise<readonly Wrong[]> =>
    (await transport.examine(groupsOf(layout))).map(({ declared, error }) => ({
      what: `${nameOf(declared)} ${error === undefined ? "is missing" : "was declared otherwise"}`,
      breaks: error === undefined ? "what is sent there is refused, or not retried (PUB-11)" : "messages may be dropped (PUB-11, PSN-14)",
      mend: error?.remedy ?? `sallyport topology CONTRACT --broker ${String(address)} --apply`,
    }));
  return {
    transport,
    answers: () => answered(client),
    checks: (layout): readonly Check[] => [
      { name: "declared", looks: "exchanges and queues, and how they were declared where this user may see it", run: looks(layout) },
    ],
    declare: (layout) => transport.declare(groupsOf(layout)),
    close: async () => {
      await transport.close();
      await client.close();
    },
  };
}

async function connected(address: Address, onNotice: OpenSettings["onNotice"]): Promise<RecoveringChannelModel> {
  const { connect } = await import("amqplib");
  const [host, another] = address.hosts;
  if (host === undefined || another !== undefined) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the address of RabbitMQ has one host", {
      place: String(address),
      remedy: `Write ${rabbitmq.example}; the nodes of a cluster are behind one name.`,
    });
  }
  const to = {
    protocol: address.scheme,
    hostname: host.name,
    port: host.port ?? PORTS[address.scheme as keyof typeof PORTS],
    username: address.user ?? "guest",
    password: address.password ?? "guest",
    vhost: address.path === "" ? "/" : address.path,
    heartbeat: HEARTBEAT_S,
  };
  try {
    const recovery = { initialMaxRetries: 0, maxDelay: CONNECT_AGAIN_MS };
    const client = await connect(to, { timeout: CONNECT_WITHIN_MS, recovery });
    client.on("error", () => undefined);
    client.on("disconnect", (error) => onNotice("the connection to RabbitMQ is lost", failureOf(address, error)));
    client.on("connect", () => onNotice("connected to RabbitMQ again"));
    client.on("blocked", () => onNotice("RabbitMQ takes no messages for now: it is short of memory or disk"));
    client.on("unblocked", () => onNotice("RabbitMQ takes messages again"));
    return client;
  } catch (error) {
    throw failureOf(address, error);
  }
}

/** amqplib has no codes for these, only words; of a virtual host, none of the server's. */
const REFUSALS: readonly (readonly [RegExp, Refusal])[] = [
  [
    /\bACCESS[-_]REFUSED\b/,
    {
      why: "refuses the login: it knows no such user with this password, or not from here",
      remedy: "Try `rabbitmqctl authenticate_user USER`; guest is let in on the server's own machine alone.",
    },
  ],
  [
    /^Expected ConnectionOpenOk; got <ConnectionClose\b/,
    {
      why: "does not open the virtual host: there is none of this name, or this user may not use it",
      remedy: "See `rabbitmqctl list_vhosts` and `rabbitmqctl list_user_permissions USER`; it stands after the host's slash.",
    },
  ],
];

function failureOf(address: Address, error: unknown): SallyportError {
  const [, refusal] = REFUSALS.find(([said]) => error instanceof Error && said.test(error.message)) ?? [];
  return refusal === undefined ? unreachable("RabbitMQ", address, error) : refused("RabbitMQ", address, refusal);
}

async function answered(client: RecoveringChannelModel): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "RabbitMQ does not answer")), ANSWERS_WITHIN_MS);
  const opened = client.createChannel().then(async (channel) => channel.close());
  opened.catch(() => undefined);
  try {
    await Promise.race([opened, late]);
  } finally {
    clearTimeout(timer);
  }
}

const nameOf = (declared: RabbitMqDeclared): string =>
  declared.kind === "binding" ? `the binding of ${declared.queue}` : `${declared.kind} ${declared.name}`;

function declarationsOf(group: RabbitMqGroup, vhost: string): readonly Declaration[] {
  const declare = `rabbitmqadmin ${vhost === "" ? "" : `--vhost='${vhost.replaceAll("'", `'\\''`)}' `}declare`;
  const names = rabbitMqNamesOf(PREFIX, group.destination, group.group);
  const useOf = (name: string): Declaration["use"] => {
    if (name === names.exchange) return "destination";
    if (name === names.dead) return "dead";
    return name.startsWith(`${names.queue}:retry:`) ? "retry" : "group";
  };
  return rabbitMqTopology(names, group).map((declared) => {
    switch (declared.kind) {
      case "exchange":
        return {
          kind: "exchange",
          name: declared.name,
          use: useOf(declared.name),
          settings: { type: declared.type, durable: true },
          command: `${declare} exchange name=${declared.name} type=${declared.type} durable=true`,
        };
      case "queue":
        return {
          kind: "queue",
          name: declared.name,
          use: useOf(declared.name),
          settings: declared.args,
          command: `${declare} queue name=${declared.name} durable=true arguments='${JSON.stringify(declared.args)}'`,
        };
      case "binding":
        return {
          kind: "binding",
          name: `${declared.queue} to ${declared.exchange}${declared.routingKey === "" ? "" : ` by ${declared.routingKey}`}`,
          use: useOf(declared.queue),
          settings: {},
          command: `${declare} binding source=${declared.exchange} destination=${declared.queue} routing_key=${declared.routingKey}`,
        };
    }
  });
}

const escaped = (name: string): string => name.replaceAll(/[^A-Za-z0-9:%_-]/g, "\\$&");
const oneOf = (names: readonly string[], after = ""): string => (names.length === 0 ? "^$" : `^(${names.map(escaped).join("|")})${after}$`);
const exchangesOf = ({ places }: Layout): readonly string[] => places.map(({ destination }) => rabbitMqExchangeOf(PREFIX, destination));
const queuesOf = ({ places, group }: Layout, ordering?: "key"): readonly string[] =>
  places
    .filter((place) => ordering === undefined || place.ordering === ordering)
    .map(({ destination }) => rabbitMqNamesOf(PREFIX, destination, group).queue);

/** Configure, write, read: as docs/adapters/rabbitmq.md has them for one destination and group. */
const RIGHTS: Readonly<Record<Role, (layout: Layout) => readonly [string, string, string]>> = {
  server: (layout) => ["^$", oneOf(exchangesOf(layout)), "^$"],
  worker: (layout) => [
    "^$",
    oneOf(queuesOf(layout)),
    oneOf([...queuesOf(layout), ...queuesOf(layout, "key").map((queue) => `${queue}:turn`)]),
  ],
  operator: (layout) => ["^$", oneOf(exchangesOf(layout)), oneOf(queuesOf(layout), ":dead")],
};
