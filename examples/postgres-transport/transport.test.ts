// The transport, held to the published laws on a real PostgreSQL, and what it says of itself beyond them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Delivery, ReceiveOptions } from "@sallyport/guard/ports";
import { describeTransport } from "@sallyport/guard/testing";
import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { describeBroker } from "../../packages/guard/test/brokers.ts";
import { PostgresTransport, type PostgresTransportOptions } from "./transport.ts";

const schema = readFileSync(join(import.meta.dirname, "schema.sql"), "utf8");
const ORDERS: ReceiveOptions = { destination: "orders", group: "g", ordering: "none", prefetch: 10 };
const message = { id: "1", destination: "orders", key: undefined, bytes: Buffer.from("a") };

describeBroker("postgres", "a transport of a third party", (url) => {
  const pool = new Pool({ connectionString: url, max: 20 });
  beforeAll(async () => void (await pool.query(`DROP SCHEMA IF EXISTS sallyport_queue CASCADE; ${schema}`)));
  afterAll(() => pool.end());

  const empty = () => pool.query("TRUNCATE sallyport_queue.message, sallyport_queue.reader, sallyport_queue.delivery");
  const open = async (): Promise<PostgresTransport> => {
    await empty();
    return new PostgresTransport(pool);
  };

  let dooms = 0;
  /** Its connections are ended by the server, and its pool gives out no others. */
  const doom = async () => {
    const name = `doomed-${process.pid}-${++dooms}`;
    const own = new Pool({ connectionString: url, application_name: name }).on("error", () => undefined);
    const transport = new PostgresTransport(own, { leaseMs: 600 });
    const die = async (): Promise<void> => {
      const ended = own.end();
      await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [name]);
      await transport.close();
      await ended;
    };
    return { transport, die };
  };

  describeTransport({ describe, test }, new PostgresTransport(pool), open, doom);

  describe("beyond the laws", () => {
    beforeEach(empty);
    const opened = (over: Pool = pool, options: PostgresTransportOptions = {}): PostgresTransport => {
      const transport = new PostgresTransport(over, options);
      onTestFinished(() => transport.close());
      return transport;
    };
    /** One that takes all that comes, and settles nothing. */
    const collect = async (transport: PostgresTransport, options: Partial<ReceiveOptions> = {}): Promise<Delivery[]> => {
      const deliveries: Delivery[] = [];
      await transport.receive({ ...ORDERS, ...options }, (batch) => deliveries.push(...batch));
      return deliveries;
    };

    test("[PSN-06] what a living member has is prolonged, and a retry is not", async () => {
      const transport = opened(pool, { leaseMs: 300, pollMs: 50 });
      const held = await collect(transport);
      await transport.send([message, { ...message, id: "2" }]);
      await vi.waitFor(() => expect(held).toHaveLength(2));
      const others = await collect(opened(pool, { pollMs: 50 }));
      const askedAt = performance.now();
      await held[1]!.retryAfter(1000);
      await vi.waitFor(() => expect([...held.slice(2), ...others]).toHaveLength(1), 5000);
      expect(performance.now() - askedAt).toBeGreaterThanOrEqual(999);
      expect([...held.slice(2), ...others][0]!.brokerId).toBe(held[1]!.brokerId);
    });

    test("[REP-12] a connection that is cut is said, and fetching goes on by itself", async () => {
      const name = `cut-${process.pid}`;
      const own = new Pool({ connectionString: url, application_name: name }).on("error", () => undefined);
      onTestFinished(() => own.end());
      const transport = opened(own, { pollMs: 50 });
      const told: unknown[] = [];
      const held = await collect(transport, { onFetch: (failure) => told.push(failure) });
      await pool.query("ALTER FUNCTION sallyport_queue.take RENAME TO taken");
      await vi.waitFor(() => expect(told).toEqual(["ERR_TRANSPORT_REFUSED"]), 5000);
      await pool.query("ALTER FUNCTION sallyport_queue.taken RENAME TO take");
      await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [name]);
      await opened().send([message]);
      await vi.waitFor(() => expect([held.length, told.at(-1)]).toEqual([1, undefined]), 5000);
    });

    test("[PUB-11] a connection that is cut before it is handed over does not end the process", async () => {
      const own = new Pool({ connectionString: url }).on("error", () => undefined);
      onTestFinished(() => own.end());
      // Of all that listen only who did so at once is heard: what waits for a promise comes later.
      own.on("acquire", (client) => process.nextTick(() => client.emit("error", new Error("cut"))));
      await opened(own).send([message]);
    });

    test("[REP-09] [DST-07] a publisher may send, and neither choose a time nor take anything", async () => {
      const role = `publisher_${process.pid}`;
      await pool.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA sallyport_queue TO ${role};
        GRANT EXECUTE ON FUNCTION sallyport_queue.send TO ${role}`);
      const own = new Pool({ connectionString: url.replace("sallyport@", `${role}@`) });
      onTestFinished(async () => {
        await own.end();
        await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      });
      await opened(own).send([message]);
      const inserting = own.query(
        "INSERT INTO sallyport_queue.message (destination, id, bytes, enqueued_at) VALUES ('orders', '1', '', now())",
      );
      await expect(inserting).rejects.toMatchObject({ code: "42501" });
      await expect(collect(opened(own))).rejects.toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
    });

    test("a server that confirms what a crash would lose is refused, with what mends it", async () => {
      const own = new Pool({ connectionString: url, options: "-c synchronous_commit=off" });
      onTestFinished(() => own.end());
      await expect(opened(own).send([message])).rejects.toMatchObject({
        code: "ERR_CONFIG_CAPABILITY",
        remedy: expect.stringContaining("ALTER SYSTEM SET synchronous_commit = on"),
      });
    });

    test("[PSN-12] past its time goes what every group has settled, and nothing else", async () => {
      const held = await collect(opened());
      await opened().send([message, { ...message, id: "2" }]);
      await vi.waitFor(() => expect(held).toHaveLength(2));
      await held[0]!.ack();
      await pool.query("UPDATE sallyport_queue.message SET enqueued_at = enqueued_at - interval '8 days'");
      await collect(opened(), { destination: "elsewhere" });
      await vi.waitFor(async () => expect((await pool.query("SELECT id FROM sallyport_queue.message")).rows).toEqual([{ id: "2" }]));
    });
  });
});
