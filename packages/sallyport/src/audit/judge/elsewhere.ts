// What the project's infrastructure says of an absence in its source. Queues cannot be told apart by name, which comes
// from the environment as a rule: only what holds of all of a broker's is taken as an answer.
import type { Infrastructure } from "../infrastructure/stated.ts";

export interface Elsewhere {
  readonly note: string;
  /** Not there either. */
  readonly absent: boolean;
}

export function deadLettersElsewhere(broker: string, infrastructure: Infrastructure | undefined): Elsewhere {
  const queues = infrastructure?.queues.filter((queue) => queue.broker === broker) ?? [];
  const bounded = queues.filter(({ deadLetter }) => deadLetter);
  if (queues.length === 0) return { note: "The broker may bound it: a redrive policy, a delivery limit.", absent: false };
  if (bounded.length === 0)
    return { note: `The infrastructure in the project declares ${namesOf(queues)}, and no dead letter.`, absent: true };
  return { note: `The infrastructure in the project names dead letters for ${namesOf(bounded)}: see whether this is one.`, absent: false };
}

function namesOf(queues: Infrastructure["queues"]): string {
  const names = queues.slice(0, 3).map(({ name, file }) => `\`${name}\` (${file})`);
  return `${names.join(", ")}${queues.length > 3 ? ` and ${queues.length - 3} more` : ""}`;
}
