// Go's format strings, cut into text and references to arguments.

const VERB = /%[-+# 0]*(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d+)?)?(?:\[(\d+)\])?([a-zA-Z%])/g;

/** Text, or the number of an argument from 0. Arguments that no verb names come at the end, as Sprintf has it. */
export function formatParts(format: string, count: number): (string | number)[] {
  const parts: (string | number)[] = [];
  const used = new Set<number>();
  let text = "";
  let next = 0;
  let end = 0;
  const take = (): void => {
    if (next < count) {
      used.add(next);
      if (text !== "") parts.push(text);
      text = "";
      parts.push(next);
    }
    next++;
  };
  for (const verb of format.matchAll(VERB)) {
    text += format.slice(end, verb.index);
    end = verb.index + verb[0].length;
    const [, widthIndex, width, precisionIndex, precision, valueIndex, letter] = verb;
    if (letter === "%") {
      text += "%";
      continue;
    }
    if (widthIndex !== undefined) next = Number(widthIndex) - 1;
    if (width === "*") take();
    if (precisionIndex !== undefined) next = Number(precisionIndex) - 1;
    if (precision === "*") take();
    if (valueIndex !== undefined) next = Number(valueIndex) - 1;
    take();
  }
  text += format.slice(end);
  if (text !== "") parts.push(text);
  for (let index = 0; index < count; index++) if (!used.has(index)) parts.push(index);
  return parts;
}
