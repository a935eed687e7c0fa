// Hosts of one group, with the broker and the store on the other side of a switch: a cable is out, in one direction and
// the other nothing is heard, and nobody is told. What one host had is another's, and whose cable is in again is one of them.
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { BROKERS } from "../../../../scripts/brokers/list.ts";
import { end, start } from "../../../../scripts/brokers/start.ts";
import { describeBrokers, notRun } from "../brokers.ts";
import { Hosts, whyNoHosts } from "../hosts.ts";
import { CARRIERS, type Listed } from "./carriers.ts";
import { exitOf, World } from "./world.ts";

const HOUR_MS = 3_600_000;
const EVENTS = 200;
const PACE_MS = 10;
/** An effect that it is in is waited for, and each answer of the store's. */
const LEAVES_WITHIN_MS = 60_000;
const within = { timeout: 60_000, interval: 50 };
const SLOW = { timeout: 240_000 };
/** Which gives up on who is silent for twice as long, and does so by itself after two minutes. */
const HEARTBEAT = { rabbitmq: "?heartbeat=1" } as Readonly<Record<string, string>>;

/** `npm run check:slow-brokers` takes all. */
const CHOSEN = process.env["SLOW_BROKERS"] === undefined ? CARRIERS.slice(0, 2) : CARRIERS;

const lacks = whyNoHosts();

async function startedAt(name: string, address: string): Promise<string> {
  const server = await start(
    BROKERS.find((broker) => broker.name === name)!,
    address,
  );
  onTestFinished(() => end(server), 60_000);
  return `${server.url}${HEARTBEAT[name] ?? ""}`;
}

async function opened(carrier: Listed) {
  const hosts = Hosts.open(["one", "two", "three"]);
  const [url, postgres] = await Promise.all([startedAt(carrier.broker, hosts.address), startedAt("postgres", hosts.address)]);
  const { transport, close } = await (await carrier.load()).open(url);
  const { ordersByKey, vouchesEnqueueTime } = transport.capabilities;
  await transport.close();
  await close();
  const world = await World.open(carrier, { url, postgres, ordering: ordersByKey ? "key" : "none", events: EVENTS, paceMs: PACE_MS });
  // By a clock that is ahead all would be too old that the broker does not vouch for (clocks.broker.test.ts).
  const aheadMs = vouchesEnqueueTime ? HOUR_MS : 0;
  const [one] = await world.consumers(1, { by: hosts.on("one"), aheadMs });
  const [two] = await world.consumers(1, { by: hosts.on("two") });
  const published = world.publish({ by: hosts.on("three") });
  const untilHandled = (most: number): Promise<void> => expect.poll(() => world.count("effects"), within).toBeGreaterThanOrEqual(most);
  const audit = async (): Promise<void> => {
    expect(await published).toBe(0);
    await world.untilSettled(within.timeout);
    await world.audit();
    if (ordersByKey) await world.auditOrder();
  };
  await untilHandled(EVENTS / 10);
  return { hosts, one: one!, two: two!, untilHandled, audit };
}

for (const carrier of CHOSEN) {
  describeBrokers([carrier.broker, "postgres"], `${carrier.name}, a host whose cable is out`, () => {
    if (lacks !== undefined) return notRun(lacks);

    test("[REP-12] [PSN-11] [PUB-11] is one of them when it is in again, whatever its clock", SLOW, async () => {
      const { hosts, one, two, untilHandled, audit } = await opened(carrier);
      hosts.unplug("one");
      await untilHandled(EVENTS / 2);
      hosts.unplug("three");
      hosts.plug("one");
      const ended = exitOf(two);
      two.kill("SIGTERM");
      expect(await ended).toBe(0);
      hosts.plug("three");
      await audit();
      const left = exitOf(one);
      one.kill("SIGTERM");
      expect(await left).toBe(0);
    });

    test("[PSN-11] [PUB-11] leaves what it had to the others, and ends when it is told to", SLOW, async () => {
      const { hosts, one, two, audit } = await opened(carrier);
      hosts.unplug("one");
      one.kill("SIGTERM");
      const [said] = await Promise.all([once(one.stdout!, "data", { signal: AbortSignal.timeout(LEAVES_WITHIN_MS) }), audit()]);
      expect(String(said)).toBe("left\n");
      const left = exitOf(two);
      two.kill("SIGTERM");
      expect(await left).toBe(0);
    });
  });
}
