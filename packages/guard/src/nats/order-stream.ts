// The stream in which an ordered group keeps whose turn it is, and what it has delayed: what it must be set to, or two
// members have the turn at once, or whoever has it next does not know what must wait (PSN-09).
import type { OrderNames } from "./names.ts";
import { isOfItself, type StreamConfig, type StreamWants } from "./stream.ts";
import { type Unfit, unfitOf } from "./unfit.ts";

export type OrderWants = Pick<StreamWants, "persists" | "replicas">;

const subjectsOf = ({ turn, later }: OrderNames): readonly string[] => [turn, `${later}.*.*`];

/** One message a subject; what is there already is not written again. */
export const orderConfigOf = (names: OrderNames, wants: OrderWants): object => ({
  name: names.stream,
  subjects: subjectsOf(names),
  retention: "limits",
  storage: wants.persists ? "file" : "memory",
  discard: "new",
  discard_new_per_subject: true,
  max_msgs_per_subject: 1,
  max_age: 0,
  num_replicas: wants.replicas,
});

export function unfitOrder(config: StreamConfig, names: OrderNames, wants: OrderWants): readonly Unfit[] {
  const { stream } = names;
  const edit = (flags: string): string => `nats stream edit ${stream} ${flags}`;
  const anew = `nats stream rm ${stream}, when no member runs; it is declared anew`;
  const subjects = subjectsOf(names);
  return unfitOf(`the stream ${stream}`, [
    [
      isOfItself(config) && config.subjects?.length === subjects.length && subjects.every((one) => config.subjects?.includes(one)),
      "it takes other subjects than its own, or from other streams",
      "what is not the group's is taken for its turn (PSN-09)",
      anew,
    ],
    [
      config.max_age <= 0,
      `it keeps messages for ${config.max_age / 1e6} ms`,
      "the turn is gone while a member has it, and another takes it; what is delayed is overtaken (PSN-09)",
      edit("--max-age=0s"),
    ],
    [
      config.discard === "new" && config.discard_new_per_subject === true && config.max_msgs_per_subject === 1,
      `discard is ${config.discard}, and max_msgs_per_subject is ${config.max_msgs_per_subject}`,
      "who joins makes another turn beside the one that is taken (PSN-09)",
      edit("--discard=new --discard-per-subject --max-msgs-per-subject=1"),
    ],
    [config.retention === "limits", `its retention is ${config.retention}`, "what is delayed is forgotten (PSN-09)", anew],
    [
      !wants.persists || config.storage === "file",
      `its storage is ${config.storage}`,
      "what is delayed is forgotten with the server's process (PSN-09)",
      anew,
    ],
    [
      config.num_replicas >= wants.replicas,
      `it has ${config.num_replicas} of ${wants.replicas} replicas`,
      "the turn is lost with a server, and the group waits (PUB-11)",
      edit(`--replicas=${wants.replicas}`),
    ],
  ]);
}
