// What changes because a message came. Reading, logging, showing and answering change nothing that a second copy of the
// message would change again.
import type { Analysis } from "../engine/interpreter.ts";
import type { ConsumerEntry, Event } from "../engine/events.ts";
import { deepTaints } from "../engine/reach.ts";
import { objectsOf, textsOf, type Value } from "../engine/value.ts";
import { slot, type ActEvent } from "./inquiry.ts";

export interface Effect {
  readonly event: Event;
  /** As the program says it: `db.query`. */
  readonly what: string;
  /** A call into code that is not here: what it does is told by its name alone. */
  readonly unknown: boolean;
}

export function effectsAmong(analysis: Analysis, consumer: ConsumerEntry, events: readonly Event[]): readonly Effect[] {
  const effects = events.flatMap((event) => {
    if (isInCatch(event)) return [];
    const effect = effectOf(consumer, event) ?? handedOn(analysis, consumer, event);
    return effect === undefined ? [] : [effect];
  });
  // What passes messages on as they came is a relay: what it calls in between looks at them.
  const relays = events.some(
    (event) => event.kind === "act" && event.act.kind === "publish" && !isInCatch(event) && isForwarded(consumer, event),
  );
  return relays ? effects.filter(({ unknown }) => !unknown) : effects;
}

/** Where a message is handed over in any manner, also to be shown. */
export const handsOver = (consumer: ConsumerEntry, event: Event): boolean =>
  event.kind === "call" &&
  /(?:^|\.)(?:write|send|emit|publish)\w*$/i.test(event.name) &&
  !isInCatch(event) &&
  fromMessage(consumer, event.given);

/** What stands for an effect that a loop of the program has, and not the handler. */
export const A_LOOP = "the loop that takes it from there";

/** It is put where a loop of this program takes it out and works on it. What tools take out is only shown. */
function handedOn({ events }: Analysis, consumer: ConsumerEntry, event: Event): Effect | undefined {
  if (event.kind !== "remember" || event.asks !== undefined || event.forgets || !fromMessage(consumer, event.what)) return undefined;
  const collections = objectsOf(event.collection);
  const taken = events.some(
    (other) =>
      other.kind === "remember" &&
      other.forgets &&
      other.asks === "what" &&
      other.entry.kind !== "tool" &&
      other.around.some((one) => one.kind === "loop" || (one.kind === "callback" && one.of === "timer")) &&
      objectsOf(other.collection).some((object) => object.kind === "list" && collections.includes(object)),
  );
  return taken ? { event, what: A_LOOP, unknown: true } : undefined;
}

const isInCatch = ({ around }: Event): boolean => around.some((one) => one.kind === "try" && one.part === "catch");

function effectOf(consumer: ConsumerEntry, event: Event): Effect | undefined {
  if (event.kind === "evaluate") return fromMessage(consumer, event.code) ? { event, what: "eval", unknown: false } : undefined;
  if (event.kind === "call")
    return changes(event.name, event.awaited) && fromMessage(consumer, event.given)
      ? { event, what: event.name, unknown: true }
      : undefined;
  if (event.kind !== "act" || !actChanges(consumer, event)) return undefined;
  return { event, what: event.call, unknown: false };
}

const fromMessage = ({ origin }: ConsumerEntry, value: Value): boolean => deepTaints(value).some((taint) => taint.origin.id === origin.id);

function actChanges(consumer: ConsumerEntry, event: ActEvent): boolean {
  switch (event.act.kind) {
    case "effect":
      return isNewEachTime(event) && !isShown(event.call) && !TABLE_OF_IDS.test(event.call);
    case "command":
      return true;
    case "http":
      return sendsSomething(event);
    case "publish":
      return !isReply(event) && !isForwarded(consumer, event);
    default:
      return false;
  }
}

/** Statements that change something, and would again: one that ignores or replaces what is there does not. */
function isNewEachTime(event: ActEvent): boolean {
  const statements = textsIn(slot(event, "statement"));
  if (event.at_.has("statement") && statements.length > 0)
    return statements.some(
      (text) => /^\s*(?:insert|update|delete|merge|call|with|replace)\b/i.test(text) && !isIdempotent(text) && !isClaimStatement(text),
    );
  return !/upsert|\.(?:find|select|get|query|all|fetch|read)\w*$/i.test(event.call) || event.at_.has("statement");
}

const isIdempotent = (text: string): boolean =>
  /on\s+conflict[\s\S]*do\s+update|on\s+duplicate\s+key\s+update|^\s*replace\b|insert\s+or\s+replace/i.test(text);

/** An id is put into a table that takes each only once. */
export const isClaimStatement = (text: string): boolean =>
  /on\s+conflict[\s\S]*do\s+nothing|insert\s+(?:or\s+)?ignore/i.test(text) ||
  /insert\s+into\s+[\w."`]*(?:processed|handled|seen|dedup|inbox|idempot|claim|consumed|delivered)/i.test(text);

/** A place that is named for the ids it keeps: `prisma.processedEvent`. */
export const TABLE_OF_IDS = /processed|handled_?(?:message|event)|seen_?(?:message|event|id)|dedup|inbox|idempot/i;

/** The text of a statement, also where values stand in it. */
export function textsIn(value: Value): readonly string[] {
  const own = textsOf(value);
  const inner = value.atoms.flatMap((atom) => (atom.kind === "text" ? [atom.parts.map((part) => textsOf(part)[0] ?? "?").join("")] : []));
  const fields = value.atoms.flatMap((atom) =>
    atom.kind === "object" ? ["text", "sql"].flatMap((name) => textsIn(atom.object.fields.get(name) ?? { atoms: [], taints: [] })) : [],
  );
  return [...own, ...inner, ...fields];
}

function sendsSomething(event: ActEvent): boolean {
  const { act } = event;
  if (act.kind !== "http") return false;
  const method = (act.methodIs ?? textsOf(slot(event, "method"))[0])?.toUpperCase();
  return method === undefined ? event.at_.has("body") : !["GET", "HEAD", "OPTIONS"].includes(method);
}

/** It answers whoever asked: to where the message says. */
const isReply = (event: ActEvent): boolean =>
  deepTaints(slot(event, "destination")).some(({ origin, content }) => origin.kind === "message" && content !== "payload") ||
  deepTaints(slot(event, "destination")).some(({ origin, path }) => origin.kind === "message" && /repl|respon|correl/i.test(path)) ||
  [...event.at_.values()].some((value) =>
    deepTaints(value).some(({ origin, path }) => origin.kind === "message" && /corr\w*_?id/i.test(path)),
  );

/** The same message, as it came, goes on: whoever acts on it is elsewhere. */
function isForwarded({ origin }: ConsumerEntry, event: ActEvent): boolean {
  const payload = slot(event, "payload");
  return payload.taints.some((taint) => taint.origin.id === origin.id && !taint.derived && taint.content === "payload");
}

const CHANGING =
  /^(?:on)?_?(?:process|handle|execute|exec|run|dispatch|apply|perform|create|insert|add|update|delete|remove|save|store|charge|transfer|pay|refund|bill|credit|debit|invoke|trigger|start|stop|grant|revoke|provision|write|send_?(?:mail|email|sms|payment|invoice|money)|mail|ship|order|book|cancel|close|approve|publish|enqueue|schedule|submit|post|put|patch|record|register|install|deploy|message|request|command|call|commit|act|do|fulfil|fulfill|consume|work|perform|import|ingest|move|issue|withdraw|deposit|notify|kill|place|make|generate|reserve|allocate|sync|replicate|reindex|rebuild|restart|scale|rotate|reset|escalate|deliver|launch|spawn)(?:$|[A-Z_0-9]|message|job|event|order|payment|task)/;

const SHOWING =
  /(?:^|\.)(?:console|logger|log|logging|stdout|stderr|res|response|reply|ws|socket|io|sse|metrics?|tracer?|span|stats)(?:\.|$)|(?:^|\.)(?:log|info|warn|warning|error|debug|trace|print|printf|println|emit|broadcast|onerror|on_?error)$/i;

export const isShown = (call: string): boolean => SHOWING.test(call);

/** Told by its name: what is neither a change nor waited for is taken for harmless. */
function changes(name: string, awaited: boolean): boolean {
  const last = name.split(".").at(-1) ?? "";
  if (isShown(name) || ASKING.test(last) || KEEPING.test(name)) return false;
  return CHANGING.test(last) || CHANGING.test(last.charAt(0).toLowerCase() + last.slice(1)) || (awaited && last.length > 2);
}

/** Kept for whoever asks. */
const KEEPING =
  /(?:queue|buffer|cache|messages|history|backlog|ring|deque|channel|chan|futures?|pending\w*|handlers|listeners|callbacks|resolvers|subscriptions|\w+Map|\w+Set)\.(?:delete|remove|clear|put|put_?nowait|add|append|push|insert|store|save|write|record|set\w*)$/i;

const ASKING =
  /^(?:is|has|get|find|read|parse|decode|encode|validate|verify|check|assert|to|from|format|stringify|load|fetch|list|lookup|query|select|exists|sleep|wait|delay|claim|release|acquire|lock|unlock|seen|already|was|mark|dedup|commit|ack|nack|reject|abandon|complete|dead|deserialize|unmarshal|timing|compare|digest|createHmac|Hmac|sha|hash|next|resolve|safe|then|json|text)(?:$|[A-Z_0-9])/i;
