// One run of the probe on the command line: profile and flags, the probe, its report. What could not run ends with 2; an
// interrupt ends whatever was started, and then the probe.
import { SallyportError } from "@sallyport/guard";
import type { Audit } from "../../finding/report-data.ts";
import { ATTACK_IDS, attackPages, documentOf } from "../../probe/document.ts";
import { Interrupted, probe } from "../../probe/probe.ts";
import { addressIn } from "../../probe/reproduce.ts";
import { EXIT } from "../../report/verdict.ts";
import { report } from "../report-options.ts";
import type { ProbeOptions, ProbeRunOptions } from "./options.ts";
import { profileFor } from "./profile.ts";
import { progressOn } from "./progress.ts";

export async function runProbe(command: readonly string[], options: ProbeOptions): Promise<void> {
  const document = await probedDocument(command, options);
  if (document === undefined) return;
  await report(document, options, { rules: () => Promise.resolve(attackPages()), sourceOf: () => undefined });
  if (document.probe?.failure !== undefined) process.exitCode = EXIT.couldNotRun;
}

/** `undefined` after an interrupt, which has been said. */
export async function probedDocument(command: readonly string[], options: ProbeRunOptions): Promise<Audit | undefined> {
  refuseUnknown(options.only ?? []);
  const profile = profileFor(command, options);
  const seed = options.seed ?? Math.random().toString(36).slice(2, 10);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  for (const signal of SIGNALS) process.once(signal, onSignal);
  const progress = progressOn(process.stderr, options.quiet !== true);
  try {
    const result = await probe({
      profile,
      seed,
      only: options.only,
      case: options.case,
      isDry: options.dryRun === true,
      lanes: options.lanes,
      withinMs: options.timeout * 1000,
      command: commandFor(command, options),
      signal: interrupt.signal,
      onProgress: progress.show,
    });
    progress.clear();
    return documentOf(result);
  } catch (error) {
    progress.clear();
    if (!(error instanceof Interrupted)) throw error;
    console.error("Interrupted. Everything that was started has been ended.");
    process.exitCode = 130;
    return undefined;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

function refuseUnknown(only: readonly string[]): void {
  const unknown = only.filter((id) => !ATTACK_IDS.includes(id));
  if (unknown.length === 0) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `there is no attack ${unknown.join(", ")}`, {
    place: "--only",
    remedy: `There are: ${ATTACK_IDS.join(", ")}.`,
  });
}

/** So that a case can be run again by what the report says, without what is secret in it. */
function commandFor(command: readonly string[], { profile, url, broker, brokerUrl, env }: ProbeRunOptions): string {
  const flags = [
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(url === undefined ? [] : ["--url", url]),
    ...(broker === undefined ? [] : ["--broker", broker]),
    ...env.flatMap((pair) => ["--env", `${pair.slice(0, pair.indexOf("="))}=…`]),
  ];
  const at = brokerUrl === undefined ? [] : ["--broker-url", addressIn(brokerUrl)];
  const after = command.length === 0 ? [] : ["--", ...command];
  return ["sallyport probe {case}", ...flags.map(shell), ...at, ...after.map(shell)].join(" ");
}

const shell = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
