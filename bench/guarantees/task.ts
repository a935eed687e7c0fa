// The one kind of event that every subject carries here: a numbered task, and what its handler does with it.
import { z } from "zod";

export const taskSchema = z.strictObject({
  n: z.number().int(),
  /** `honest`: it has an effect. The others never come to one: their handler throws, ends its process, or never answers. */
  kind: z.enum(["honest", "throws", "kills", "hangs"]),
});

export type Task = z.infer<typeof taskSchema>;

export const TYPE = "task.set";

/** Attempts that each subject is allowed, in whatever its own setting for that is called. */
export const MOST_ATTEMPTS = 4;
/** A handler's time. */
export const DEADLINE_MS = 8000;
/** After which somebody else may have what a dead worker had. */
export const LEASE_S = 10;
