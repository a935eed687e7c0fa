// beanstalkd with a binlog in its folder, every write on disk before it is answered. It settles no rights: it is for an example.
import { connect } from "node:net";
import type { Broker } from "./broker.ts";

/** A server with flags of its own in place of the binlog's. */
export const beanstalkdWith = (flags: (folder: string) => readonly string[]): Broker => ({
  name: "beanstalkd",
  package: "beanstalkd",
  program: "beanstalkd",
  command: (port, folder, host) => ({ args: ["-l", host, "-p", String(port), ...flags(folder)] }),
  url: (port, host) => `beanstalkd://${host}:${port}`,
  answers: (port, host) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, host, () => socket.write("list-tube-used\r\n"));
      socket.setTimeout(1000, () => socket.destroy(new Error("no answer")));
      socket.on("error", reject);
      socket.on("data", () => {
        resolve();
        socket.destroy();
      });
    }),
});

export const beanstalkd = beanstalkdWith((folder) => ["-b", folder, "-f", "0"]);
