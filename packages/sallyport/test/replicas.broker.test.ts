// Server and two workers as processes on each broker whose stack `shared.broker.test.ts` does not have: what an agent
// publishes through the server is shared and handled once, and who is told to stop finishes what it has begun.
import { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import type { Broker } from "../../../scripts/brokers/broker.ts";
import { nats } from "../../../scripts/brokers/nats.ts";
import { rabbitmq } from "../../../scripts/brokers/rabbitmq.ts";
import { sqs } from "../../../scripts/brokers/sqs.ts";
import { describeBrokers } from "../../guard/test/brokers.ts";
import { ownServer } from "../../server/test/brokers/own-server.ts";
import { Ear, houseOn, plainest } from "./shared-house.ts";

const same = (url: string): string => url;
const ofSqs = (url: string): string => `${url.replace("http://", "sqs+http://")}?groups=shop`;

const ALL: readonly (readonly [broker: Broker, addressOf: (url: string) => string])[] = [
  [nats, same],
  [rabbitmq, same],
  [sqs, ofSqs],
];
/** One of them in `npm test`, all in `npm run check:slow-brokers`. */
const BROKERS = ALL.filter(([broker]) => process.env["SLOW_BROKERS"] !== undefined || broker === rabbitmq);

async function freshStore(url: string): Promise<string> {
  const pool = new Pool({ connectionString: url, max: 1 });
  const database = `replicas_${process.pid}_${Date.now()}`;
  await pool.query(`CREATE DATABASE ${database}`);
  onTestFinished(async () => {
    await pool.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await pool.end();
  });
  return url.replace(/\/postgres$/, `/${database}`);
}

for (const [broker, addressOf] of BROKERS) {
  describeBrokers([broker.name, "postgres"], `replicas on ${broker.name}`, (_, postgres) => {
    const server = ownServer(broker);

    test(
      "[REP-07] [PSN-12] two workers share what an agent publishes, and drain when they are told to stop",
      { timeout: 300_000 },
      async () => {
        const house = houseOn(addressOf(server().url), await freshStore(postgres), plainest);
        expect((await house.command("topology", house.contract, "--apply")).code).toBe(0);
        const publish = await house.serve();
        const workers = await Promise.all([house.work({ WAITS: "slow" }), house.work({ WAITS: "slow" })]);
        const [all, ears] = [new Ear().listen(...workers), workers.map((worker) => new Ear().listen(worker))];
        const items = Array.from({ length: 20 }, (__, n) => `i${n}`);
        for (const item of items) await publish(item);
        await all.untilSaid(/^handled i/, items.length);
        for (const ear of ears) expect(ear.saying(/^handled/).length).toBeGreaterThan(0);

        await publish("slow");
        await all.untilSaid(/^begun slow 1/, 1);
        const busy = ears.findIndex((ear) => ear.saying(/^begun slow/).length > 0);
        const [stopped, other] = [workers[busy]!, workers[1 - busy]!];
        expect(await stopped.stop()).toMatchObject({ code: 0, stdout: expect.stringMatching(/handled slow 1\n$/) });

        await publish("afterwards");
        await all.untilSaid(/^handled afterwards/, 1);
        expect((await other.stop()).code).toBe(0);
        const handled = [...items, "slow", "afterwards"].map((item) => `handled ${item} 1`);
        expect(all.saying(/^handled/).toSorted()).toEqual(handled.toSorted());
        expect((await house.command("trail", "verify", house.contract)).stdout).toMatch(/^intact: 44 entries/);
      },
    );
  });
}
