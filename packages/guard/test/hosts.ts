// Hosts on one switch, each a network namespace of Linux, and this machine beside them under an address of its own. What
// runs on a host whose cable is out hears nothing, not even that.
import { spawnSync } from "node:child_process";
import { onTestFinished } from "vitest";

/** Why this machine can have none, and what to do; `undefined` where it can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== "linux") return "hosts are network namespaces, which Linux alone has";
  if (process.getuid?.() !== 0) return "hosts are network namespaces, which root alone may make: run as root";
  const { error, status, stderr } = spawnSync("ip", ["netns", "list"], { encoding: "utf8" });
  if (error !== undefined) return "no `ip` to make hosts with: apt-get install iproute2";
  return status === 0 ? undefined : `no network namespaces here: ${stderr.trim()}`;
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr.trim()}`);
}

/** Of those for measuring networks (RFC 2544), one for each process, so that those which run side by side do not meet. */
const netOf = (pid: number): string => `198.${18 + ((pid >> 8) & 1)}.${pid & 255}`;

export class Hosts<Name extends string> {
  readonly #net = netOf(process.pid);
  readonly #switch = `sp${process.pid}`;
  readonly #names: readonly Name[];

  private constructor(names: readonly Name[]) {
    this.#names = names;
  }

  /** Their cables are in. */
  static open<const Name extends string>(names: readonly Name[]): Hosts<Name> {
    const hosts = new Hosts(names);
    onTestFinished(() => hosts.#end());
    ip("link", "add", hosts.#switch, "type", "bridge");
    ip("address", "add", `${hosts.address}/24`, "dev", hosts.#switch);
    ip("link", "set", hosts.#switch, "up");
    for (const [index, name] of names.entries()) hosts.#add(name, `${hosts.#net}.${index + 2}`);
    return hosts;
  }

  #add(name: Name, address: string): void {
    const host = this.#hostOf(name);
    ip("netns", "add", host);
    ip("link", "add", this.#portOf(name), "type", "veth", "peer", "name", "eth0", "netns", host);
    ip("-n", host, "address", "add", `${address}/24`, "dev", "eth0");
    for (const device of ["lo", "eth0"]) ip("-n", host, "link", "set", device, "up");
    ip("link", "set", this.#portOf(name), "master", this.#switch, "up");
  }

  #hostOf(name: Name): string {
    return `${this.#switch}-${name}`;
  }

  #portOf(name: Name): string {
    return `${this.#switch}.${this.#names.indexOf(name)}`;
  }

  /** Of this machine, for all of them. */
  get address(): string {
    return `${this.#net}.1`;
  }

  /** What a program is started with, so that it runs there. */
  on(name: Name): readonly string[] {
    return ["ip", "netns", "exec", this.#hostOf(name)];
  }

  unplug(name: Name): void {
    ip("link", "set", this.#portOf(name), "nomaster");
  }

  plug(name: Name): void {
    ip("link", "set", this.#portOf(name), "master", this.#switch);
  }

  #end(): void {
    // What went wrong while they were made is not to be hidden by what was therefore not there.
    for (const name of this.#names) spawnSync("ip", ["netns", "delete", this.#hostOf(name)]);
    for (const name of this.#names) spawnSync("ip", ["link", "delete", this.#portOf(name)]);
    spawnSync("ip", ["link", "delete", this.#switch]);
  }
}
