// The demonstration: three servers, the same attacks, and what was observed of each. Nothing in the table is
// written beforehand.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attack, Observation } from "./attacks/attack.ts";
import { CONFUSION, INJECTION } from "./attacks/injection.ts";
import { POISON } from "./attacks/poison.ts";
import { REPLAY } from "./attacks/replay.ts";
import { Stage } from "./stage.ts";
import type { Row } from "./table.ts";
import { type Target, TARGETS } from "./targets/targets.ts";

/** In this order: what stalls a worker comes last. */
export const ATTACKS: readonly Attack[] = [...INJECTION, ...CONFUSION, ...REPLAY, ...POISON];

/** A worker begins within a second or two. On a machine that is busy with other things it has taken half a minute. */
const BEGUN_MS = 120_000;

export interface DemoOptions {
  readonly targets?: readonly Target[];
  readonly attacks?: readonly Attack[];
  /** Told of each observation as it is made. */
  readonly onObservation?: (target: Target, attack: Attack, observation: Observation) => void;
}

/** One row for each attack, with one observation for each target, in the targets' order. */
export async function demonstrate({ targets = TARGETS, attacks = ATTACKS, onObservation }: DemoOptions = {}): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-demo-"));
  try {
    const columns = await Promise.all(
      targets.map((target) => attackAll(target, folder, attacks, (attack, observation) => onObservation?.(target, attack, observation))),
    );
    return attacks.map((attack, index) => ({ attack, observations: columns.map((column) => column[index]!) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function attackAll(
  target: Target,
  folder: string,
  attacks: readonly Attack[],
  tell: (attack: Attack, observation: Observation) => void,
): Promise<readonly Observation[]> {
  const stage = await Stage.open(target, folder);
  try {
    if (!(await stage.begun(BEGUN_MS))) {
      const ended = stage.deaths === 0 ? "" : `; its worker ended ${stage.deaths} times`;
      throw new Error(`${target.title}: an honest note is not handled in ${BEGUN_MS / 1000} s, so nothing can be observed${ended}`);
    }
    const observations: Observation[] = [];
    for (const attack of attacks) {
      const observation = await attack.run(stage);
      observations.push(observation);
      tell(attack, observation);
    }
    return observations;
  } finally {
    await stage.close();
  }
}
