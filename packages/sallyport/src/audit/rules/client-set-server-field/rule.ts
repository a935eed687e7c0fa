// PUB-04: what only the server can say of a message (its id, its time, who it is from, who approved it) is the model's.
import type { HeapObject } from "../../engine/heap.ts";
import type { Taint } from "../../engine/taint.ts";
import { type ActEvent, controlled, isGuarded, slot } from "../../judge/inquiry.ts";
import { eachPlace, messagesIn, plainName, published } from "../../judge/publishing.ts";
import { type Draft, rule, wayOf } from "../rule.ts";

export const clientSetServerField = rule({
  id: "client-set-server-field",
  title: "The model sets what only the server knows",
  threats: ["PUB-04"],
  axis: "injection",
  severity: "medium",
  fix: "Take the id, the time, the source, the actor, the tenant and the approval from the server, and write them after the arguments, never before: { ...data, id: randomUUID(), actor: principal.id }.",
  *judge(analysis): Iterable<Draft> {
    const drafts = published(analysis).flatMap((event) => {
      const fields = messagesIn(slot(event, "payload")).flatMap((message) => fieldsSet(event, message));
      return fields.length === 0 ? [] : [draftOf(event, fields)];
    });
    yield* eachPlace(drafts);
  },
});

interface Field {
  readonly name: string;
  readonly taints: readonly Taint[];
  readonly overlaid: boolean;
}

function draftOf(event: ActEvent<"publish">, fields: readonly Field[]): Draft {
  const names = [...new Set(fields.map(({ name }) => `\`${name}\``))].join(", ");
  const overlaid = fields.some((field) => field.overlaid);
  return {
    file: event.file,
    at: event.at,
    message: `The tool \`${event.entry.name}\` lets the model set ${names} of what \`${event.call}\` publishes (${event.broker}), which only the server can know.`,
    way: wayOf(fields.flatMap(({ taints }) => taints)),
    notes: overlaid ? ["The arguments are spread over fields that the server had set before."] : [],
    confidence: overlaid ? "high" : "medium",
  };
}

/** Whoever reads the message believes that the server said it. */
const SERVERS = new Set(
  (
    "messageid eventid timestamp publishedat occurredat emittedat sentat producer issuer actor actorid principal principalid tenant tenantid " +
    "approved approvedby approval isapproved createdby requestedby performedby publishedby triggeredby onbehalfof isadmin correlationid causationid"
  ).split(" "),
);
/** So too, in a message that has its data apart from what is said about it. */
const IN_ENVELOPES = new Set("id time source user userid role sender origin createdat".split(" "));
const TYPES = new Set("type eventtype event eventname specversion messagetype".split(" "));
const DATA = new Set("data payload body detail content params".split(" "));

function isEnvelope({ fields }: HeapObject): boolean {
  const names = [...fields.keys()].map(plainName);
  return names.some((name) => TYPES.has(name)) && names.some((name) => DATA.has(name));
}

function fieldsSet(event: ActEvent<"publish">, message: HeapObject): readonly Field[] {
  const isServers = (name: string): boolean => SERVERS.has(plainName(name)) || (IN_ENVELOPES.has(plainName(name)) && isEnvelope(message));
  const set = [...message.fields].flatMap(([name, value]): readonly Field[] => {
    if (!isServers(name) || message.overlaid.has(name)) return [];
    const taints = controlled(event, { ...value, atoms: [] }).filter((taint) => !taint.derived);
    return taints.length === 0 ? [] : [{ name, taints, overlaid: false }];
  });
  const overlaid = [...message.overlaid].flatMap(([name, all]): readonly Field[] => {
    const taints = all.filter((taint) => taint.origin.kind === "tool" && !isGuarded(event, taint));
    return taints.length === 0 || !(isServers(name) || IN_ENVELOPES.has(plainName(name))) ? [] : [{ name, taints, overlaid: true }];
  });
  return [...set, ...overlaid];
}
