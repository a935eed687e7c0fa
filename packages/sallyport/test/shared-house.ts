// Server, workers and an agent as processes of their own, on a broker and a store that are elsewhere.
import { writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";
import { run, start, type Started, temporaryFolder } from "./command.ts";

const CONTRACT = `name: shop
broker: \${TEST_BROKER}
store: \${TEST_STORE}
keys: { file: ./keys.json }
policy: { lease: 3s, deadline: 30s, concurrency: 2, maxFailures: 1 }
events:
  order.placed:
    description: An order was placed.
    destination: orders
    key: customer
    ordering: key
    rate: { limit: 1000, per: 1m }
    readable: true
    schema:
      type: object
      additionalProperties: false
      required: [customer, item]
      properties:
        customer: { type: string, maxLength: 64 }
        item: { type: string, maxLength: 64 }
`;

/** A worker that has the file \`hang\` in its folder never returns; while the file \`refuse\` is there, all is rejected. */
const HANDLERS = `import { existsSync } from "node:fs";
export default {
  "order.placed": async ({ data }, { attempt }) => {
    console.log(\`begun \${data.item} \${attempt}\`);
    if (process.env.HANGS === data.item) await new Promise(() => setInterval(() => undefined, 1000));
    if (process.env.WAITS === data.item) await new Promise((go) => process.once("SIGTERM", () => setTimeout(go, 100)));
    if (existsSync(new URL("./refuse", import.meta.url))) return { kind: "reject", reason: "not now" };
    await new Promise((go) => setTimeout(go, 20));
    console.log(\`handled \${data.item} \${attempt}\`);
  },
};
`;

export interface House {
  readonly folder: string;
  readonly contract: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: (...args: readonly string[]) => ReturnType<typeof run>;
  readonly serve: () => Promise<(item: string, customer?: string) => Promise<Record<string, unknown>>>;
  /** Resolves when it takes events. */
  readonly work: (env?: Readonly<Record<string, string>>) => Promise<Started>;
}

/** What every broker can: with order by key, some have one worker at a time do the work, and not all can be looked at. */
export const plainest = (contract: string): string =>
  contract.replace("ordering: key", "ordering: none").replace("readable: true", "readable: false");

export function houseOn(broker: string, store: string, change = (given: string): string => given): House {
  const folder = temporaryFolder();
  const contract = join(folder, "contract.yaml");
  writeFileSync(contract, change(CONTRACT));
  writeFileSync(join(folder, "handlers.mjs"), HANDLERS);
  const key = { id: "k1", algorithm: "hmac-sha256", issuer: "shop", secret: randomBytes(32).toString("base64") };
  writeFileSync(join(folder, "keys.json"), JSON.stringify([key]), { mode: 0o600 });
  const env = { TEST_BROKER: broker, TEST_STORE: store };
  return {
    folder,
    contract,
    env,
    command: (...args) => run(args, env),
    serve: async () => {
      const server = start(["serve", contract, "--port", "0"], env);
      const [, url = ""] = await server.says(/"url":"([^"]+)"/);
      const client = new Client({ name: "agent", version: "1" });
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      onTestFinished(() => client.close());
      return async (item, customer = item) => {
        const { isError, structuredContent } = await client.callTool({ name: "order_placed", arguments: { customer, item } });
        if (isError === true) throw new Error(`refused: ${item}`);
        return structuredContent as Record<string, unknown>;
      };
    },
    work: async (more = {}) => {
      const worker = start(["work", contract, "--handlers", join(folder, "handlers.mjs"), "--health-port", "0"], { ...env, ...more });
      await worker.says(/"message":"working"/);
      return worker;
    },
  };
}

/** What workers have said, in the order in which each has said it. */
export class Ear {
  readonly lines: string[] = [];
  #wake: () => void = () => undefined;

  listen(...workers: readonly Started[]): this {
    for (const { child } of workers) {
      let rest = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        const parts = `${rest}${chunk.toString()}`.split("\n");
        rest = parts.pop() ?? "";
        this.lines.push(...parts);
        this.#wake();
      });
    }
    return this;
  }

  saying(pattern: RegExp): readonly string[] {
    return this.lines.filter((line) => pattern.test(line));
  }

  async untilSaid(pattern: RegExp, times: number): Promise<void> {
    while (this.saying(pattern).length < times) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
