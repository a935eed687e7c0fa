// The command as users of the least rights run it: those that `acl` writes, on a NATS that knows no others.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { natsWith } from "../../../scripts/brokers/nats.ts";
import { describeBroker } from "../../guard/test/brokers.ts";
import { ownServer } from "../../guard/test/own-server.ts";
import { houseOn } from "./shared-house.ts";

const SECRET = "of-this-test-alone";

describeBroker("nats", "NATS with the rights that acl writes", () => {
  test(
    "[DST-07] each role is asked for what it may see: doctor ends with 0, and the server refuses nothing",
    { timeout: 60_000 },
    async () => {
      const store = join(houseOn("nats://127.0.0.1", "unused").folder, "store.db");
      const before = houseOn("nats://127.0.0.1", store);
      const { stdout: users } = await before.command("acl", before.contract, "--broker", "nats");
      const server = await ownServer(
        natsWith(`authorization { users = [ { user: admin, password: "${SECRET}" }\n${users.replaceAll("<PASSWORD>", SECRET)} ] }`),
      );
      const as = (user: string) => houseOn(server.url.replace("://", `://${user}:${SECRET}@`), store);
      const admin = as("admin");
      expect((await admin.command("topology", admin.contract, "--apply")).stderr).toMatch(/^declared on /);
      for (const role of ["server", "worker", "operator"]) {
        const own = as(`sallyport-shop-${role}`);
        const { code, stdout } = await own.command("doctor", own.contract);
        expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`checks of what the ${role} may see, all in order`))]);
      }
      // All that there is, where it is asked for by a user that may not: said, and no reason to be content.
      const own = as("sallyport-shop-server");
      await (
        await own.serve()
      )("socks");
      const log = (): string => readFileSync(join(server.folder, "log"), "utf8");
      expect(log()).not.toMatch(/Violation/);
      const { code, stdout } = await own.command("doctor", own.contract, "--role", "worker");
      expect([code, stdout]).toEqual([1, expect.stringMatching(/UNKNOWN {2}broker .* group: /)]);
      expect(log()).toMatch(/Violation/);
    },
  );
});
