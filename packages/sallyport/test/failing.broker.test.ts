// Commands that fail in the middle: each says why, and ends, whatever it had open.
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Redis as IoRedis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { describeBroker } from "../../guard/test/brokers.ts";
import { redisServer } from "../../guard/test/redis-server.ts";
import { houseOn } from "./shared-house.ts";

const SECRET = "of-this-test-alone";

/** On a server that knows the users of `acl`, as one of them. */
async function houseAs(role: string) {
  const server = await redisServer();
  const admin = new IoRedis(server.url);
  onTestFinished(() => admin.disconnect());
  const { contract, command } = houseOn(server.url, server.url);
  for (const side of ["broker", "store"]) {
    const { stdout } = await command("acl", contract, "--role", role, `--${side}`, "redis");
    const [name = "", ...args] =
      stdout
        .trim()
        .replaceAll("<PASSWORD>", SECRET)
        .match(/\([^)]*\)|\S+/g) ?? [];
    await admin.call(name, ...args);
  }
  const url = server.url.replace("://", `://sallyport-shop-${role}:${SECRET}@`);
  return { admin, ...houseOn(url, url) };
}

describeBroker("redis", "commands that fail", () => {
  test("commands of a user who may not look there say so and end", async () => {
    const { command, contract } = await houseAs("server");
    const asked = ["dead list", "dead show CONTRACT some-id", "dead redrive CONTRACT --all --yes", "trail show", "trail verify"];
    const ended = await Promise.all(
      asked.map(async (words) => {
        const [group = "", what = "", , ...more] = words.split(" ");
        const { code, stderr } = await command(group, what, contract, ...more);
        return [words, code, stderr];
      }),
    );
    const refused = expect.stringMatching(/^ERR_STORE_UNAVAILABLE: .*this user may not do it/) as unknown;
    expect(ended).toEqual(asked.map((words) => [words, 2, refused]));
  });

  test("what a remedy points to is shown", async () => {
    const { admin, command, contract } = await houseAs("operator");
    await admin.set("sallyport:{dead}:order", "of another");
    const { code, stderr } = await command("dead", "list", contract);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^ERR_STORE_UNAVAILABLE: .*See the cause\.\n {2}cause: \w+: WRONGTYPE .*\n$/),
    ]);
  });

  test("a worker whose port for health is taken ends, with isolated handlers too", async () => {
    const { command, contract, folder } = await houseAs("worker");
    const taken = createServer();
    await once(taken.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void taken.close());
    const port = String((taken.address() as AddressInfo).port);
    const { code, stderr } = await command(
      "work",
      contract,
      "--handlers",
      join(folder, "handlers.mjs"),
      "--isolate",
      "--health-port",
      port,
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^ERR_CONFIG_INVALID: cannot listen on .*EADDRINUSE/)]);
  });
});
