// The stacks of deploy/compose without containers: the same contract, handlers and commands, on brokers with the same
// settings, and an agent with a token.
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Redis as IoRedis } from "ioredis";
import { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { redis as redisServer } from "../../../scripts/brokers/redis.ts";
import { elasticMq } from "../../../scripts/brokers/sqs.ts";
import { end, start as startBroker } from "../../../scripts/brokers/start.ts";
import { describeBrokers } from "../../guard/test/brokers.ts";
import { run, start } from "./command.ts";
import { Ear } from "./shared-house.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "deploy", "compose");

interface Stack {
  readonly services: Readonly<
    Record<string, { readonly command?: readonly string[]; readonly environment?: Readonly<Record<string, string>> }>
  >;
}

const PASSWORD = randomBytes(12).toString("hex");
const stackOf = (name: string): Stack => parse(readFileSync(join(FOLDER, name, "compose.yaml"), "utf8"), { merge: true }) as Stack;
const without = (text: string): string => text.replaceAll(/\$\{[A-Z_]*PASSWORD[^}]*\}/g, PASSWORD);
/** Where the contract is in the containers. */
const commandOf = (stack: Stack, service: string): readonly string[] =>
  (stack.services[service]?.command ?? []).map((word) => word.replace(/^\/contract\//, `${FOLDER}/`));

async function runs(name: string, broker: string, store: string): Promise<void> {
  const stack = stackOf(name);
  const token = randomBytes(24).toString("base64url");
  const keys = [{ id: "k1", algorithm: "hmac-sha256", issuer: "counter", secret: randomBytes(32).toString("base64") }];
  const env = {
    SALLYPORT_BROKER: broker,
    SALLYPORT_STORE: store,
    SALLYPORT_KEYS: JSON.stringify(keys),
    SALLYPORT_TOKEN_SHA256: createHash("sha256").update(token).digest("hex"),
  };
  const made = await run(commandOf(stack, "topology"), env);
  expect([made.code, made.stderr]).toEqual([0, expect.stringMatching(/^declared on /)]);
  const looked = await run(["doctor", join(FOLDER, "contract.yaml")], env);
  expect([looked.code, looked.stdout]).toEqual([0, expect.stringMatching(/all in order/)]);
  const workers = [1, 2].map(() => start([...commandOf(stack, "worker"), "--health-port", "0"], env));
  const server = start([...commandOf(stack, "server"), "--host", "127.0.0.1", "--port", "0"], env);
  const [, url = ""] = await server.says(/"url":"([^"]+)"/);
  for (const worker of workers) await worker.says(/"message":"working"/);
  const ear = new Ear().listen(...workers);
  const client = new Client({ name: "agent", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  onTestFinished(() => client.close());
  const items = Array.from({ length: 12 }, (_, n) => `item ${n}`);
  for (const item of items) {
    const { isError } = await client.callTool({ name: "sale_counted", arguments: { item, pieces: 3 } });
    expect(isError ?? false).toBe(false);
  }
  await ear.untilSaid(/^sold/, items.length);
  for (const one of [server, ...workers]) expect((await one.stop()).code).toBe(0);
  const sold = ear.saying(/^sold/).map((line) => /^sold 3 of "(.*)" \(.*, from agent, attempt 1\)$/.exec(line)?.[1] ?? line);
  expect(sold.toSorted()).toEqual(items.toSorted());
}

/** A database of its own, since the stack's is. */
async function freshStore(url: string, name: string): Promise<string> {
  const pool = new Pool({ connectionString: url, max: 1 });
  const database = `compose_${name}_${process.pid}`;
  await pool.query(`CREATE DATABASE ${database}`);
  onTestFinished(async () => {
    await pool.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await pool.end();
  });
  return url.replace(/\/postgres$/, `/${database}`);
}

const SLOW = { timeout: 240_000 };
/** A server in Java takes its time. */
const ENDS_WITHIN_MS = 30_000;

for (const name of readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))) {
  if (name === "redis")
    describeBrokers(["redis"], "the stack on Redis", () => {
      test("serves, works and drains as it stands in its Compose file, on a server that is started as there", SLOW, async () => {
        const { services } = stackOf("redis");
        const [, ...args] = (services["broker"]?.command ?? []).map(without);
        const given = services["server"]?.environment ?? {};
        const server = await startBroker({
          ...redisServer,
          command: (port, folder) => ({ args: [...args, "--port", String(port), "--bind", "127.0.0.1", "--dir", folder] }),
          answers: async (port) => {
            const client = new IoRedis({ port, password: PASSWORD, lazyConnect: true, retryStrategy: () => null });
            client.on("error", () => undefined);
            await client.connect();
            client.disconnect();
          },
        });
        onTestFinished(() => end(server));
        const at = (url: string | undefined): string => without(url ?? "").replace("broker:6379", new URL(server.url).host);
        await runs("redis", at(given["SALLYPORT_BROKER"]), at(given["SALLYPORT_STORE"]));
      });
    });
  else if (name === "sqs")
    describeBrokers(["sqs", "postgres"], "the stack on ElasticMQ", (_, postgres) => {
      test("serves, works and drains as it stands in its Compose file, on a server with the settings beside it", SLOW, async () => {
        const settings = readFileSync(join(FOLDER, "sqs", "elasticmq.conf"), "utf8");
        const server = await startBroker(
          elasticMq((port, folder) =>
            settings
              .replaceAll("9324", String(port))
              .replace('"broker"', '"127.0.0.1"')
              .replace("0.0.0.0", "127.0.0.1")
              .replace("/data", folder),
          ),
        );
        onTestFinished(() => end(server), ENDS_WITHIN_MS);
        const given = stackOf("sqs").services["server"]?.environment?.["SALLYPORT_BROKER"] ?? "";
        await runs("sqs", given.replace("broker:9324", new URL(server.url).host), await freshStore(postgres, "sqs"));
      });
    });
  else
    describeBrokers([name, "postgres"], `the stack on ${name}`, (broker, postgres) => {
      test("serves, works and drains as it stands in its Compose file", SLOW, async () => {
        const { search } = new URL(without(stackOf(name).services["server"]?.environment?.["SALLYPORT_BROKER"] ?? ""));
        await runs(name, `${broker}${search}`, await freshStore(postgres, name));
      });
    });
}
