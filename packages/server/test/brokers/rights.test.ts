// Rights follow from the contract alone, on every broker. That they are enough, and that the broker refuses what is not
// in them, is tried on the real ones.
import { contract, event } from "@sallyport/guard";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PASSWORD, type Role, ROLES } from "../../src/brokers/broker.ts";
import { layoutOf } from "../../src/brokers/layout.ts";
import { BROKERS } from "../../src/brokers/list.ts";
import { redis } from "../../src/brokers/redis.ts";
import { shop } from "../shop.ts";

const of = (...destinations: readonly string[]) =>
  layoutOf(
    contract({
      name: "shop",
      events: Object.fromEntries(
        destinations.map((destination) => [
          destination,
          event({ description: "It happened.", schema: z.strictObject({ animal: z.string().max(9) }), destination }),
        ]),
      ),
    }),
    {},
  );

describe.each(BROKERS.filter(({ name }) => name !== "sqlite").map((broker) => [broker.name, broker] as const))("%s", (_name, broker) => {
  test.each(ROLES)("[DST-07] the rights of the %s name each destination of the contract, and say nothing of any other", (role) => {
    const text = (...destinations: readonly string[]): string => broker.rights(of(...destinations), role).text;
    for (const destination of ["zebra", "yak"]) expect(text("zebra", "yak")).toContain(destination);
    expect(text("zebra")).not.toContain("yak");
    // What is the same for every contract cannot be what reaches a destination.
    expect(text("zebra").replaceAll("zebra", "yak")).toBe(text("yak"));
  });

  test("[OPS-05] every password is the operator's to put in", () => {
    for (const role of ROLES) {
      const { text, user } = broker.rights(of("zebra"), role);
      expect(user).toBe(`sallyport-shop-${role}`);
      // Where rights are given to what logs in by other means, there is none.
      if (/pass/i.test(text)) expect(text).toContain(PASSWORD);
    }
  });

  test("topology names each destination, and each has a command", () => {
    const declared = broker.topology(of("zebra", "yak"));
    for (const destination of ["zebra", "yak"]) expect(declared.some(({ name }) => name.includes(destination))).toBe(true);
    for (const { command } of declared) expect(command).not.toBe("");
  });
});

test.each<readonly [Role, readonly string[]]>([
  ["server", ["~sallyport:{orders}", "%R~sallyport:{orders}:removed", "%W~sallyport:{prices.acme}"]],
  ["worker", ["~sallyport:{orders}", "~sallyport:{orders}:*", "~sallyport:{prices.acme}", "~sallyport:{prices.acme}:*"]],
  ["operator", ["%W~sallyport:{orders}", "%W~sallyport:{prices.acme}"]],
])("[DST-07] on Redis the %s has these keys and no others, and no command that is not listed", (role, keys) => {
  const words = redis.rights(layoutOf(shop, { tenants: ["acme"] }), role).text.split(" ");
  expect(words.filter((word) => word.includes("~"))).toEqual(keys);
  expect(words.slice(0, 8)).toEqual([
    "ACL",
    "SETUSER",
    `sallyport-shop-${role}`,
    "on",
    "resetpass",
    `>${PASSWORD}`,
    "resetkeys",
    "resetchannels",
  ]);
  expect(words[8]).toBe("-@all");
  expect(words.filter((word) => word.includes("@") || word === "allkeys")).toEqual(["-@all"]);
});

test.each(["a.b", "*", "../x", "", "a_b"])("[DST-03] the tenant %j that an operator lists is refused, with where it stands", (tenant) => {
  expect(() => layoutOf(shop, { tenants: ["acme", tenant] })).toThrow(
    expect.objectContaining({ code: "ERR_CONFIG_INVALID", place: "the tenants", remedy: expect.stringContaining("1 to 63") as string }),
  );
});
