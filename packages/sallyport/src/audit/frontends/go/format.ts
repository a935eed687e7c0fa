// Go's format strings, cut into text and references to arguments.

/** `%[3]*.[2]*[1]f`: argument, width, argument, precision, argument, verb. */
const VERB = /%[-+# 0]*(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d+)?)?(?:\[(\d+)\])?([a-zA-Z%])/g;

/** Text, or the number of an argument from 0. Arguments that no verb names come at the end, as Sprintf has it. */
export function formatParts(format: string, count: number): (string | number)[] {
  const parts: (string | number)[] = [];
  const named = new Set<number>();
  let next = 0;
  let end = 0;
  for (const verb of format.matchAll(VERB)) {
    const letter = verb[6];
    parts.push(format.slice(end, verb.index) + (letter === "%" ? "%" : ""));
    end = verb.index + verb[0].length;
    if (letter === "%") continue;
    for (const argument of argumentsOf(verb, next)) {
      if (argument < count) parts.push(argument);
      named.add(argument);
      next = argument + 1;
    }
  }
  parts.push(format.slice(end));
  for (let index = 0; index < count; index++) if (!named.has(index)) parts.push(index);
  return merged(parts);
}

/** Numbers of the arguments that one verb takes: width and precision may take some. */
function argumentsOf([, first, width, second, precision, third]: readonly (string | undefined)[], next: number): number[] {
  const taken: number[] = [];
  let at = next;
  const take = (): void => {
    taken.push(at);
    at++;
  };
  at = explicit(first, at);
  if (width === "*") take();
  at = explicit(second, at);
  if (precision === "*") take();
  at = explicit(third, at);
  take();
  return taken;
}

const explicit = (index: string | undefined, otherwise: number): number => (index === undefined ? otherwise : Number(index) - 1);

/** Neighbouring texts become one, empty ones none. */
function merged(parts: readonly (string | number)[]): (string | number)[] {
  const kept: (string | number)[] = [];
  for (const part of parts) {
    const last = kept.at(-1);
    if (typeof part === "string" && typeof last === "string") kept[kept.length - 1] = last + part;
    else if (part !== "") kept.push(part);
  }
  return kept;
}
