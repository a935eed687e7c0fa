// `sallyport trail`: who did what, and whether the record of it is whole.
import type { KeptTrail, StoredEntry } from "@sallyport/guard/ports";
import { escaped, escapedJson } from "@sallyport/server";
import { Command } from "commander";
import { headHash, wholeNumber } from "./numbers.ts";
import { open, type OpenOptions, whileOpen, withOpenOptions } from "./open.ts";

interface ShowOptions extends OpenOptions {
  readonly after: number;
  readonly limit: number;
  readonly actor?: string;
  readonly event?: string;
  readonly json?: boolean;
}

const PAGE = 1000;

export function trailCommand(): Command {
  const command = new Command("trail").description("Show the trail of decisions, and verify that it is whole.");
  withOpenOptions(command.command("show"))
    .description("Show decisions in the order they were made.")
    .option("--after <seq>", "only entries after this one", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--limit <count>", "most entries", wholeNumber(1, 1_000_000), 100)
    .option("--actor <id>", "only what this principal did")
    .option("--event <id>", "only what was decided about this event")
    .option("--json", "one JSON object a line")
    .action(show);
  withOpenOptions(command.command("verify"))
    .description("Recompute the chain of hashes. Ends with 1 when an entry was changed, removed or put in.")
    .option("--head <hash>", "a head kept from an earlier verify: finds a chain that was cut or built anew", headHash)
    .action(verify);
  return command;
}

async function show(path: string, options: ShowOptions): Promise<void> {
  await whileOpen((await open(path, options)).keptStore(), async ({ trail }) => {
    let [shown, last] = [0, options.after];
    for await (const entry of chosenFrom(trail, options)) {
      if (++shown > options.limit) {
        console.error(`${options.limit} entries, and there are more: --after ${last} goes on from here`);
        return;
      }
      last = entry.seq;
      console.log(options.json === true ? escapedJson(entry) : lineOf(entry));
    }
  });
}

async function* chosenFrom(trail: Pick<KeptTrail, "list">, { after, actor, event }: ShowOptions): AsyncGenerator<StoredEntry> {
  for (let last = after; ;) {
    const entries = await trail.list({ after: last, limit: PAGE });
    if (entries.length === 0) return;
    for (const entry of entries) {
      last = entry.seq;
      if (actor !== undefined && entry.actor !== actor) continue;
      if (event === undefined || entry.eventId === event) yield entry;
    }
  }
}

async function verify(path: string, options: OpenOptions & { readonly head?: string }): Promise<void> {
  await whileOpen((await open(path, options)).keptStore(), async ({ trail }) => {
    const verdict = await trail.verify(options.head);
    if (verdict.intact) console.log(`intact: ${verdict.entries} entries, head ${verdict.head}`);
    else {
      const whole = options.head !== undefined && (await trail.verify()).intact;
      console.error(
        whole
          ? "broken: the entries follow from each other, but the head that was kept is not among them; entries were cut off, or the trail was built anew"
          : `broken at entry ${verdict.brokenAt}`,
      );
      process.exitCode = 1;
    }
  });
}

function lineOf(entry: StoredEntry): string {
  const { seq, atMs, door, decision, code, actor, eventType, eventId, destination, group, attempt } = entry;
  const named = { code, actor, type: eventType, id: eventId, destination, group, attempt };
  const fields = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escaped(String(value))}`]));
  return [String(seq).padStart(6), new Date(atMs).toISOString(), door, escaped(decision), ...fields].join("  ");
}
