// Errors quote what is wrong, and what is wrong may have come out of the environment: a value that was put in is
// shown as the file has it, `${NAME}` (OPS-05).
import { SallyportError } from "@sallyport/guard";
import type { Node, ScalarNode } from "./document.ts";

/** Shorter ones are no secrets, and replacing them would garble the sentence. */
const LEAST_LENGTH = 4;

export function withoutValues(error: SallyportError, root: Node): SallyportError {
  const given = [...scalarsOf(root)].filter(({ interpolated, value }) => interpolated && String(value).length >= LEAST_LENGTH);
  if (given.length === 0) return error;
  given.sort((one, other) => String(other.value).length - String(one.value).length);
  const shown = (text: string): string => given.reduce((line, { value, written }) => line.replaceAll(String(value), () => written), text);
  const { place, remedy } = error;
  return new SallyportError(error.code, shown(sentenceOf(error)), {
    ...(place !== undefined && { place }),
    ...(remedy !== undefined && { remedy: shown(remedy) }),
  });
}

/** Without the place and the remedy, which the constructor adds. */
export function sentenceOf({ message, place, remedy }: SallyportError): string {
  const end = `${place === undefined ? "" : ` (at ${place})`}.${remedy === undefined ? "" : ` ${remedy}`}`;
  return message.endsWith(end) ? message.slice(0, -end.length) : message;
}

function* scalarsOf(node: Node): Generator<ScalarNode> {
  if (node.kind === "scalar") yield node;
  else if (node.kind === "list") for (const item of node.items) yield* scalarsOf(item);
  else for (const { value } of node.entries.values()) yield* scalarsOf(value);
}
