// The brokers that tests talk to, on ports and in folders of their own: `up [NAME…]` starts them and waits until they
// answer, `down` ends them and leaves nothing behind, `during COMMAND…` does both around a command, in which a broker
// that does not run is a failure. `--install` installs what is missing from Debian's packages; what Debian does not have
// comes from Maven Central when it is first started.
import { spawnSync } from "node:child_process";
import { isInstalled } from "./brokers/broker.ts";
import { BROKERS } from "./brokers/list.ts";
import { remember, running } from "./brokers/running.ts";
import { end, start } from "./brokers/start.ts";

async function up(names: readonly string[], install: boolean): Promise<void> {
  const unknown = names.filter((name) => !BROKERS.some((broker) => broker.name === name));
  if (unknown.length > 0) throw new Error(`no broker "${unknown.join('", "')}"; there are: ${BROKERS.map(({ name }) => name).join(", ")}`);
  const wanted = BROKERS.filter(({ name }) => names.length === 0 || names.includes(name));
  const missing = wanted.filter((broker) => !isInstalled(broker)).flatMap((broker) => broker.package.split(" "));
  if (missing.length > 0) {
    if (!install) throw new Error(`not installed: ${missing.join(", ")}. Run: apt-get install ${missing.join(" ")}`);
    for (const args of [
      ["update", "-qq"],
      ["install", "-y", "-qq", "--no-install-recommends", ...missing],
    ])
      aptGet(args);
  }
  await down(wanted.map(({ name }) => name));
  for (const broker of wanted) {
    const started = await start(broker);
    remember([...running(), started]);
    console.log(`${started.name} ${started.url}`);
  }
}

function aptGet(args: readonly string[]): void {
  const { status } = spawnSync("apt-get", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) throw new Error(`apt-get ${args.join(" ")} failed`);
}

async function down(names: readonly string[]): Promise<void> {
  const ending = running().filter(({ name }) => names.includes(name));
  await Promise.all(ending.map(end));
  remember(running().filter(({ name }) => !names.includes(name)));
}

async function during([command, ...args]: readonly string[], install: boolean): Promise<void> {
  if (command === undefined) throw new Error("say which command");
  try {
    await up([], install);
    const { status } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, BROKERS: "required" } });
    process.exitCode = status ?? 1;
  } finally {
    await down(running().map(({ name }) => name));
  }
}

const [verb, ...rest] = process.argv.slice(2);
const install = rest[0] === "--install";
const names = install ? rest.slice(1) : rest;
if (verb === "up") await up(names, install);
else if (verb === "down") await down(names.length > 0 ? names : running().map(({ name }) => name));
else if (verb === "during") await during(names, install);
else throw new Error("say `up [--install] [NAME…]`, `down [NAME…]` or `during [--install] COMMAND…`");
