// Whether two destinations of a contract can ever be the same name: then one tenant's event would land where another
// event goes (DST-08, DST-03). One template for several events is meant; two that meet are refused.
import { SallyportError } from "../errors.ts";

const PLACEHOLDER = "{tenant}";
const FIRST = /^[A-Za-z0-9]$/;
const FURTHER = /^[A-Za-z0-9-]$/;

/** One character of a name; `any` takes none, one or many of a tenant's further characters. */
type Step = { readonly kind: "is"; readonly character: string } | { readonly kind: "first" | "any" };

/** @throws {SallyportError} `ERR_CONFIG_DESTINATION_OVERLAP` unless the destinations are alike or can never meet. */
export function checkOverlaps(events: Iterable<{ readonly type: string; readonly destination: string }>): void {
  const seen = new Map<string, { readonly type: string; readonly steps: readonly Step[] }>();
  for (const { type, destination } of events) {
    if (seen.has(destination)) continue;
    const steps = stepsOf(destination);
    for (const [other, before] of seen) if (meet(steps, before.steps)) throw overlap(type, destination, before.type, other);
    seen.set(destination, { type, steps });
  }
}

/** Could the two templates give one name, for whatever tenants? When in doubt, yes. */
export const canMeet = (one: string, other: string): boolean => meet(stepsOf(one), stepsOf(other));

function stepsOf(template: string): readonly Step[] {
  const parts = template.split(PLACEHOLDER).map((text) => text.split("").map((character): Step => ({ kind: "is", character })));
  return parts.flatMap((part, index) => (index === 0 ? part : [{ kind: "first" }, { kind: "any" }, ...part]));
}

/**
 * Walks both at once, over every pair of places that some name leads to. Of a tenant only its characters are known, and
 * not that it is the same one everywhere, nor how long it may be: what is said to be apart is apart.
 */
function meet(one: readonly Step[], other: readonly Step[]): boolean {
  const reached = new Set<number>();
  const open: [number, number][] = [[0, 0]];
  const go = (at: number, otherAt: number): void => {
    const place = at * (other.length + 1) + otherAt;
    if (reached.has(place)) return;
    reached.add(place);
    open.push([at, otherAt]);
  };
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const [at, otherAt] = place;
    const [step, otherStep] = [one[at], other[otherAt]];
    if (step === undefined && otherStep === undefined) return true;
    if (step?.kind === "any") go(at + 1, otherAt);
    if (otherStep?.kind === "any") go(at, otherAt + 1);
    if (step === undefined || otherStep === undefined || !takeTheSame(step, otherStep)) continue;
    go(step.kind === "any" ? at : at + 1, otherStep.kind === "any" ? otherAt : otherAt + 1);
  }
  return false;
}

function takeTheSame(one: Step, other: Step): boolean {
  if (one.kind === "is") return other.kind === "is" ? one.character === other.character : takes(other.kind, one.character);
  return other.kind === "is" ? takes(one.kind, other.character) : true;
}

const takes = (kind: "first" | "any", character: string): boolean => (kind === "first" ? FIRST : FURTHER).test(character);

const overlap = (type: string, destination: string, otherType: string, other: string): SallyportError =>
  new SallyportError(
    "ERR_CONFIG_DESTINATION_OVERLAP",
    `destination "${destination}" of "${type}" and "${other}" of "${otherType}" can be the same name for some tenant`,
    {
      place: `events["${type}"].destination`,
      remedy: "Set the tenant off with '.' or '_', which no tenant contains, after different words: notes.{tenant} and orders.{tenant}.",
    },
  );
