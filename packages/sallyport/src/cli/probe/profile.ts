// The profile of a run: a file or one that comes with the probe, and what the command line says beside it or instead.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { SallyportError } from "@sallyport/guard";
import { refuseOthers } from "../../probe/hosts.ts";
import { BROKERS_KNOWN, type BrokerKind, defaultProfile, type Profile, readProfile } from "../../probe/profile.ts";

import type { ProbeRunOptions } from "./options.ts";

const OWN = join(import.meta.dirname, "..", "..", "probe", "profiles");

export function profileFor(command: readonly string[], options: ProbeRunOptions): Profile {
  const given = options.profile === undefined ? defaultProfile() : read(options.profile);
  const env = Object.fromEntries(options.env.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
  const server = {
    ...given.server,
    ...(command.length === 0 ? {} : { command: command.map(placed) }),
    ...(options.url === undefined ? {} : { url: options.url }),
    env: { ...given.server.env, ...env },
  };
  const broker = {
    ...given.broker,
    ...(options.broker === undefined ? {} : { kind: kindOf(options.broker) }),
    ...(options.brokerUrl === undefined ? {} : { url: options.brokerUrl }),
  };
  if (server.command === undefined && server.url === undefined) {
    throw new SallyportError("ERR_CONFIG_INVALID", "there is no server to probe", {
      place: "sallyport probe",
      remedy: "Give its command after --, its --url, or a --profile that says it.",
    });
  }
  const name = options.profile === undefined ? command.join(" ") || options.url || given.name : given.name;
  const profile: Profile = { ...given, name, server, broker };
  refuseOthers(profile, options.mineToAttack ?? []);
  return profile;
}

/** The target runs in a folder of its own, where a path from here would lead nowhere. */
const placed = (word: string): string => (/[./]/.test(word) && existsSync(word) ? resolve(word) : word);

function read(named: string): Profile {
  const file = existsSync(named) ? named : join(OWN, `${named}.yaml`);
  if (existsSync(file)) return readProfile(readFileSync(file, "utf8"), file);
  throw new SallyportError("ERR_CONFIG_INVALID", "there is no such profile", {
    place: named,
    remedy: `Give a file, or one of: ${ownProfiles().join(", ") || "none come with this version"}.`,
  });
}

function ownProfiles(): readonly string[] {
  if (!existsSync(OWN)) return [];
  return readdirSync(OWN).flatMap((name) => (name.endsWith(".yaml") ? [name.slice(0, -".yaml".length)] : []));
}

function kindOf(given: string): BrokerKind {
  const kind = BROKERS_KNOWN.find((one) => one === given);
  if (kind !== undefined) return kind;
  throw new SallyportError("ERR_CONFIG_INVALID", `the probe has no tap for ${given}`, {
    place: "--broker",
    remedy: `There are: ${BROKERS_KNOWN.join(", ")}.`,
  });
}
