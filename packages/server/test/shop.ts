// A contract, keys and an embedded file for tests of the server and the worker, closed when the test ends.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contract, event, KeyRing } from "@sallyport/guard";
import { onTestFinished } from "vitest";
import { z } from "zod";
import {
  CallsInFlight,
  type Doors,
  type HttpOptions,
  type HttpServing,
  openDoors,
  openEmbedded,
  healthChecksOf,
  healthOf,
  serveHttp,
} from "../src/index.ts";
import type { Log } from "../src/logs.ts";

export const shop = contract({
  name: "shop",
  events: {
    "order.placed": event({
      description: "An order was placed.",
      schema: z.strictObject({ item: z.string().min(1).max(64) }),
      destination: "orders",
      readable: true,
    }),
    "order.cancelled": event({
      description: "An order was cancelled.",
      schema: z.strictObject({ item: z.string().min(1).max(64) }),
      destination: "orders",
      approval: { message: "Cancel the order?" },
    }),
    "price.set": event({
      description: "A price was set.",
      schema: z.strictObject({ item: z.string().min(1).max(64), cents: z.int().positive() }),
      destination: "prices.{tenant}",
      scopes: ["prices:write"],
    }),
  },
});

export const shopKeys = new KeyRing([{ id: "k1", algorithm: "hmac-sha256", issuer: "shop", secret: randomBytes(32).toString("base64") }]);

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Shop {
  readonly doors: Doors;
  readonly embedded: ReturnType<typeof openEmbedded>;
  readonly lines: LogLine[];
  readonly serve: (options?: Partial<HttpOptions>) => Promise<HttpServing>;
}

export const local = { id: "local", tenant: "acme", scopes: ["prices:write"] };

export function openShop(): Shop {
  const embedded = openEmbedded(join(temporaryFolder(), "data", "shop.db"));
  onTestFinished(() => embedded.close());
  const lines: LogLine[] = [];
  const log: Log = (level, message, fields = {}) => void lines.push({ level, message, ...fields });
  const calls = new CallsInFlight();
  const doors = openDoors({ contract: shop, keys: shopKeys, backing: embedded, calls, log });
  const health = healthOf({ ...healthChecksOf(embedded), draining: () => !calls.closed });
  return {
    doors,
    embedded,
    lines,
    serve: async (options = {}) => {
      const serving = await serveHttp(doors, { port: 0, local, health, ...options });
      onTestFinished(() => serving.close(1000));
      return serving;
    },
  };
}

/** What is on a destination of the embedded broker. */
export async function published({ embedded }: Shop, destination: string): Promise<readonly Record<string, unknown>[]> {
  const { messages } = await embedded.transport.browse({ destination, after: undefined, most: 100 });
  return messages.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
}

export const ed25519Pair = () => generateKeyPairSync("ed25519");
