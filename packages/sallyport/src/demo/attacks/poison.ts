// Attack 4, poison: messages that can never be handled, and what they do to those behind them.
import { type Attack, counted, fell, held } from "./attack.ts";
import type { Stage } from "../stage.ts";

const WATCHED_MS = 5000;
/** More deaths than any budget. */
const MOST_DEATHS = 5;
/** A worker that does not die for this long has done with the message, or never gets to it. */
const QUIET_MS = 10_000;
/** One that died has to begin anew first, which takes a busy machine longer. */
const QUIET_AFTER_DEATH_MS = 60_000;

const secondsOf = (stage: Stage): number => Math.round(stage.patientMs(WATCHED_MS) / 1000);

export const POISON: readonly Attack[] = [
  {
    threats: ["PSN-04"],
    title: "bytes that are no JSON",
    run: async (stage) => {
      await stage.put(stage.target.queue, "{ this is not JSON");
      const dead = await stage.until(() => stage.isDead("this is not JSON"), 2000);
      return dead ? held("dead-lettered at once, unretried") : fell("tried again and again");
    },
  },
  {
    threats: ["PSN-01", "PSN-02"],
    title: "a message whose handling always fails",
    run: async (stage) => {
      await stage.note("poison alone");
      const dead = await stage.until(() => stage.isDead("poison alone"), WATCHED_MS);
      const attempts = stage.tried("poison alone");
      return dead
        ? held(`dead-lettered after ${attempts} attempts`)
        : fell(`${counted(attempts, "attempt")} in ${secondsOf(stage)} s, not dead-lettered`);
    },
  },
  {
    threats: ["PSN-03"],
    title: "ten messages of broken bytes, then an honest one",
    run: async (stage) => {
      await stage.put(stage.target.queue, "{ broken", 10);
      const startedAt = performance.now();
      await stage.note("behind poison");
      const done = await stage.until(() => stage.done("behind poison").length > 0, WATCHED_MS);
      const afterMs = Math.round(performance.now() - startedAt);
      return done ? held(`handled after ${afterMs} ms`) : fell(`not handled in ${secondsOf(stage)} s`);
    },
  },
  {
    threats: ["PSN-07"],
    title: "a message that kills the process",
    run: async (stage) => {
      const [before, startedAtMs] = [stage.deaths, performance.now()];
      await stage.note("deadly note");
      const quietMs = (): number => stage.patientMs(stage.deaths === before ? QUIET_MS : QUIET_AFTER_DEATH_MS);
      const over = (): boolean => stage.deaths - before >= MOST_DEATHS || stage.aliveForMs(startedAtMs) > quietMs();
      await stage.until(async () => (await stage.isDead("deadly note")) || over(), MOST_DEATHS * QUIET_AFTER_DEATH_MS);
      const dead = await stage.isDead("deadly note");
      const deaths = stage.deaths - before;
      if (dead) return held(`dead-lettered after ${counted(deaths, "death")}`);
      return fell(deaths === 0 ? "not reached: the worker is stalled" : `${counted(deaths, "death")}, and it is still there`);
    },
  },
];
