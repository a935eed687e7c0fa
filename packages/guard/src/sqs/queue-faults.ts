// What of a queue's settings breaks a promise, each with the command that mends it. Settings are told as text; one that
// is not told is not looked at.
import type { ErrorCode } from "../errors.ts";

export interface QueueNeeds {
  /** A queue that keeps messages for longer hands out what is no longer remembered (REP-08). In milliseconds. */
  readonly retentionMs: number;
  /** A queue that keeps them for less loses what waits for its retry, or for a group that is down. In milliseconds. */
  readonly leastRetentionMs?: number;
  /** Receives that a message must survive. */
  readonly leastReceives: number;
  /** Of one message, in bytes. */
  readonly maxBytes?: number;
}

export interface QueueFault {
  readonly code: ErrorCode;
  readonly what: string;
  readonly breaks: string;
  readonly mend: string;
}

type Attributes = ReadonlyMap<string, string>;
type Judge = (
  attributes: Attributes,
  needs: QueueNeeds,
  set: (attributes: Readonly<Record<string, string>>) => string,
) => QueueFault | undefined;

/** A mebibyte, unless the queue says less. */
export const MOST_BYTES = 1_048_576;
export const sizeTakenBy = (attributes: Attributes): number => Number(attributes.get("MaximumMessageSize") ?? MOST_BYTES);

export const faultsOf = (url: string, attributes: Attributes, needs: QueueNeeds): readonly QueueFault[] =>
  JUDGES.flatMap((judge) => judge(attributes, needs, (settings) => setAttributes(url, settings)) ?? []);

const setAttributes = (url: string, attributes: Readonly<Record<string, string>>): string =>
  `aws sqs set-queue-attributes --queue-url ${url} --attributes '${JSON.stringify(attributes)}'`;

/** SQS counts every receive, also those that no handler was told of, and moves the message away without a reason. */
const redrive: Judge = (attributes, { leastReceives }, set) => {
  const policy = attributes.get("RedrivePolicy");
  const most = policy === undefined || policy === "" ? Infinity : maxReceiveCountOf(policy);
  if (most >= leastReceives) return undefined;
  return {
    code: "ERR_CONFIG_CAPABILITY",
    what: `gives a message up after ${most} receives, below the ${leastReceives} that are needed`,
    breaks: "a message is moved away without a reason before its attempts are used up (PSN-01)",
    mend: `${set({ RedrivePolicy: "" })} (or raise its maxReceiveCount, to 1000 at best)`,
  };
};

function maxReceiveCountOf(policy: string): number {
  try {
    return Number((JSON.parse(policy) as { readonly maxReceiveCount?: unknown }).maxReceiveCount);
  } catch {
    return Number.NaN;
  }
}

const keepsTooLong: Judge = (attributes, { retentionMs }, set) => {
  const seconds = Number(attributes.get("MessageRetentionPeriod") ?? 0);
  if (seconds * 1000 <= retentionMs) return undefined;
  return {
    code: "ERR_CONFIG_RETENTION_SHORT",
    what: `keeps messages for ${seconds} s, above the transport's retentionMs of ${retentionMs}`,
    breaks: "a copy is handed out when its id is no longer remembered, and handled again (REP-08)",
    mend: set({ MessageRetentionPeriod: String(Math.floor(retentionMs / 1000)) }),
  };
};

const keepsTooShort: Judge = (attributes, { leastRetentionMs = 0, retentionMs }, set) => {
  const seconds = Number(attributes.get("MessageRetentionPeriod") ?? Infinity);
  if (seconds * 1000 >= leastRetentionMs) return undefined;
  return {
    code: "ERR_CONFIG_RETENTION_SHORT",
    what: `keeps messages for ${seconds} s, below the ${leastRetentionMs / 1000} that are needed`,
    breaks: "what waits for its retry, or for a consumer that is down, is removed without a word (PSN-11)",
    mend: set({ MessageRetentionPeriod: String(Math.floor(retentionMs / 1000)) }),
  };
};

const tooSmall: Judge = (attributes, { maxBytes = 0 }, set) => {
  const most = sizeTakenBy(attributes);
  if (most >= maxBytes) return undefined;
  return {
    code: "ERR_CONFIG_CAPABILITY",
    what: `takes messages of ${most} bytes, and the contract lets through ${maxBytes}`,
    breaks: "a tool's call is refused after its data was found to be valid (PUB-07)",
    mend:
      maxBytes > MOST_BYTES ? "Lower the events' bounds.maxBytes: SQS takes a mebibyte." : set({ MaximumMessageSize: String(maxBytes) }),
  };
};

/** Allowed to everyone, on no condition. What is narrower is for whoever wrote it to judge. */
const openToAll: Judge = (attributes, _needs, set) => {
  const policy = attributes.get("Policy");
  if (policy === undefined || policy === "" || !statementsOf(policy).some(isOpen)) return undefined;
  return {
    code: "ERR_CONFIG_INSECURE",
    what: "has a policy that allows everyone, whatever their account (Principal *)",
    breaks: "anyone may send to it or take from it (DST-07, OPS-04)",
    mend: `${set({ Policy: "" })} (and give users the rights of \`sallyport acl\`)`,
  };
};

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement: statements = [] } = JSON.parse(policy) as { readonly Statement?: Statement | readonly Statement[] };
    return Array.isArray(statements) ? (statements as readonly Statement[]) : [statements as Statement];
  } catch {
    return [];
  }
}

function isOpen({ Effect, Principal, Condition }: Statement): boolean {
  const aws: unknown = typeof Principal === "object" && Principal !== null ? (Principal as { readonly AWS?: unknown }).AWS : Principal;
  return Effect === "Allow" && Condition === undefined && (Array.isArray(aws) ? (aws as unknown[]).includes("*") : aws === "*");
}

const JUDGES: readonly Judge[] = [redrive, keepsTooLong, keepsTooShort, tooSmall, openToAll];
