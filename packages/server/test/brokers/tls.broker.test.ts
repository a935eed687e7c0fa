// Encrypted connections to servers that show a certificate: whose it is decides. SQS is not here: what speaks it on this
// machine has no TLS, and AWS's own addresses have no other.
import { expect, test } from "vitest";
import type { Broker } from "../../../../scripts/brokers/broker.ts";
import { end, start } from "../../../../scripts/brokers/start.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { Address } from "../../src/brokers/address.ts";
import { chooseBroker, chooseStore } from "../../src/brokers/choose.ts";
import { believe, type Certificates, makeCertificates } from "./certificates.ts";
import { kafkaOverTls, natsOverTls, postgresOverTls, rabbitMqOverTls, redisOverTls } from "./tls-servers.ts";

interface Opened {
  answers(): Promise<void>;
  close(): Promise<void>;
}

const SLOW = { timeout: 180_000 };

const onNotice = (): void => undefined;
const broker = (url: string): Promise<Opened> => {
  const { kind, address } = chooseBroker(url, false);
  return kind.open(address, { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000, onNotice });
};
const store = (url: string): Promise<Opened> => {
  const { kind, address } = chooseStore(url, false);
  return kind.open(address, { onNotice });
};

const SERVERS: readonly (readonly [
  name: string,
  serverOf: (certificates: Certificates) => Broker,
  open: (url: string) => Promise<Opened>,
  elsewhere: string,
])[] = [
  ["redis", redisOverTls, broker, "redis://user:password@broker.example.org"],
  ["kafka", kafkaOverTls, broker, "kafka://user:password@broker.example.org"],
  ["nats", natsOverTls, broker, "nats://user:password@broker.example.org"],
  ["rabbitmq", rabbitMqOverTls, broker, "amqp://user:password@broker.example.org"],
  ["postgres", postgresOverTls, store, "postgres://user:password@store.example.org/shop?sslmode=disable"],
];

for (const [name, serverOf, open, elsewhere] of SERVERS) {
  describeBroker(name, `${name} over TLS`, () => {
    test("[OPS-04] with a certificate of an authority that is believed it is spoken to, and with another it is not", SLOW, async () => {
      const certificates = makeCertificates();
      const server = await start(serverOf(certificates));
      try {
        await expect(open(server.url)).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_(?:TRANSPORT|STORE)_UNAVAILABLE$/),
          message: expect.stringMatching(/cannot be reached \((?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)\)/),
          remedy: expect.stringMatching(/NODE_EXTRA_CA_CERTS/),
        });
        believe(makeCertificates());
        await expect(open(server.url)).rejects.toMatchObject({ message: expect.stringMatching(/cannot be reached \(/) });
        believe(certificates);
        const opened = await open(server.url);
        await opened.answers();
        await opened.close();
      } finally {
        await end(server);
      }
    });

    test("[OPS-04] without encryption it is refused off this machine", () => {
      const choose = name === "postgres" ? chooseStore : chooseBroker;
      expect(() => choose(elsewhere, false)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INSECURE" }));
      expect(Address.parse(elsewhere).isLoopback).toBe(false);
    });
  });
}
