// Stores whose lists are queues to some and plain data to others. Where the model names a key of its own choice, and
// nothing that anybody named speaks of a queue, reading it is reading data, and deleting it deletes data.
import type { Act, Path } from "../models/model.ts";
import type { Machine } from "./machine.ts";
import { deepTaints, walk } from "./reach.ts";
import { join, textsOf, type Value } from "./value.ts";

const QUEUE =
  /queue|jobs?(?![a-z])|tasks?(?![a-z])|events?(?![a-z])|messages?(?![a-z])|msgs?(?![a-z])|worker|inbox|outbox|mailbox|topic|channel|stream|dead|dlq|backlog|notification|celery|sidekiq|bull|resque/i;

export function isPlainData(machine: Machine, act: Act, read: (path: Path) => Value): boolean {
  if ((act.kind !== "read" && act.kind !== "admin") || act.plain !== true) return false;
  const key = join(...((act.kind === "read" ? act.destination : act.target) ?? []).map(read));
  const chosen = deepTaints(key).filter(({ origin }) => origin.kind === "tool");
  // A server that reads a key of its own choice has put messages there; it deletes keys of many kinds.
  if (chosen.length === 0 && act.kind === "read") return false;
  const names = [machine.entry.name, ...chosen.map(({ path }) => path)];
  walk(key, (part) => void names.push(...textsOf(part)));
  return !names.some((name) => QUEUE.test(name.replaceAll(/([a-z])([A-Z])/g, "$1_$2")));
}
