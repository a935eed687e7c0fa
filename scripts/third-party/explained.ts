// Why audit and probe disagree, one sentence each, read in the source and on the broker. What is so of one server stands
// before what is so of all.
import type { Ruling } from "../../packages/sallyport/src/finding/verdict.ts";

type Said = "found" | "not found";

/** `server threat`, then `threat`; then who said what. */
const OF_ONE: ReadonlyMap<string, string> = new Map<string, string>([
  [
    "mcp-amqp-transport PSN-02",
    "What no JSON is ends the adaptor, unacknowledged, comes back, and ends it again: nothing counts. The audit has found the parsing (`unguarded-parse`), and gives it PSN-04 and PSN-01. The same line.",
  ],
  [
    "mcp-amqp-transport PSN-03",
    "Behind such a message, nothing is dealt with any more. The audit's `unguarded-parse` gives that line PSN-04 and PSN-01 alone.",
  ],
  ...["PUB-02", "PUB-03", "PUB-07", "PUB-08", "PUB-10"].map((threat): [string, string] => [
    `mcp-amqp-transport ${threat}`,
    "What a client calls goes to the exchange as it is, before a server has looked at it. There is no tool in this source for the audit to look into: it hands on lines of standard input. The probe is right of the transport; who uses it may still refuse behind it.",
  ]),
  [
    "mcp-amqp-transport REP-02",
    "A call carries no time, so that there is none for the probe to make old. That nothing is ever too old is so, and `same-bytes` shows what comes of it.",
  ],
  [
    "mcp-amqp-transport REP-06",
    "The call is acknowledged when it was written to the server's standard input, and a failure is an answer to whoever called. It is the audit's PSN-11 (`failure-not-settled`), which it finds in the adaptor of AMQP 1.0 and not in that of AMQP 0.9.1, of the same shape.",
  ],
  [
    "mcp-amqp-transport REP-07",
    "One fact, the copy that is carried out again, which the audit calls REP-01; what comes at once the probe calls REP-07.",
  ],
  [
    "mcp-amqp-transport PSN-12",
    "As PSN-11, which the audit finds (`failure-not-settled`): what was acknowledged before it was dealt with is lost when the adaptor is asked to stop, too.",
  ],
  [
    "mcp-amqp-transport REP-10",
    "One fact, the copy that is carried out again, which the audit calls REP-01; after a restart the probe calls it REP-10.",
  ],
  [
    "mcp-celery PSN-11",
    "Celery acknowledges a task before it runs it, unless it is told `acks_late`: a default of a library that was not audited. Killed in the middle, the task was lost: the probe is right.",
  ],
  [
    "queue-pilot PUB-06",
    "The routing key is the caller's, and is proven as a choice of destination (DST-03), which on RabbitMQ it is. The audit calls it both.",
  ],
  [
    "amq-mcp-server-rabbitmq PUB-04",
    "The caller's `properties` go to the broker as they are, the message's id among them. The audit calls the whole of them headers (PUB-05): the same line.",
  ],
  ...["PUB-05", "PUB-06", "PUB-07", "PUB-08", "PUB-10", "DST-02", "DST-09", "PSN-13"].map((threat): [string, string] => [
    `awslabs-sns-sqs ${threat}`,
    "Its tools are made when it starts, from the operations that boto3 has (`getattr(client, operation)(**kwargs)`): the audit sees that there are tools, and no operation of any broker in them. What was sent was on the queue: the probe is right.",
  ]),
  [
    "nats-mcp PUB-11",
    "A publish without JetStream has no confirmation, so that the audit asks for none. It connects for each call, writes, and answers: it could wait until the server has answered a `flush`. What was said to be published was with nobody yet: the probe is right.",
  ],
  [
    "tuannvm-kafka PUB-09",
    "mcp-go says of every tool that it may destroy, unless its author says otherwise; this one publishes, and no person is asked. The audit goes by what a tool is called. What was published cannot be taken back: the probe is right by what the tool says of itself.",
  ],
  ["tuannvm-kafka PUB-01", "The audit has one rule for PUB-01 and PUB-02; the tool has no argument that names a type."],
  [
    "a2amcp DST-09",
    "Reading an agent's messages deletes the list that they were in, and another list is trimmed: the audit takes what the model names there for emptied. The probe asks tools alone that are named as if they administered a broker, and there is none.",
  ],
  [
    "mcp-celery REP-02",
    "A task carries no time that the probe could make old; Celery's `expires` is only set where the caller of the library sets it. Nobody refuses an old one.",
  ],
  [
    "mcp-celery PSN-01",
    "What no JSON is ends Celery's worker (`Unrecoverable error`), one start for each such message, which is in Celery's own code, and that was not audited. Seen by hand too.",
  ],
  ["mcp-celery PSN-03", "As PSN-01: a hundred starts of a worker are what honest tasks wait for."],
  [
    "mcp-celery REP-06",
    "Celery acknowledges a task before it runs it, unless it is told `acks_late`, and its task is tried again only where it says so: defaults of a library that was not audited. The probe is right: the task that failed once was never done.",
  ],
  ["mcp-celery REP-07", "One fact, the copy that is done again, which the audit calls REP-01; what comes at once the probe calls REP-07."],
  ["mcp-celery REP-10", "One fact, the copy that is done again, which the audit calls REP-01; after a restart the probe calls it REP-10."],
  [
    "mcp-celery PUB-01",
    "Each task is a tool of its own, so that there is no argument that names one. The audit sees `apply_async` with what it is given, and has one rule for PUB-01 and PUB-02.",
  ],
  [
    "mcp-celery PUB-02",
    "The tool has the arguments that the function has, and others are dropped before the task is sent: the library builds the signature when it starts, where the audit cannot follow. The probe is right.",
  ],
  [
    "mcp-celery DST-03",
    "`note_cancel` puts the caller's token into the name of a channel, on which it publishes that the task of that name was revoked: Celery's own code, which was not audited. Nor is it asked whose task that was.",
  ],
  [
    "queue-pilot PUB-13",
    "Its handlers hand on what the client throws: the audit is right. Wrong types are refused by the SDK before any handler, and while RabbitMQ was gone what was thrown was `fetch failed`, in which the probe sees nothing of the inside.",
  ],
  [
    "nats-mcp PUB-13",
    "Its handlers hand on what the client throws: the audit is right. Wrong types are refused by the SDK before any handler, and while NATS was gone what was thrown was `CONNECTION_REFUSED`, in which the probe sees nothing of the inside.",
  ],
  [
    "amq-mcp-server-rabbitmq PUB-13",
    "Its handlers hand on what the client throws: the audit is right. Wrong types are refused by the SDK before any handler, and its broker is not the probe's to end. Ended by hand, its tools tell host, port and path of the management API (`HTTPConnectionPool(host='localhost', port=15672)`).",
  ],
  [
    "sinadarbouy-mcp-nats PUB-13",
    "A NUL among the arguments reaches `exec`, whose error names the path of the program, and the handlers hand on what they are given. The audit's rule asks for what a broker's client throws; here a program is run. The probe is right.",
  ],
  [
    "mcp-celery PUB-13",
    "Nobody catches what Celery's client throws when `note_status` asks for a result, and what it throws for `note` becomes a part of the library's own error. Celery's `AsyncResult` is no call of a broker to the audit. With Redis gone its address was told: the probe is right.",
  ],
  [
    "awslabs-sns-sqs PUB-13",
    "It answers with the text of whatever boto3 throws (`except Exception as e: return {'error': str(e)}`), and tells its endpoint to one who gave none. The operation is looked up by its name, and is no call of a broker to the audit. The probe is right.",
  ],
  [
    "tuannvm-kafka PUB-13",
    "What the client throws is handed to `mcp.NewToolResultError`, the broker's address in it. The audit knows the calls of the broker behind `produce_message`; why it has no finding of their errors was not looked into. The probe is right.",
  ],
  [
    "a2amcp PUB-13",
    "All its tools are one handler, which puts the text of whatever they throw into an ordinary answer (`Tool execution failed`). Why the audit has no finding of that was not looked into. With Redis gone its address was told: the probe is right.",
  ],
  ["atengk-kafka PUB-07", "What was sent was on the topic. That the audit has no finding of its size was not looked into."],
  [
    "mcp-redis-server DST-02",
    "`LRANGE` is no reading of messages to the audit's model of Redis. What was put on the list came out of the tool: the probe is right.",
  ],
  [
    "mcp-redis-server PSN-13",
    "`LRANGE` is no reading of messages to the audit's model of Redis. What was put on the list came out of the tool: the probe is right.",
  ],
  [
    "a2amcp PSN-13",
    "`LRANGE` is no reading of messages to the audit's model of Redis. What was put on the list came out of the tool: the probe is right.",
  ],
  [
    "a2amcp PUB-10",
    "All its tools are one handler, which looks up whether an agent is there (`HEXISTS`), and the audit takes a look-up before a publish for one of the repeated call. The same call left two messages: the probe is right.",
  ],
  [
    "bullmq-mcp PUB-01",
    "The type of a job is its `name`, which any word is taken for. The probe looks for arguments that are called action, type or event: it missed this, and the audit is right.",
  ],
  [
    "bullmq-mcp PUB-10",
    "A caller may hand in `opts.jobId`, by which BullMQ keeps a job from being added twice, and the audit lets that pass. Nobody has to: the same call made two jobs. The probe is right.",
  ],
  [
    "mcp-redis-server PUB-13",
    "A broker's error was not provoked by the probe's wrong types, which the schema's validation refuses in the SDK's own words. What the audit describes stands in the source.",
  ],
  [
    "mcp-server-redis PUB-13",
    "Its handler of a failed validation fails itself, and that exception's text goes to the model. The audit's rule asks for what the broker's client throws, and this one is the handler's own. With Redis gone for half a minute, what its client throws goes to the model too: why the audit has no finding of that was not looked into. The probe is right.",
  ],
  [
    "mcp-server-redis DST-09",
    "`delete` makes an end of any key, a stream with messages in it too. The audit takes `del` of a key for a value's end, not for an administration of the broker.",
  ],
  [
    "gongrzhe DST-09",
    "`delete` makes an end of any key, a stream with messages in it too. The audit takes `del` of a key for a value's end, not for an administration of the broker.",
  ],
]);

const OF_ALL: ReadonlyMap<string, string> = new Map([
  [
    "PUB-02 found",
    "What is published is a text, or a list of texts: there is no object to which the probe could add a key, which is how it tries. That no schema of an event stands between is so.",
  ],
  [
    "PUB-07 found",
    "The probe makes a text enormous where an argument is one; here it is one in a list, or of several types. The audit is right that nothing bounds it.",
  ],
  ["PUB-01 found", "The audit has one rule for PUB-01 and PUB-02, and the tool has no argument that names a type: nothing to make up."],
  ["DST-01 found", "The same fact: the name becomes a part of the destination's, and the probe calls that DST-03."],
  ["DST-03 not found", "The same fact: the audit calls it DST-01, whether the name is the whole destination or a part of it."],
  ["OPS-04 found", "How a connection is set up cannot be attacked on loopback."],
  [
    "PUB-13 not found",
    "A wrong type reaches the server's own code, and the interpreter's words come back. The audit's rule asks for what the broker's client throws.",
  ],
]);

/** `undefined` where nobody has said why. */
export function explained(server: string, threat: string, isFound: boolean, ruling: Ruling | undefined): string | undefined {
  const said: Said = isFound ? "found" : "not found";
  const open =
    isFound && ruling === "inconclusive" ? "Open: the probe could not decide it, as is said above. The audit's finding stands." : undefined;
  return OF_ONE.get(`${server} ${threat}`) ?? open ?? OF_ALL.get(`${threat} ${said}`);
}
