// Docker Compose: brokers that are published beyond this machine without a password.
import { isKnownPassword } from "./credentials.ts";
import { type Documented, isTable, listOf, readDocument, type Table, tableOf, textsOf } from "./document.ts";
import type { Collected, OpenBroker } from "./stated.ts";

export function readCompose(file: string, text: string, { brokers, refuse }: Collected): void {
  const document = readDocument(text, (why) => refuse(file, why));
  if (document === undefined) return;
  for (const [name, service] of Object.entries(tableOf(tableOf(document.value)["services"]))) {
    if (!isTable(service)) continue;
    const known = brokerOf(textsOf(service["image"])[0] ?? "");
    if (known === undefined || !isPublished(service["ports"])) continue;
    const found = known.judge({
      environment: environmentOf(service["environment"]),
      command: commandOf(service),
      mounted: textsOf(service["volumes"]).join(" "),
    });
    if (found === undefined) continue;
    brokers.push({ ...found, name, broker: known.broker, file, at: placeOf(document, name, found.under) });
  }
}

const placeOf = (document: Documented, name: string, under: string | undefined): number =>
  under === undefined ? document.place("services", name) : document.place("services", name, under);

/** Any port, to more than this machine. */
const isPublished = (ports: unknown): boolean =>
  listOf(ports).some((port) => {
    if (isTable(port)) return port["published"] !== undefined && port["host_ip"] !== "127.0.0.1";
    return /^(\$\{?[^:]*\}?|\d+(-\d+)?):|^\d+$|^0\.0\.0\.0:/.test(String(port)) || /^\$\{[^}]*\}:/.test(String(port));
  });

function environmentOf(environment: unknown): ReadonlyMap<string, string> {
  if (Array.isArray(environment))
    return new Map(
      textsOf(environment).map((line) => {
        const cut = line.indexOf("=");
        return cut === -1 ? ([line, "${}"] as const) : ([line.slice(0, cut), line.slice(cut + 1)] as const);
      }),
    );
  return new Map(
    Object.entries(tableOf(environment)).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value ?? "${}")]),
  );
}

const commandOf = (service: Table): string => [...textsOf(service["entrypoint"]), ...textsOf(service["command"])].join(" ");

interface Service {
  readonly environment: ReadonlyMap<string, string>;
  readonly command: string;
  readonly mounted: string;
}

interface Found extends Pick<OpenBroker, "fault" | "why"> {
  readonly under?: string;
}

interface KnownBroker {
  readonly broker: string;
  readonly image: RegExp;
  judge(service: Service): Found | undefined;
}

const brokerOf = (image: string): KnownBroker | undefined => BROKERS.find((one) => one.image.test(image));

const open = (fault: OpenBroker["fault"], why: string, under?: string): Found => ({ fault, why, ...(under !== undefined && { under }) });

const BROKERS: readonly KnownBroker[] = [
  {
    broker: "rabbitmq",
    image: /(^|\/)rabbitmq(:|$|@)/,
    judge: ({ environment, mounted }) => {
      const password = environment.get("RABBITMQ_DEFAULT_PASS");
      if (password !== undefined)
        return isKnownPassword(password) ? open("default credentials", `its password is \`${password}\``, "environment") : undefined;
      if (environment.has("RABBITMQ_DEFAULT_PASS_FILE") || /rabbitmq\.conf|definitions|\/etc\/rabbitmq/.test(mounted)) return undefined;
      return open(
        "default credentials",
        "no RABBITMQ_DEFAULT_PASS is set, so `guest` with the password `guest` may do everything, and the image lets it in from anywhere",
      );
    },
  },
  {
    broker: "redis",
    image: /(^|\/)(redis|valkey|redis-stack(-server)?|keydb|dragonfly)(:|$|@)/,
    judge: ({ environment, command, mounted }) => {
      const guarded = /requirepass|aclfile|\.conf/.test(command) || /redis\.conf|users\.acl/.test(mounted);
      const named = [...environment.keys()].some((name) => /PASSWORD|REDIS_ARGS|EXTRA_FLAGS/.test(name));
      return guarded || named ? undefined : open("no authentication", "neither `requirepass` nor an ACL is set");
    },
  },
  {
    broker: "nats",
    image: /(^|\/)nats(-streaming)?(:|$|@)/,
    judge: ({ command }) =>
      /--?(user|auth|pass|config|c|nkey)\b|\.conf/.test(command)
        ? undefined
        : open("no authentication", "it is started without user, token or configuration"),
  },
  {
    broker: "kafka",
    image: /(^|\/)(kafka|cp-kafka|cp-server|kafka-native|redpanda)(:|$|@)/,
    judge: ({ environment, command }) => {
      const said = [...environment].map(([name, value]) => `${name}=${value}`).join(" ") + command;
      if (/SASL_|SSL:\/\/|:SSL\b|--?sasl/i.test(said)) return undefined;
      return open("no authentication", "its listeners are plaintext, and ask nobody who they are");
    },
  },
  {
    broker: "mqtt",
    image: /(^|\/)eclipse-mosquitto(:|$|@)/,
    judge: ({ command }) =>
      /mosquitto-no-auth\.conf/.test(command)
        ? open("no authentication", "it is started with `mosquitto-no-auth.conf`", "command")
        : undefined,
  },
];
