// Attack 3, replay: what someone can do who has seen honest messages and may write to the broker.
import { type Attack, fell, held, type Observation, rewritten } from "./attack.ts";
import type { Stage } from "../stage.ts";

const ID = /^(?:id|messageId)$/;
const TIME = /^(?:time|timestamp)$/;
let made = 0;

/** Puts an altered copy of an honest note on the broker, and says how often the note's service then acted again. */
async function replayAltered(stage: Stage, text: string, change: (name: string, value: unknown) => unknown): Promise<number> {
  await stage.note(text);
  await stage.until(() => stage.done(text).length > 0);
  const before = stage.done(text).length;
  const { text: message, destination } = await stage.captured(text);
  await stage.put(destination, rewritten(message, change));
  await stage.settled();
  return stage.done(text).length - before;
}

const redated =
  (time: () => unknown) =>
  (name: string, value: unknown): unknown => {
    if (ID.test(name)) return `replayed-${++made}`;
    return TIME.test(name) ? time() : value;
  };

const verdict = (again: number) => (again > 0 ? fell("acted on again") : held("not acted on"));

function actedOnce(times: number): Observation {
  if (times === 0) return fell("not acted on in time");
  return times === 1 ? held("acted once") : fell(`acted ${times} times`);
}

export const REPLAY: readonly Attack[] = [
  {
    threats: ["REP-01"],
    title: "the same message is delivered three more times",
    run: async (stage) => {
      await stage.note("copied");
      const { bytes, destination } = await stage.captured("copied");
      await stage.put(destination, bytes, 3);
      await stage.settled();
      return actedOnce(stage.done("copied").length);
    },
  },
  {
    threats: ["REP-10"],
    title: "the same message after the worker was restarted",
    run: async (stage) => {
      await stage.note("remembered");
      await stage.until(() => stage.done("remembered").length > 0);
      await stage.restartWorker();
      const { bytes, destination } = await stage.captured("remembered");
      await stage.put(destination, bytes);
      await stage.settled(10_000);
      return actedOnce(stage.done("remembered").length);
    },
  },
  {
    threats: ["REP-05"],
    title: "an old payload with a new id and time",
    run: async (stage) =>
      verdict(
        await replayAltered(
          stage,
          "re-dated",
          redated(() => new Date().toISOString()),
        ),
      ),
  },
  {
    threats: ["REP-03"],
    title: "a time that is no time: not-a-date",
    run: async (stage) =>
      verdict(
        await replayAltered(
          stage,
          "timeless",
          redated(() => "not-a-date"),
        ),
      ),
  },
  {
    threats: ["REP-04"],
    title: "a time in the year 2999, good for ever",
    run: async (stage) =>
      verdict(
        await replayAltered(
          stage,
          "from 2999",
          redated(() => "2999-01-01T00:00:00.000Z"),
        ),
      ),
  },
  {
    threats: ["REP-06"],
    title: "the handler fails once: is the event lost?",
    run: async (stage) => {
      await stage.note("shaky note");
      const done = await stage.until(() => stage.done("shaky note").length > 0, 4000);
      return done ? held(`done at attempt ${stage.tried("shaky note")}`) : fell("lost: the retry was taken for a duplicate");
    },
  },
];
