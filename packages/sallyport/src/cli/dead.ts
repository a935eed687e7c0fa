// `sallyport dead`: what is in the dead letters, and what an operator does about it. Letters are attacker's bytes:
// shown escaped, never sent on unverified (PSN-10).
import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { type DeadLetter, DeadLetterDesk, type DeadLetterFilter, ERROR_CODES, OPERATE_SCOPE, type Operator } from "@sallyport/guard";
import { type Backing, escaped, escapedJson, type Handling, handleLetters, lettersOf } from "@sallyport/server";
import { Command, Option } from "commander";
import { wholeNumber } from "./numbers.ts";
import { open, type Opened, type OpenOptions, whileOpen, withOpenOptions } from "./open.ts";

interface ListOptions extends OpenOptions, DeadLetterFilter {
  readonly limit: number;
  readonly json?: boolean;
}

interface HandleOptions extends OpenOptions, DeadLetterFilter {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly rate: number;
  readonly yes?: boolean;
  readonly operator?: string;
}

export function deadCommand(): Command {
  const command = new Command("dead").description("List, show, redrive and discard dead letters.");
  withFilters(withOpenOptions(command.command("list")))
    .description("List dead letters, oldest first.")
    .option("--limit <count>", "most letters", wholeNumber(1, 10_000), 50)
    .option("--json", "one JSON object a line")
    .action(list);
  withOpenOptions(command.command("show"))
    .argument("<id>", "the letter")
    .description("Show one dead letter, its bytes escaped.")
    .action(show);
  for (const what of ["redrive", "discard"] as const) {
    withFilters(withOpenOptions(command.command(what)))
      .argument("[id...]", "letters; or choose them by filters, or --all")
      .description(what === "redrive" ? "Send letters again, each as a new signed generation of its event." : "Remove letters for good.")
      .option("--all", "every letter that the filters leave")
      .option("--dry-run", "say what would be done, and do nothing")
      .option("--rate <per second>", "most letters a second", wholeNumber(1, 10_000), 50)
      .option("--yes", "do not ask")
      .option("--operator <name>", "whose doing it is, on the trail (default: the user of this machine)")
      .action((path: string, ids: string[], options: HandleOptions) => handle(what, path, ids, options));
  }
  return command;
}

function withFilters(command: Command): Command {
  return command
    .addOption(new Option("--code <code>", "only letters that died of this").choices(ERROR_CODES))
    .option("--group <name>", "only letters of this consumer group")
    .option("--destination <name>", "only letters from this destination");
}

async function list(path: string, options: ListOptions): Promise<void> {
  const { limit, json } = options;
  await whileOpen((await open(path, options)).keptStore(), async ({ deadLetters }) => {
    const letters = await deadLetters.list(filterOf(options), { limit: limit + 1 });
    for (const letter of letters.slice(0, limit)) console.log(json === true ? escapedJson(summaryOf(letter)) : lineOf(letter));
    if (letters.length === 0 && json !== true) console.log("no dead letters");
    if (letters.length > limit) console.error(`the oldest ${limit}, and there are more: raise --limit, or choose by a filter`);
  });
}

async function show(path: string, id: string, options: OpenOptions): Promise<void> {
  await whileOpen((await open(path, options)).keptStore(), async ({ deadLetters }) => {
    const letter = await deadLetters.get(id);
    if (letter === undefined) {
      console.error(`there is no dead letter ${escaped(id)}`);
      process.exitCode = 1;
      return;
    }
    for (const [name, value] of Object.entries(summaryOf(letter))) console.log(`${name.padEnd(12)} ${escaped(String(value ?? ""))}`);
    console.log(`\n${escaped(new TextDecoder().decode(letter.bytes))}`);
  });
}

async function handle(what: Handling, path: string, ids: readonly string[], options: HandleOptions): Promise<void> {
  const opened = await open(path, options);
  const filter = filterOf(options);
  if (ids.length === 0 && Object.keys(filter).length === 0 && options.all !== true) {
    console.error(`name letters, give a filter, or say --all`);
    process.exitCode = 2;
    return;
  }
  await whileOpen(opened.kept(), async (backing) => {
    const letters = await lettersOf(backing.deadLetters, ids, filter);
    if (options.dryRun === true) for (const letter of letters) console.log(`would ${what} ${lineOf(letter)}`);
    else if (await confirmed(what, letters.length, options.yes === true)) await carryOut(what, letters, opened, backing, options);
    for (const id of missing(ids, letters)) {
      console.error(`there is no dead letter ${escaped(id)}`);
      process.exitCode = 1;
    }
    console.error(`${letters.length} dead letters chosen${options.dryRun === true ? "; nothing was done" : ""}`);
  });
}

function missing(ids: readonly string[], letters: readonly DeadLetter[]): readonly string[] {
  const found = new Set(letters.map(({ id }) => id));
  return ids.filter((id) => !found.has(id));
}

async function carryOut(
  what: Handling,
  letters: readonly DeadLetter[],
  { contract, keys }: Opened,
  { transport, deadLetters, trail }: Backing,
  { operator, rate }: HandleOptions,
): Promise<void> {
  const desk = new DeadLetterDesk({ contract, keys: keys(), transport, deadLetters, trail });
  // Who can read the keys and write the file may operate: that is what the machine's permissions say (OPS-02).
  const who: Operator = { id: operator ?? `os:${userInfo().username}`, scopes: [OPERATE_SCOPE] };
  let refusals = 0;
  for await (const { letter, refusal, done } of handleLetters({ desk, what, letters, operator: who, perSecond: rate })) {
    if (refusal !== undefined) {
      refusals++;
      console.error(`${letter.id}: ${refusal}`);
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${letters.length}${done === letters.length ? "\n" : ""}`);
  }
  console.log(`${what === "redrive" ? "redriven" : "discarded"}: ${letters.length - refusals}, refused: ${refusals}`);
  if (refusals > 0) process.exitCode = 1;
}

async function confirmed(what: Handling, count: number, yes: boolean): Promise<boolean> {
  if (count === 0) return false;
  if (yes) return true;
  if (!process.stdin.isTTY) {
    console.error(`nobody can be asked here: say --yes to ${what} ${count} dead letters`);
    process.exitCode = 2;
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${what} ${count} dead letters? Type yes: `);
  asking.close();
  return answer.trim() === "yes";
}

function filterOf({ code, group, destination }: DeadLetterFilter): DeadLetterFilter {
  return { ...(code !== undefined && { code }), ...(group !== undefined && { group }), ...(destination !== undefined && { destination }) };
}

function summaryOf({
  id,
  group,
  destination,
  code,
  step,
  attempts,
  diedAtMs,
  bytes,
  event,
}: DeadLetter): Record<string, string | number | undefined> {
  const diedAt = new Date(diedAtMs).toISOString();
  return {
    id,
    diedAt,
    code,
    step,
    attempts,
    group,
    destination,
    type: event?.type,
    eventId: event?.id,
    generation: event?.generation,
    bytes: bytes.length,
  };
}

function lineOf(letter: DeadLetter): string {
  const { id, diedAt, code, attempts, destination, type, eventId } = summaryOf(letter);
  return [id, diedAt, code, `attempts=${String(attempts)}`, destination, type ?? "-", eventId ?? "-"]
    .map((value) => escaped(String(value)))
    .join("  ");
}
