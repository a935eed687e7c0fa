// A process that works for one subject, writes down every attempt and every effect, and ends itself with SIGKILL where it
// was told to. Its one argument: JSON of {@link Orders}.
import { Pool } from "pg";
import type { Place } from "./subject.ts";
import { subjectOf } from "./subjects/list.ts";

export type Point = "none" | "before the effect" | "after the effect" | "before the acknowledgement";

export interface Orders {
  readonly subject: string;
  readonly broker: string;
  readonly place: Place;
  readonly point: Point;
}

const { subject, broker, place, point } = JSON.parse(process.argv[2] ?? "{}") as Orders;
const pool = new Pool({ connectionString: place.postgres, max: 20, options: `-c search_path=${place.world}` });
const dieAt = (name: Point | "always"): void => {
  if (name === point || name === "always") process.kill(process.pid, "SIGKILL");
};

const running = await subjectOf(subject, broker).work(
  place,
  {
    async handle({ n, kind }, write) {
      await pool.query("INSERT INTO attempts (n) VALUES ($1)", [n]);
      if (kind === "throws") throw new Error("this task cannot be done");
      if (kind === "kills") dieAt("always");
      if (kind === "hangs") await new Promise(() => undefined);
      dieAt("before the effect");
      await write(`INSERT INTO ${place.world}.effects (n) VALUES ($1)`, [n]);
      dieAt("after the effect");
    },
    beforeAcknowledge: () => dieAt("before the acknowledgement"),
  },
  (text, values) => pool.query(text, values),
);
process.stdout.write("works\n");
await new Promise<void>((resolve) => {
  process.once("SIGTERM", resolve);
});
await running.close();
await pool.end();
process.exit(0);
