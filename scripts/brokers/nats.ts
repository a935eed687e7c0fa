// NATS with JetStream, which keeps what it confirms in its folder.
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Broker } from "./broker.ts";

/** A server with settings of its own beside these, in the language of its configuration. */
export const natsWith = (settings: string): Broker => ({
  name: "nats",
  package: "nats-server",
  // Another version than Debian's, where one is to be tried.
  program: process.env["NATS_SERVER"] ?? "nats-server",
  prepare: (folder) =>
    writeFileSync(
      join(folder, "nats.conf"),
      `jetstream { store_dir: ${JSON.stringify(join(folder, "data"))}, max_memory_store: 64MB, max_file_store: 4GB }\n${settings}\n`,
    ),
  command: (port, folder, host) => ({ args: ["-c", join(folder, "nats.conf"), "-a", host, "-p", String(port)] }),
  url: (port, host) => `nats://${host}:${port}`,
  answers: (port, host) =>
    new Promise((resolve, reject) => {
      let told = "";
      const socket = connect(port, host);
      socket.setTimeout(1000, () => socket.destroy(new Error("no answer")));
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`closed after: ${told}`)));
      socket.on("data", (data) => {
        told += data.toString();
        // What it says of itself before anyone has said who they are.
        if (!told.startsWith("INFO ") || !told.includes("\r\n")) return;
        if (told.includes('"jetstream":true')) resolve();
        else reject(new Error(told));
        socket.destroy();
      });
    }),
});

export const nats = natsWith("");
