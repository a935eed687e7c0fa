// A report is shown to others: what the probe was given to get in is in none of it.
import { expect, test } from "vitest";
import { freePort } from "../../src/probe/brokers/broker.ts";
import { launched } from "../../src/probe/brokers/served.ts";
import { defaultProfile, type Profile } from "../../src/probe/profile.ts";
import { withoutSecrets } from "../../src/probe/secrets.ts";
import { NatsTap } from "../../src/probe/taps/nats.ts";
import { RedisTap } from "../../src/probe/taps/redis.ts";
import { addressIn, encoded, type Tap } from "../../src/probe/taps/tap.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { temporaryFolder } from "../command.ts";
import { probed } from "./rulings.ts";
import { redisWrong } from "./subjects-on-brokers.ts";

const SECRET = "hunter2-hunter2";
const MESSAGE = { destination: "orders", bytes: encoded("{}"), headers: {} };

const profileWith = (broker: Partial<Profile["broker"]>, server: Partial<Profile["server"]> = {}): Profile => {
  const profile = defaultProfile();
  return { ...profile, broker: { ...profile.broker, ...broker }, server: { ...profile.server, ...server } };
};

test("[OPS-05] an address with a login is left to a variable, which the shell fills in", () => {
  expect(addressIn(`redis://:${SECRET}@127.0.0.1:6379`)).toBe('"$BROKER_URL"');
  expect(addressIn(`nats://${SECRET}@127.0.0.1:4222`)).toBe('"$BROKER_URL"');
  expect(addressIn("redis://127.0.0.1:6379")).toBe("'redis://127.0.0.1:6379'");
});

test.each([
  ["a password", profileWith({ url: `redis://user:${SECRET}@127.0.0.1` })],
  ["a password in escapes", profileWith({ url: `redis://user:${SECRET.replace("2", "%32")}@127.0.0.1` })],
  ["a token in place of a user", profileWith({ url: `nats://${SECRET}@127.0.0.1` })],
  ["a login within a word of its command", profileWith({}, { command: ["serve", `--redis=redis://u:${SECRET}@127.0.0.1`] })],
  ["a login in its environment", profileWith({}, { env: { REDIS_URL: `redis://u:${SECRET}@127.0.0.1` } })],
  ["a header's token", profileWith({}, { headers: { authorization: `Bearer ${SECRET}` } })],
])("[OPS-05] %s is shown nowhere, at any depth", (_what, profile) => {
  const result = { said: `it answered ${SECRET}`, cases: [{ evidence: [`redis://u:${SECRET}@h and more`] }], took: 3, none: undefined };
  const shown = withoutSecrets(result, profile);
  expect(JSON.stringify(shown)).not.toContain(SECRET);
  expect(shown).toMatchObject({ said: "it answered …", took: 3 });
});

test("what is no secret stays as it is, and a short password is hidden where it is one", () => {
  const text = { said: "amqp://guest:guest@127.0.0.1 and a cat" };
  expect(withoutSecrets(text, profileWith({ url: "amqp://guest:guest@127.0.0.1" }))).toEqual(text);
  const short = { said: "redis://:a@127.0.0.1 and a cat" };
  expect(withoutSecrets(short, profileWith({ url: "redis://:a@127.0.0.1" }))).toEqual({ said: "redis://:…@127.0.0.1 and a cat" });
});

interface Guarded {
  readonly command: readonly string[];
  readonly url: string;
}

/** Beside a broker that wants a password. */
async function beside<T>({ command, url }: Guarded, open: (url: string) => Promise<Tap>, work: (tap: Tap) => Promise<T>): Promise<T> {
  const { answer, end } = await launched({ program: command[0]!, command, folder: temporaryFolder() }, () => open(url));
  try {
    return await work(answer);
  } finally {
    await answer.close();
    await end();
  }
}

async function redisWithPassword(): Promise<Guarded> {
  const port = String(await freePort());
  const command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--requirepass", SECRET];
  return { command, url: `redis://:${SECRET}@127.0.0.1:${port}` };
}

describeBroker("redis", "[OPS-05] beside a Redis with a password", () => {
  test("no report shows it, and commands name a variable", { timeout: 120_000 }, async () => {
    const redis = await redisWithPassword();
    await beside(
      redis,
      (url) => RedisTap.open(url),
      async (tap) => {
        expect(tap.commandFor(MESSAGE)).toMatch(/^redis-cli -u "\$BROKER_URL" XADD 'orders'/);
        const profile = redisWrong();
        const given = { ...profile, broker: { ...profile.broker, url: redis.url } };
        const result = await probed(given, { only: ["same-bytes", "chosen-destination"] });
        const cases = result.verdicts.flatMap((verdict) => verdict.cases);
        expect(cases.flatMap(({ reproduce }) => reproduce).some((command) => command.startsWith('redis-cli -u "$BROKER_URL"'))).toBe(true);
        expect(JSON.stringify(result)).not.toContain(SECRET);
        expect(result.notes.join()).toContain("commands name it $BROKER_URL");
      },
    );
  });
});

describeBroker("nats", "[OPS-05] beside a NATS server with a password", () => {
  test("commands name a variable", { timeout: 60_000 }, async () => {
    const port = String(await freePort());
    const command = ["nats-server", "-a", "127.0.0.1", "-p", port, "--user", "u", "--pass", SECRET];
    await beside(
      { command, url: `nats://u:${SECRET}@127.0.0.1:${port}` },
      (url) => NatsTap.open(url),
      (tap) => {
        expect(tap.commandFor(MESSAGE)).toBe(`nats -s "$BROKER_URL" pub 'orders' '{}'`);
        return Promise.resolve();
      },
    );
  });
});
