// Whether Compose takes the files of deploy/compose: `docker compose config` where there is a Docker, else Debian's
// docker-compose, which needs none running and is installed with --install. That without what must be set each file is
// refused is looked at too. Where there is neither program it fails.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "deploy", "compose");
const WORD = "0123456789abcdef";
/** What docs/running.md has its reader put into .env. */
const SET = ["REDIS_PASSWORD", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "NATS_PASSWORD", "SALLYPORT_KEYS", "SALLYPORT_TOKEN_SHA256"];

const runs = ([program = "", ...args]: readonly string[]): boolean =>
  spawnSync(program, [...args, "version"], { stdio: "ignore" }).status === 0;

function compose(install: boolean): readonly string[] {
  const found = [["docker", "compose"], ["docker-compose"]].find(runs);
  if (found !== undefined) return found;
  if (!install) throw new Error("there is neither `docker compose` nor docker-compose. Run: apt-get install docker-compose");
  const args = ["install", "-y", "-qq", "--no-install-recommends", "docker-compose"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env }).status !== 0) throw new Error("it cannot be installed");
  return ["docker-compose"];
}

function config([program = "", ...args]: readonly string[], file: string, variables: readonly string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-compose-"));
  try {
    const env = join(folder, ".env");
    writeFileSync(env, variables.map((name) => `${name}=${WORD}\n`).join(""));
    // What the caller's own environment has must not stand in for what a user sets.
    const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SET.includes(name)));
    const { status, stderr } = spawnSync(program, [...args, "--env-file", env, "-f", file, "config", "-q"], {
      encoding: "utf8",
      env: bare,
    });
    return status === 0 ? undefined : stderr.trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const program = compose(process.argv[2] === "--install");
const files = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join(FOLDER, name, "compose.yaml"));
if (files.length === 0) throw new Error(`there is no Compose file in ${FOLDER}`);
for (const file of files) {
  const refusal = config(program, file, SET);
  const faults = refusal === undefined ? [] : [refusal];
  if (config(program, file, []) === undefined) faults.push("it is taken without its passwords");
  for (const fault of faults) console.error(`${file}: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
console.log(`${files.length} Compose files, by ${program.join(" ")}`);
