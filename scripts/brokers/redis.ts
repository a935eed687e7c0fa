// Redis as the guard wants it: every write on disk before it is answered, nothing evicted. A cluster of one, so that
// whatever needs two slots in one operation is refused.
import { connect } from "node:net";
import type { Broker } from "./broker.ts";

export const redis: Broker = {
  name: "redis",
  package: "redis-server",
  program: "redis-server",
  command: (port, folder) => ({
    args: [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "yes",
      "--appendfsync",
      "always",
      "--cluster-enabled",
      "yes",
      "--cluster-announce-ip",
      "127.0.0.1",
    ],
  }),
  url: (port) => `redis://127.0.0.1:${port}`,
  answers: (port) =>
    new Promise((resolve, reject) => {
      let told = "";
      const socket = connect(port, "127.0.0.1", () => socket.write("CLUSTER ADDSLOTSRANGE 0 16383\r\nCLUSTER INFO\r\nPING\r\n"));
      socket.setTimeout(1000, () => socket.destroy(new Error("no answer")));
      socket.on("error", reject);
      socket.on("data", (data) => {
        told += data.toString();
        if (!told.endsWith("+PONG\r\n")) return;
        socket.destroy();
        if (told.includes("cluster_state:ok")) resolve();
        else reject(new Error(told));
      });
    }),
};
