// The transport, held to the published laws on a real PostgreSQL.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transportLaws } from "@sallyport/guard/testing";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import { describeBroker } from "../../packages/guard/test/brokers.ts";
import { PostgresTransport } from "./transport.ts";

const schema = readFileSync(join(import.meta.dirname, "schema.sql"), "utf8");

describeBroker("postgres", "a transport of a third party", (url) => {
  const pool = new Pool({ connectionString: url, max: 20 });
  beforeAll(async () => void (await pool.query(`DROP SCHEMA IF EXISTS sallyport_queue CASCADE; ${schema}`)));
  afterAll(() => pool.end());

  const open = async (): Promise<PostgresTransport> => {
    await pool.query("TRUNCATE sallyport_queue.message, sallyport_queue.reader, sallyport_queue.delivery");
    return new PostgresTransport(pool);
  };

  describe("laws", () => {
    const { capabilities } = new PostgresTransport(pool);
    for (const { name, needs, run } of transportLaws(open)) (needs === undefined || capabilities[needs] ? test : test.skip)(name, run);
  });
});
