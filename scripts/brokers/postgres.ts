// PostgreSQL, in a cluster of its own. It refuses to run as root, so that there it runs as Debian's user for it.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Broker } from "./broker.ts";

const run = promisify(execFile);
const VERSIONS = "/usr/lib/postgresql";

/** Debian keeps the server's programs out of the path, in a folder a version. */
function programs(): string {
  const newest = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one))[0] : undefined;
  return newest === undefined ? "" : join(VERSIONS, newest, "bin");
}

const idOf = (flag: "-u" | "-g"): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
const isRoot = process.getuid?.() === 0;

export const postgres: Broker = {
  name: "postgres",
  package: "postgresql",
  get program() {
    return join(programs(), "postgres");
  },
  user: () => (isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : {}),
  prepare(folder) {
    const user = postgres.user?.() ?? {};
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid);
    chmodSync(folder, 0o700);
    const args = ["-D", join(folder, "data"), "-U", "sallyport", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"];
    const { status, stderr } = spawnSync(join(programs(), "initdb"), args, { ...user, cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    // Where it listens on another address than loopback's.
    appendFileSync(join(folder, "data", "pg_hba.conf"), "host all all samenet trust\n");
  },
  command: (port, folder, host) => ({
    args: ["-D", join(folder, "data"), "-p", String(port), "-c", `listen_addresses=${host}`, "-c", `unix_socket_directories=${folder}`],
  }),
  url: (port, host) => `postgres://sallyport@${host}:${port}/postgres`,
  answers: async (port, host) => void (await run(join(programs(), "pg_isready"), ["-h", host, "-p", String(port)])),
};
