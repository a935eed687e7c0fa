// What a broker's file says: how it is started on a port and in a folder of its own, and how one knows that it answers.
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";

export interface Command {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Broker {
  readonly name: string;
  /** Debian's package, or several with spaces between. */
  readonly package: string;
  readonly program: string;
  /** Where the program alone does not tell. */
  isInstalled?(): boolean;
  /** As whom it runs, where that is not who starts it. */
  user?(): { readonly uid?: number; readonly gid?: number };
  /** Before it is started. */
  prepare?(folder: string): void | Promise<void>;
  /** In `folder`, which is empty. The process must stay in the foreground, and listen on `host` alone. */
  command(port: number, folder: string, host: string): Command | Promise<Command>;
  url(port: number, host: string): string;
  /** Rejects while it does not. */
  answers(port: number, host: string): Promise<void>;
}

export const LOOPBACK = "127.0.0.1";

export const isInstalled = (broker: Broker): boolean =>
  broker.isInstalled?.() ?? spawnSync(broker.program, ["--version"], { stdio: "ignore" }).error === undefined;

/** Free now; nobody else is told of it. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
