// What a destination is called in an argument, and what has to be there for a message to arrive: some tools take its
// address, of which the name is a part, and some a part of its name.
import type { Bench } from "../bench.ts";
import type { KnownTool } from "../known.ts";
import { formIn, valueAt } from "../schema/slots.ts";

const MOST_NAMED = 3;

type Path = readonly string[];

/** A destination of this name, as this argument has it: in a list, and where it is honestly an address, another address. */
export function calledIn(bench: Bench, tool: KnownTool, path: Path, name: string): string | readonly string[] {
  const slot = tool.slots.find((one) => one.path.join(".") === path.join("."));
  const honest = honestAt(tool, path);
  const called = addressOf(bench, ADDRESS.test(honest) ? honest : (addressLike(bench, path) ?? honest), name);
  return slot?.type === "array" ? [called] : called;
}

/** What another tool is honestly told in an argument of the same name, where that is an address: a grown name is none. */
const addressLike = ({ known }: Bench, path: Path): string | undefined =>
  known.tools
    .filter(({ slots }) => slots.some((slot) => slot.path.join(".") === path.join(".")))
    .map((tool) => honestAt(tool, path))
    .find((value) => ADDRESS.test(value));

function addressOf({ known }: Bench, honest: string, name: string): string {
  if (ADDRESS.test(name)) return name;
  const within = known.tools
    .flatMap(({ destinations }) => destinations)
    .find((destination) => honest !== destination && ADDRESS.test(honest) && honest.includes(destination));
  return within === undefined ? name : honest.replace(within, () => name);
}

/** A URL, or an ARN. */
const ADDRESS = /^(?:[a-z][a-z\d+.-]*:\/\/|\{broker\.|arn:)/i;

/**
 * Makes what the argument would be taken for: the destination of this name, and those that are made of it as honest ones
 * are of the honest value. Whether there can be one of this name.
 */
export async function madeFor(bench: Bench, tool: KnownTool, path: Path, name: string): Promise<boolean> {
  const honest = honestAt(tool, path);
  const built = tool.destinations.filter((destination) => honest !== "" && honest !== destination && destination.includes(honest));
  const form = formIn(path);
  const isMade = await bench.make(name, form);
  if (isMade) for (const destination of built) await bench.make(destination.replace(honest, () => name));
  return isMade;
}

/** Makes what an answer names that was not there. Whether there was anything. */
export async function madeAsNamed(bench: Bench, answer: string, place: string, known: readonly string[]): Promise<boolean> {
  if (bench.stage.tap.make === undefined) return false;
  const words = answer.match(new RegExp(`[\\w./:-]*${place}[\\w./:-]*`, "g")) ?? [];
  const names = [...new Set(words.map((word) => word.replace(/^[.:/]+|[.:/]+$/g, "")))].filter((name) => !known.includes(name));
  const there = new Set(names.length === 0 ? [] : await bench.stage.tap.destinations());
  let isMade = false;
  const form = /exchange/i.test(answer) ? "exchange" : undefined;
  for (const name of names.filter((one) => !there.has(one)).slice(0, MOST_NAMED)) isMade = (await bench.make(name, form)) || isMade;
  return isMade;
}

function honestAt(tool: KnownTool, path: Path): string {
  const value = [valueAt(tool.honest("sallyport") ?? {}, path)].flat()[0];
  return typeof value === "string" ? value : "";
}
