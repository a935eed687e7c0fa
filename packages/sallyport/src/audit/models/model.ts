// What libraries do, as data: one JSON file a library, read by this vocabulary. A model says which call publishes, and
// which of its arguments is the destination; whether that is a fault is for rules to say.
import type { Language } from "../ir/ir.ts";
import type { Convention } from "./convention.ts";

/**
 * A place in a call, as text:
 *
 *     arg0            an argument by position            arg0|topic     … or by keyword (Python)
 *     kw:QueueUrl     an argument by keyword alone        args           every argument
 *     last            the last argument                   receiver       what the method was called on
 *     slot:queue      what an earlier call left on the receiver (see `remember`)
 *
 * followed by `.name` (a property, or the value under that key), `["a.b"]` (the same, for a name with dots in it),
 * `[]` (any element) and `.*` (any property): `arg0.messages[].value`.
 * `.keys()` are the keys of a map: `arg0|streams.keys()`. `.0` is the first of a tuple. `args1` is every argument from
 * that position on; neither it nor `args` means those given by keyword: `kw:*` is every one of these that the member does
 * not name.
 */
export type Path = string;

export type Broker =
  | "kafka"
  | "rabbitmq"
  | "amqp"
  | "sqs"
  | "sns"
  | "eventbridge"
  | "kinesis"
  | "redis"
  | "nats"
  | "mqtt"
  | "google-pubsub"
  | "azure-servicebus"
  | "azure-queue"
  | "azure-eventhubs"
  | "pulsar"
  | "bullmq"
  | "celery"
  | "dapr"
  | "any";

export interface Model {
  /** The file's name without `.json`. */
  readonly library: string;
  readonly language: Language;
  /**
   * What is imported to use it, as import resolution names it: `kafkajs`, `@aws-sdk/client-sqs`, `confluent_kafka`,
   * `github.com/IBM/sarama`; with a subpath where only that counts (`mcp/server/fastmcp`). Several packages may
   * speak one API. A subpath that has no model of its own falls to its package's. Python's own functions are `builtins`.
   */
  readonly packages: readonly string[];
  readonly broker?: Broker;
  /** Names the package exports; a class also as the type that annotations, parameters and Go's literals name. `default` is the default export and what `require` gives as a whole; `*` every other name. */
  readonly exports: Readonly<Record<string, Member>>;
  readonly types?: Readonly<Record<string, TypeModel>>;
  readonly conventions?: readonly Convention[];
}

/** A class, or what calls return. Type names are the model's own; another model's is `library:Type`. */
export interface TypeModel {
  readonly extends?: string;
  /** `*` stands for every member not named, `()` for calling the value itself, also with `new`, `<-` for sending into a Go channel, where `arg0` is what is sent. */
  readonly members?: Readonly<Record<string, Member>>;
  /** The program's own class extends this one: its methods are called by the library. */
  readonly whenExtended?: { readonly calls?: readonly Callback[]; readonly tool?: ToolByClass };
  /** Elements of this type when it is iterated (also `for await`). */
  readonly each?: TypeName;
  /** Iterating it is a consumer of messages: the loop's body is the handler. */
  readonly eachConsumes?: Consumes;
  /** Where the library speaks to several kinds of broker: this one's. */
  readonly broker?: Broker;
  /** What a platform calls functions with: one that has a parameter of this type is a consumer of messages. */
  readonly delivered?: Consumes;
  /** A type of functions: their first parameter is of that type (`SQSHandler`). */
  readonly takes?: TypeName;
}

/**
 * A type, as text, wherever one is named: a name of this model's `types`, another model's as `library:Type`, `library:*` for all that it exports (a submodule), `?` for
 * nothing of interest, and
 *
 *     receiver, arg0          what the method was called on, that argument (in `returns`)
 *     content:payload         a value that is itself part of a message (see `Content`)
 *     list:T                  a list (array, slice) of T
 *     map:T                   values of T under keys that the message names
 *     tuple:T,error           several results or elements in a row, each a type
 */
export type TypeName = string;

/**
 * What reading a property, calling it, constructing it or decorating with it means. Facts that do not apply are left out:
 * a type's member with none is the library's own, with nothing in it of whoever wrote the message.
 */
export interface Member {
  /** Reading it gives this type; a namespace of functions is a type too. */
  readonly is?: TypeName;
  /** Calling or constructing it gives this type; `receiver` gives itself, `arg0` that argument; `list:T`, `tuple:T,error` (Go). Promises are not mentioned. */
  readonly returns?: TypeName;
  /** Which type it gives depends on a literal among its arguments: `client("sqs")`. Anything else gives nothing known. */
  readonly returnsBy?: { readonly arg: Path; readonly types: Readonly<Record<string, TypeName>> };
  /** A getter: it gives what is at `of`, or what that holds under `key`. When `returns` is a tuple, its first part. */
  readonly gets?: { readonly of: Path; readonly key?: Path };
  /** Members of what it gives, filled from its arguments: a message or options that a constructor makes. `true`: it is simply there. */
  readonly fields?: Readonly<Record<string, Path | true>>;
  /** An argument (a pointer) or the receiver receives what is in another: `{"arg1": "arg0"}`. */
  readonly writes?: Readonly<Record<Path, Path>>;
  /** What its owner has marked the thing at this path with: tags. That a mark is there says that the owner lets the program have it. */
  readonly marks?: Path;
  /** Reading it gives what a callback `lends` under this name. */
  readonly lent?: string;
  /** Reading it gives this literal: a constant that a `Condition` compares with. */
  readonly constant?: string | number | boolean;
  /** Kept on what it returns (of a tuple, on its first part), for later calls' `slot:`. On a method that returns nothing, kept on the receiver. */
  readonly remember?: Readonly<Record<string, Path>>;
  /** What reading (or calling) it gives of a message that the broker delivered. Anything in it is whoever wrote the message's. */
  readonly content?: Content;
  readonly acts?: readonly Act[];
  /** Functions among its arguments that it calls. */
  readonly calls?: readonly Callback[];
  /** Functions assigned to it are called by the library: `client.on_message = f`, where `fn` is `value`. */
  readonly assigned?: readonly Callback[];
  /** It registers an MCP tool. */
  readonly tool?: Tool;
  /** It registers what an MCP client reads by a URI: what it asks for there is as little the server's as a tool's arguments. */
  readonly resource?: Tool;
  /** As a decorator: the function below it becomes this. */
  readonly decorates?: {
    /** What the function's name is bound to then: this type (a Celery task, with its `delay`). */
    readonly is?: TypeName;
    readonly tool?: ToolByDecorator;
    readonly resource?: ToolByDecorator;
    readonly calls?: { readonly params: readonly string[]; readonly consumes?: Consumes };
  };
  /**
   * Recognisable by its shape where the receiver's type is not known: all of these must be there, as paths of
   * arguments given in the call (`["arg0.topic", "arg0.messages"]`). An empty list: the name alone is enough.
   */
  readonly shape?: readonly Path[];
}

/** `payload`: the body. `destination`: where it was found. `deliveries`: how often, by the broker's count. `error`: what the client says in its place. */
export type Content = "payload" | "key" | "headers" | "id" | "time" | "type" | "destination" | "deliveries" | "reply-to" | "error";

export interface Callback {
  /** The function: a path into the arguments, or a method's name in `whenExtended`. */
  readonly fn: Path;
  /** Only then: `on("message", …)`. */
  readonly when?: Condition;
  /** Types of what it is called with; `?` is nothing of interest, `arg1` that argument, where it is given; a last `...T` is every parameter from there on. */
  readonly params: readonly TypeName[];
  /** It is a consumer of messages. */
  readonly consumes?: Consumes;
  /** What it gives (a generator: yields) is handed on to the program's other functions under this name: see `Member.lent`. */
  readonly lends?: string;
}

export interface Consumes {
  readonly destination?: readonly Path[];
  /**
   * How a message is settled: `manual` by a call (see acts `ack`, `nack`), `auto` before or regardless of the handler,
   * `return` when the handler returns, and given back when it throws.
   */
  readonly settles: "manual" | "auto" | "return" | "none";
  /** Under this condition it settles otherwise. */
  readonly unless?: { readonly when: Condition; readonly settles: "manual" | "auto" | "return" | "none" };
  /** What becomes of a message whose handler throws: the broker or library gives it again `for-ever`, a `bounded` number of times, or not (`lost`); `stall` blocks those behind it. `crash` ends the process. */
  readonly onThrow?: "for-ever" | "bounded" | "lost" | "stall" | "crash";
  /** An option that bounds it or names a dead letter, when given. */
  readonly deadLetter?: readonly Path[];
  readonly bounded?: readonly Path[];
  /** The library itself verifies, deduplicates, bounds and buries: its handlers are asked for none of it, and are a consumer also where they are not known. */
  readonly guarded?: true;
  /** Attempts and dead letters are set on what connects the broker to the function, beside the source. */
  readonly boundedElsewhere?: boolean;
  /** Ids of what failed stand at this place of what the handler returns: those messages alone come again. */
  readonly failures?: string;
}

export interface Condition {
  readonly path: Path;
  /** Absent: it is given at all. */
  readonly equals?: string | number | boolean | null;
  readonly not?: boolean;
}

export type Act = { readonly when?: Condition } & (
  | {
      readonly kind: "publish";
      /** Any of these; the ones that are given count. `oneOf`: the broker refuses a call that gives more than one. */
      readonly destination?: readonly Path[];
      readonly oneOf?: true;
      readonly payload?: readonly Path[];
      /** Key, partition, message group, priority, delay (PUB-06). */
      readonly key?: readonly Path[];
      readonly headers?: readonly Path[];
      /** The event's name where the protocol has one: EventBridge DetailType, BullMQ job name. */
      readonly type?: readonly Path[];
      /** When is it known that the broker has it? `await`: when the call's promise (or return) is done. `callback`, `never`. */
      readonly confirms?: "await" | "callback" | "never";
      /** An idempotency or deduplication id, when given. */
      readonly deduplication?: readonly Path[];
    }
  /** Messages are fetched or browsed; `returns` says what comes. `max` is a bound on their number. */
  | {
      readonly kind: "read";
      readonly destination?: readonly Path[];
      readonly max?: readonly Path[];
      readonly removes?: boolean;
      /** What is read may as well be plain data (a Redis list): it is a queue's where a name says so, or where the server chose the key. */
      readonly plain?: true;
      /** What comes is worked on by the caller's own loop: it is a consumer of messages. */ readonly consumes?: Consumes;
    }
  | { readonly kind: "subscribe"; readonly destination?: readonly Path[]; readonly pattern?: boolean }
  /** `message`: which. Default: the receiver or the first argument. */
  | { readonly kind: "ack"; readonly message?: Path; readonly all?: boolean }
  | {
      readonly kind: "nack";
      readonly message?: Path;
      /** A path to a boolean, or what it always is. */ readonly requeue: Path | boolean;
      readonly requeueDefault?: boolean;
      readonly delay?: Path;
    }
  /** Turns on the broker's confirmations, or waits for them, for what the receiver publishes (a channel, a producer's flush, a future). */
  | { readonly kind: "confirms" }
  /** Ends the message in the dead letters by the broker's own means. */
  | { readonly kind: "dead-letter"; readonly message?: Path }
  /** Deletes, purges, creates or reconfigures what belongs to the operator. `destroys`: data is lost. */
  | {
      readonly kind: "admin";
      readonly operation: "delete" | "purge" | "create" | "alter" | "permission";
      readonly target?: readonly Path[];
      readonly destroys: boolean;
      /** What is destroyed may as well be plain data (a key of Redis): it is a queue's where a name says so. */
      readonly plain?: true;
    }
  /** Declares a queue or topic; what bounds retries or names dead letters in it. */
  | {
      readonly kind: "declare";
      readonly destination?: readonly Path[];
      readonly deadLetter?: readonly Path[];
      readonly bounded?: readonly Path[];
    }
  | { readonly kind: "connect"; readonly url?: readonly Path[]; readonly tls?: readonly Path[]; readonly auth?: readonly Path[] }
  /** A store remembers a key only if it was not there: what a real deduplication rests on. */
  | { readonly kind: "claim"; readonly key: Path }
  /** A store is asked or told without atomicity. */
  | { readonly kind: "lookup" | "store"; readonly key: Path }
  /** Something in the world changes: a database write, an HTTP request that changes, a file, a process. */
  | {
      readonly kind: "effect";
      readonly what: string;
      /** SQL: one that only reads is no effect; one that ignores conflicts is a claim. */ readonly statement?: Path;
    }
  /** An HTTP request; `management.json` knows which URLs are a broker's. */
  | {
      readonly kind: "http";
      readonly url: readonly Path[];
      readonly method?: readonly Path[];
      readonly methodIs?: string;
      readonly body?: readonly Path[];
      /** Where a time limit is given, for clients that have none of their own. */
      readonly deadline?: readonly Path[];
    }
  /** A limit in time for all that these libraries do from there on. On a member: when it is assigned to. */
  | { readonly kind: "deadline"; readonly of: readonly string[] }
  /** A program is run; `management.json` knows which are a broker's. */
  | { readonly kind: "command"; readonly argv: readonly Path[]; readonly shell?: boolean }
  /** A timer that lives in this process. */
  | { readonly kind: "timer" }
  /** Parsing that may throw. */
  | { readonly kind: "parse"; readonly input: Path }
  /** Checks its input and throws or returns an error when it does not fit; the checked value is `output`. */
  | { readonly kind: "validate"; readonly input: Path; readonly schema: Path }
  /** A secret in the source (OPS-05). */
  | { readonly kind: "secret"; readonly value: Path }
);

export interface Tool {
  readonly name?: Path;
  readonly description?: Path;
  /**
   * Where the input schema is. With `overloads`, the first argument that is a schema or a shape of schemas. Named here
   * and surely not given in a call: the tool takes no input, and the handler's first parameter is the context.
   */
  readonly schema?: readonly Path[];
  /** `lastFunction`: the last argument that is one. `value`: what is assigned to the member. `library`: its own, not looked into. */
  readonly handler: Path;
  readonly overloads?: boolean;
  /** Which parameter the model controls, and where in it: `param0`, `param0.params.arguments`, `param1.arguments`; `params` is every one, `none` none. */
  readonly input: string;
  /** With a text there, such as a URI without parts to fill in, it controls none. */
  readonly fixedBy?: Path;
  /** Whether the library has checked the arguments against the schema when the handler is called. */
  readonly validated: boolean;
  /** The input also stands whole under this name in it, as in older versions. */
  readonly alsoUnder?: string;
  /** As in `ToolByDecorator`. */
  readonly contextTypes?: readonly string[];
  /** Only when this holds. `names`: one of these names stands there as written, or a call of one: `setRequestHandler(CallToolRequestSchema, …)`. */
  readonly when?: Condition | { readonly path: Path; readonly names: readonly string[] };
}

export interface ToolByDecorator {
  /** `params`: every parameter, but for those of a context type; or as in `Tool.input`. */
  readonly input: string;
  readonly schema?: readonly Path[];
  readonly validated: boolean;
  /** Parameters of these types are the library's, not the model's. */
  readonly contextTypes?: readonly string[];
  /** Only in a program that somewhere imports one of these packages or reads a member of that name. */
  readonly onlyWith?: readonly string[];
}

export interface ToolByClass {
  readonly method: string;
  readonly input: string;
  /** A field of the class. */
  readonly schema?: string;
  readonly name?: string;
  readonly validated: boolean;
}

/** `management.json`: brokers spoken to without a client. */
export interface Management {
  readonly http: readonly {
    readonly broker: Broker;
    /** Upper case; absent: any. */
    readonly method?: string;
    /** Of the URL's path, with `{name}` for a segment or its start (`{topic}:publish`): `/api/exchanges/{vhost}/{exchange}/publish`. Matched at the end, before `?`; the longest that fits counts. */
    readonly path: string;
    /** What the host must end with, where the path alone would say too little: `.servicebus.windows.net`. */
    readonly host?: string;
    /** As in models, with `url:name` for a segment and `body.name` for the body. */
    readonly acts: readonly Act[];
  }[];
  readonly commands: readonly {
    readonly broker: Broker;
    /** Words that begin it, paths stripped: `nats pub`, `kafka-console-producer`. The longest that fits counts. */
    readonly words: readonly string[];
    /** As in models, with `word2` for the word at that index (from 0, flags left out), `flag:--topic` for what follows a flag, `words` for all, `stdin` for the words of what is piped into it. */
    readonly acts: readonly Act[];
  }[];
}
