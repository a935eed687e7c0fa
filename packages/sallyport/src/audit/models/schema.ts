// The vocabulary of model.ts as a check at run time: for our own files, in tests, and for what a house writes about
// its own wrappers. Whatever it does not know is refused, so that a misspelt fact is an error and not a silence.
import { z } from "zod";

const step = String.raw`(?:\.(?:[A-Za-z_$@][\w$@:/-]*|\d+|\*|keys\(\))|\[\]|\["[^"]+"\])`;
const root = String.raw`(?:arg\d+(?:\|[A-Za-z_]\w*)?|kw:(?:[A-Za-z_]\w*|\*)|args\d*|last|receiver|value|slot:\w+)`;
const inputRoot = String.raw`(?:params|param\d+)`;
const spokenRoot = String.raw`(?:${root}|url:\w+|body|word\d+|words|stdin|flag:-{1,2}[\w-]+)`;

/** The grammar of `Path`. */
export const path = z.string().regex(new RegExp(`^${root}${step}*$`), "not a path");
/** Of a handler's parameters, what the model controls. */
const input = z.string().regex(new RegExp(`^(?:none|${inputRoot}${step}*)$`), "not a parameter");
/** In `management.json` also segments of the URL, the body, words and flags of a command. */
export const managementPath = z.string().regex(new RegExp(`^${spokenRoot}${step}*$`), "not a path");

const typeAtom = String.raw`(?:\?|receiver|arg\d+|content:[a-z-]+|(?:[\w.-]+:)?[A-Za-z_*][\w.]*)`;
const typeTerm = String.raw`(?:\.\.\.)?(?:(?:list|map):)*${typeAtom}`;
/** The grammar of `TypeName`. */
export const typeName = z.string().regex(new RegExp(`^(?:${typeTerm}|tuple:${typeTerm}(?:,${typeTerm})*)$`), "not a type");

const broker = z.enum([
  "kafka",
  "rabbitmq",
  "amqp",
  "sqs",
  "sns",
  "eventbridge",
  "kinesis",
  "redis",
  "nats",
  "mqtt",
  "google-pubsub",
  "azure-servicebus",
  "azure-queue",
  "azure-eventhubs",
  "pulsar",
  "bullmq",
  "celery",
  "dapr",
  "any",
]);
const content = z.enum(["payload", "key", "headers", "id", "time", "type", "destination", "deliveries", "reply-to", "error"]);
const settles = z.enum(["manual", "auto", "return", "none"]);

const conditionOn = (place: z.ZodString) =>
  z.strictObject({
    path: place,
    equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).exactOptional(),
    not: z.boolean().exactOptional(),
  });

const actOn = (place: z.ZodString) => {
  const places = z.array(place).min(1).exactOptional();
  const when = { when: conditionOn(place).exactOptional() };
  return z.discriminatedUnion("kind", [
    z.strictObject({
      ...when,
      kind: z.literal("publish"),
      destination: places,
      oneOf: z.literal(true).exactOptional(),
      payload: places,
      key: places,
      headers: places,
      type: places,
      confirms: z.enum(["await", "callback", "never"]).exactOptional(),
      deduplication: places,
    }),
    z.strictObject({
      ...when,
      kind: z.literal("read"),
      destination: places,
      max: places,
      removes: z.boolean().exactOptional(),
      plain: z.literal(true).exactOptional(),
      consumes: consumes.exactOptional(),
    }),
    z.strictObject({ ...when, kind: z.literal("subscribe"), destination: places, pattern: z.boolean().exactOptional() }),
    z.strictObject({ ...when, kind: z.literal("ack"), message: place.exactOptional(), all: z.boolean().exactOptional() }),
    z.strictObject({
      ...when,
      kind: z.literal("nack"),
      message: place.exactOptional(),
      requeue: z.union([place, z.boolean()]),
      requeueDefault: z.boolean().exactOptional(),
      delay: place.exactOptional(),
    }),
    z.strictObject({ ...when, kind: z.literal("confirms") }),
    z.strictObject({ ...when, kind: z.literal("dead-letter"), message: place.exactOptional() }),
    z.strictObject({
      ...when,
      kind: z.literal("admin"),
      operation: z.enum(["delete", "purge", "create", "alter", "permission"]),
      target: places,
      destroys: z.boolean(),
      plain: z.literal(true).exactOptional(),
    }),
    z.strictObject({ ...when, kind: z.literal("declare"), destination: places, deadLetter: places, bounded: places }),
    z.strictObject({ ...when, kind: z.literal("connect"), url: places, tls: places, auth: places }),
    z.strictObject({ ...when, kind: z.literal("claim"), key: place }),
    z.strictObject({ ...when, kind: z.enum(["lookup", "store"]), key: place }),
    z.strictObject({ ...when, kind: z.literal("effect"), what: z.string(), statement: place.exactOptional() }),
    z.strictObject({
      ...when,
      kind: z.literal("http"),
      url: z.array(place).min(1),
      method: places,
      methodIs: z.string().exactOptional(),
      body: places,
      deadline: places,
    }),
    z.strictObject({ ...when, kind: z.literal("command"), argv: z.array(place).min(1), shell: z.boolean().exactOptional() }),
    z.strictObject({ ...when, kind: z.literal("timer") }),
    z.strictObject({ ...when, kind: z.literal("deadline"), of: z.array(z.string()).min(1) }),
    z.strictObject({ ...when, kind: z.literal("parse"), input: place }),
    z.strictObject({ ...when, kind: z.literal("validate"), input: place, schema: place }),
    z.strictObject({ ...when, kind: z.literal("secret"), value: place }),
  ]);
};

const places = z.array(path).min(1).exactOptional();
const condition = conditionOn(path);
const consumes = z.strictObject({
  destination: places,
  settles,
  unless: z.strictObject({ when: condition, settles }).exactOptional(),
  onThrow: z.enum(["for-ever", "bounded", "lost", "stall", "crash"]).exactOptional(),
  deadLetter: places,
  bounded: places,
  guarded: z.literal(true).exactOptional(),
  boundedElsewhere: z.boolean().exactOptional(),
  failures: z
    .string()
    .regex(/^\w+(?:\[\]|\.\w+)*$/, "not a place in what is returned")
    .exactOptional(),
});
const callbackNamed = (fn: z.ZodString) =>
  z.strictObject({
    fn,
    when: condition.exactOptional(),
    params: z.array(typeName),
    consumes: consumes.exactOptional(),
    lends: z.string().exactOptional(),
  });
const callback = callbackNamed(path);
const overridden = callbackNamed(z.string().regex(/^[A-Za-z_$][\w$]*$/, "not a method's name"));
const namesCondition = z.strictObject({ path, names: z.array(z.string()).min(1) });
const tool = z.strictObject({
  name: path.exactOptional(),
  description: path.exactOptional(),
  schema: places,
  handler: z.union([z.enum(["lastFunction", "library"]), path]),
  overloads: z.boolean().exactOptional(),
  input,
  fixedBy: path.exactOptional(),
  validated: z.boolean(),
  alsoUnder: z.string().exactOptional(),
  contextTypes: z.array(z.string()).exactOptional(),
  when: z.union([condition, namesCondition]).exactOptional(),
});
const toolByDecorator = z.strictObject({
  input,
  schema: places,
  validated: z.boolean(),
  contextTypes: z.array(z.string()).exactOptional(),
  onlyWith: z.array(z.string()).min(1).exactOptional(),
});
const toolByClass = z.strictObject({
  method: z.string(),
  input,
  schema: z.string().exactOptional(),
  name: z.string().exactOptional(),
  validated: z.boolean(),
});
const member = z.strictObject({
  is: typeName.exactOptional(),
  returns: typeName.exactOptional(),
  returnsBy: z.strictObject({ arg: path, types: z.record(z.string(), typeName) }).exactOptional(),
  gets: z.strictObject({ of: path, key: path.exactOptional() }).exactOptional(),
  fields: z.record(z.string(), z.union([path, z.literal(true)])).exactOptional(),
  writes: z.record(path, path).exactOptional(),
  marks: path.exactOptional(),
  lent: z.string().exactOptional(),
  constant: z.union([z.string(), z.number(), z.boolean()]).exactOptional(),
  remember: z.record(z.string(), path).exactOptional(),
  content: content.exactOptional(),
  acts: z.array(actOn(path)).exactOptional(),
  calls: z.array(callback).exactOptional(),
  assigned: z.array(callback).exactOptional(),
  tool: tool.exactOptional(),
  resource: tool.exactOptional(),
  decorates: z
    .strictObject({
      is: typeName.exactOptional(),
      tool: toolByDecorator.exactOptional(),
      resource: toolByDecorator.exactOptional(),
      calls: z.strictObject({ params: z.array(typeName), consumes: consumes.exactOptional() }).exactOptional(),
    })
    .exactOptional(),
  shape: z.array(path).exactOptional(),
});
/** Also a header's: `x-delivery-count`. */
const memberName = z.string().regex(/^(?:[A-Za-z_$@][\w$@:/.-]*|\*|\(\)|<-)$/, "not a member");
const typeModel = z.strictObject({
  extends: typeName.exactOptional(),
  members: z.record(memberName, member).exactOptional(),
  whenExtended: z.strictObject({ calls: z.array(overridden).exactOptional(), tool: toolByClass.exactOptional() }).exactOptional(),
  each: typeName.exactOptional(),
  eachConsumes: consumes.exactOptional(),
  broker: broker.exactOptional(),
  delivered: consumes.exactOptional(),
  takes: typeName.exactOptional(),
});
const convention = z.strictObject({
  exported: z.array(z.string()).min(1).exactOptional(),
  gives: typeName.exactOptional(),
  reads: z.array(z.string()).min(1).exactOptional(),
  under: z.string().exactOptional(),
  beside: z.array(z.string()).min(1).exactOptional(),
  tool: z
    .strictObject({ name: z.string().exactOptional(), schema: z.string().exactOptional(), input, validated: z.boolean() })
    .exactOptional(),
});

/** `Model`. */
export const modelSchema = z.strictObject({
  library: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  language: z.enum(["javascript", "python", "go"]),
  packages: z.array(z.string()).min(1),
  broker: broker.exactOptional(),
  exports: z.record(z.string(), member),
  types: z.record(z.string(), typeModel).exactOptional(),
  conventions: z.array(convention).min(1).exactOptional(),
});

/** `Management`. */
export const managementSchema = z.strictObject({
  http: z.array(
    z.strictObject({
      broker,
      method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).exactOptional(),
      path: z.string().regex(/^(?:\/(?:[\w.-]+|\{\w+\}(?::\w+)?|[\w.-]+:\w+))+$/, "not a path of a URL"),
      host: z.string().exactOptional(),
      acts: z.array(actOn(managementPath)).min(1),
    }),
  ),
  commands: z.array(z.strictObject({ broker, words: z.array(z.string()).min(1), acts: z.array(actOn(managementPath)).min(1) })),
});
