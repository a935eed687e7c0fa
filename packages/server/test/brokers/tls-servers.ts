// Every broker and store that speaks TLS, as a server that shows a certificate.
import { appendFileSync, chmodSync, chownSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { type Broker, freePort } from "../../../../scripts/brokers/broker.ts";
import { kafkaVariant } from "../../../../scripts/brokers/kafka.ts";
import { natsWith } from "../../../../scripts/brokers/nats.ts";
import { postgres } from "../../../../scripts/brokers/postgres.ts";
import { rabbitmq } from "../../../../scripts/brokers/rabbitmq.ts";
import { redis, redisNode } from "../../../../scripts/brokers/redis.ts";
import type { Certificates } from "./certificates.ts";

const shakesHands = (port: number, { authority }: Pick<Certificates, "authority">): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", ca: readFileSync(authority) }, () => {
      resolve();
      socket.destroy();
    });
    socket.on("error", reject);
  });

export const redisOverTls = (certificates: Certificates): Broker => ({
  ...redis,
  command: (port, folder, host) => {
    const { certificate, key, authority } = certificates;
    const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", authority, "--tls-auth-clients", "no"];
    return { args: ["--port", "0", "--tls-port", String(port), "--bind", host, "--dir", folder, ...files] };
  },
  url: (port, host) => `rediss://${host}:${port}`,
  answers: (port) => shakesHands(port, certificates),
});

/** Of a cluster whose nodes speak TLS among themselves too. */
export const redisNodeOverTls = ({ certificate, key, authority }: Certificates): Broker => ({
  ...redisNode,
  async command(port, folder, host) {
    const { args } = await redisNode.command(port, folder, host);
    const encrypted = ["--port", "0", "--tls-port", String(port), "--tls-cluster", "yes", "--tls-replication", "yes"];
    const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", authority, "--tls-auth-clients", "no"];
    return { args: [...args, ...encrypted, ...files] };
  },
  url: (port, host) => `rediss://${host}:${port}`,
  answers: (port) => shakesHands(port, { authority }),
});

export const kafkaOverTls = (certificates: Certificates): Broker => ({
  ...kafkaVariant({ tls: certificates }),
  url: (port, host) => `kafkas://${host}:${port}`,
});

export const natsOverTls = ({ certificate, key }: Certificates): Broker => ({
  ...natsWith(`tls { cert_file: ${JSON.stringify(certificate)}, key_file: ${JSON.stringify(key)} }`),
  url: (port, host) => `tls://${host}:${port}`,
});

/** On a port of its own, beside the one in plaintext. */
export function rabbitMqOverTls({ certificate, key, authority }: Certificates): Broker {
  let tlsPort = 0;
  return {
    ...rabbitmq,
    async prepare(folder) {
      await rabbitmq.prepare?.(folder);
      tlsPort = await freePort();
      const settings = [
        `listeners.ssl.default = 127.0.0.1:${tlsPort}`,
        `ssl_options.certfile = ${certificate}`,
        `ssl_options.keyfile = ${key}`,
        `ssl_options.cacertfile = ${authority}`,
        "ssl_options.verify = verify_none",
      ];
      appendFileSync(join(folder, "rabbitmq.conf"), `${settings.join("\n")}\n`);
    },
    url: (port, host) => rabbitmq.url(port, host).replace("amqp:", "amqps:").replace(`:${port}`, `:${tlsPort}`),
  };
}

/** It refuses a key that others may read. */
export const postgresOverTls = (certificates: Certificates): Broker => ({
  ...postgres,
  async prepare(folder) {
    await postgres.prepare?.(folder);
    const key = join(folder, "server.key");
    copyFileSync(certificates.key, key);
    chmodSync(key, 0o600);
    const { uid, gid = uid } = postgres.user?.() ?? {};
    if (uid !== undefined && gid !== undefined) chownSync(key, uid, gid);
  },
  async command(port, folder, host) {
    const { args } = await postgres.command(port, folder, host);
    const files = ["-c", `ssl_cert_file=${certificates.certificate}`, "-c", `ssl_key_file=${join(folder, "server.key")}`];
    return { args: [...args, "-c", "ssl=on", ...files] };
  },
  url: (port, host) => `${postgres.url(port, host)}?sslmode=verify-full`,
});
