import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isSallyportError } from "@sallyport/guard";
import { Address, optionIn } from "../../src/brokers/address.ts";
import { brokerNamed, bySchemeOf, chooseBroker, chooseStore } from "../../src/brokers/choose.ts";
import { BROKERS } from "../../src/brokers/list.ts";
import { STORES } from "../../src/stores/list.ts";
import { unreachable } from "../../src/brokers/unreachable.ts";

const SECRET = "s3cr3t!";
const GIVEN = `redis://shop:${encodeURIComponent(SECRET)}@broker.example:6380/2?vouchesEnqueueTime=true`;

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    if (isSallyportError(error)) return error.code;
    throw error;
  }
  return undefined;
};

describe("an address", () => {
  test("is taken apart, and what is percent-encoded is decoded", () => {
    const { scheme, hosts, user, password, path, options } = Address.parse(GIVEN);
    expect({ scheme, hosts, user, password, path, options: [...options] }).toEqual({
      scheme: "redis",
      hosts: [{ name: "broker.example", port: 6380 }],
      user: "shop",
      password: SECRET,
      path: "2",
      options: [["vouchesEnqueueTime", "true"]],
    });
  });

  test("lists several hosts, IPv6 among them", () => {
    expect(Address.parse("kafka://one:9092,[::1]:9093,three").hosts).toEqual([
      { name: "one", port: 9092 },
      { name: "::1", port: 9093 },
      { name: "three", port: undefined },
    ]);
  });

  test("[OPS-05] shows neither user nor password nor options, in whatever way it is printed", () => {
    const address = Address.parse(GIVEN);
    const printed = [String(address), JSON.stringify({ address }), inspect({ address }, { showHidden: true, depth: 9 })];
    for (const one of printed) {
      expect(one).toContain("redis://broker.example:6380/2");
      expect(one).not.toMatch(/s3cr3t|shop|vouches/);
    }
    expect(address.reveal()).toBe(GIVEN);
  });

  test("[OPS-05] that cannot be read is refused without being quoted", () => {
    for (const given of [`redis:/shop:${SECRET}@host`, `redis://shop:${SECRET}%@host`, `redis://a:${SECRET}@host:99999`, SECRET, ""]) {
      const act = () => Address.parse(given);
      expect(codeOf(act)).toBe("ERR_CONFIG_INVALID");
      expect(act).toThrow(expect.objectContaining({ message: expect.not.stringContaining(SECRET.slice(0, 6)) }));
    }
  });

  test("[OPS-05] what a client throws is told by its code alone", () => {
    const thrown = Object.assign(new Error(`cannot log in to ${GIVEN}`), { code: "ECONNREFUSED", url: GIVEN });
    const said = inspect(unreachable("Redis", Address.parse(GIVEN), thrown), { showHidden: true, depth: 9 });
    expect(said).toContain("ECONNREFUSED");
    expect(said).not.toMatch(/s3cr3t|shop/);
  });

  test("what caused a client's error is told, and not that there were several", () => {
    const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const several = Object.assign(new AggregateError([Object.assign(new Error("failed", { cause }), { code: "PLT_KFK_NETWORK" })]), {
      code: "PLT_KFK_MULTIPLE",
    });
    expect(unreachable("Kafka", Address.parse("kafka://h"), several).message).toContain("(ECONNREFUSED)");
  });

  test.each(["kafka://", "kafka://h/x", "nats://h/x", "amqp://one,two", "redis://h/x"])(
    "%s leads nowhere for sure, and is refused before it is tried",
    async (url) => {
      const { kind, address } = chooseBroker(url, true);
      const settings = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };
      await expect(kind.open(address, settings)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
    },
  );

  test("several servers of PostgreSQL are refused: the first was taken, whether it takes what is written or not", async () => {
    const { kind, address } = chooseStore("postgres://u:p@one.example,two.example/d", true);
    const settings = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice: () => undefined };
    await expect(kind.open(address, settings)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
  });

  test("an option that has a closed list takes nothing else", () => {
    expect(optionIn(Address.parse(GIVEN), "vouchesEnqueueTime", ["true", "false"])).toBe("true");
    expect(optionIn(Address.parse("redis://h"), "vouchesEnqueueTime", ["true", "false"])).toBeUndefined();
    expect(codeOf(() => optionIn(Address.parse("redis://h?x=yes"), "x", ["true", "false"]))).toBe("ERR_CONFIG_INVALID");
  });
});

describe("choosing a broker", () => {
  test("goes by the scheme, which no two brokers share", () => {
    expect(bySchemeOf(BROKERS).size).toBe(BROKERS.reduce((count, { schemes }) => count + schemes.size, 0));
    expect(() => bySchemeOf([...BROKERS, ...BROKERS])).toThrow(TypeError);
    for (const broker of BROKERS) {
      expect(brokerNamed(broker.name)).toBe(broker);
      for (const scheme of broker.schemes.keys()) expect(chooseBroker(`${scheme}://127.0.0.1/x`, false).kind).toBe(broker);
    }
    for (const store of STORES)
      for (const scheme of store.schemes.keys()) expect(chooseStore(`${scheme}://127.0.0.1/x`, false).kind).toBe(store);
    expect(codeOf(() => chooseBroker("constructor://h", false))).toBe("ERR_CONFIG_INVALID");
  });

  test("refuses an option that the broker does not know", () => {
    expect(codeOf(() => chooseBroker("redis://127.0.0.1?persists=false", false))).toBe("ERR_CONFIG_UNKNOWN_KEY");
  });

  test.each([
    ["redis://u:p@broker.example", "plaintext"],
    ["rediss://broker.example", "no password"],
    ["redis://u:p@127.0.0.1,broker.example", "one host of two that is elsewhere"],
    ["redis://u:p@127.0.0.1.example", "a name that begins as loopback does"],
    ["redis://u:p@10.0.0.1", "a private network"],
  ])("[OPS-04] %s is refused (%s) unless the configuration says so aloud", (url) => {
    expect(codeOf(() => chooseBroker(url, false))).toBe("ERR_CONFIG_INSECURE");
    expect(chooseBroker(url, true).address.reveal()).toBe(url);
  });

  test.each(["rediss://u:p@broker.example", "redis://127.0.0.1:6379", "redis://localhost", "redis://[::1]:1"])(
    "[OPS-04] %s is taken",
    (url) => {
      expect(chooseBroker(url, false).kind.name).toBe("redis");
    },
  );

  test.each([
    ["postgres://u:p@db.example/d?sslmode=disable", "plaintext"],
    ["postgres://u@db.example/d", "no password"],
    ["postgres://postgres:postgres@db.example/d", "the password that everyone tries first"],
    ["redis://u:p@db.example", "plaintext"],
  ])("[OPS-04] the store %s is refused (%s) unless the configuration says so aloud", (url) => {
    expect(codeOf(() => chooseStore(url, false))).toBe("ERR_CONFIG_INSECURE");
    expect(chooseStore(url, true).address.reveal()).toBe(url);
  });

  test.each(["postgres://u:p@db.example/d", "postgres://sallyport@127.0.0.1:5432/d", "rediss://u:p@db.example"])(
    "[OPS-04] the store %s is taken",
    (url) => {
      expect(chooseStore(url, false).address.reveal()).toBe(url);
    },
  );
});
