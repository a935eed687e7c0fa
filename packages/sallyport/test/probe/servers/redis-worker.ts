// Reads the orders in a group, does what they say, and writes it down; what fails stays pending, and is taken again at once.
import { appendFileSync } from "node:fs";
import { Redis } from "ioredis";

const redis = new Redis(process.env["REDIS_URL"] ?? "");
const record = (text: string): void => appendFileSync("effects.txt", `${text}\n`);

type Entry = readonly [string, readonly string[]];

async function take(from: string): Promise<number> {
  const read = (await redis.xreadgroup("GROUP", "workers", "w1", "COUNT", 5, "BLOCK", 100, "STREAMS", "orders", from)) as
    | readonly [string, readonly Entry[]][]
    | null;
  const entries = read?.[0]?.[1] ?? [];
  for (const [id, fields] of entries) {
    try {
      const { text } = JSON.parse(fields[fields.indexOf("data") + 1] ?? "") as { readonly text: string };
      if (text.startsWith("poison")) throw new Error("never");
      record(text);
      await redis.xack("orders", "workers", id);
    } catch {
      // Stays pending.
    }
  }
  return entries.length;
}

await redis.xgroup("CREATE", "orders", "workers", "0", "MKSTREAM").catch(() => undefined);
for (;;) if ((await take("0")) === 0) await take(">");
