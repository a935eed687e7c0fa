// Terraform, as text: blocks are found by their braces, and what stands in them by its name. Nothing is evaluated.
import { lineOf, placesIn } from "../ir/place.ts";
import { oddBracket, withoutComments } from "./hcl.ts";
import type { Collected } from "./stated.ts";
import { excessOf } from "./policies.ts";

interface Block {
  readonly kind: string;
  readonly type: string;
  readonly name: string;
  readonly body: string;
  readonly start: number;
  readonly bodyStart: number;
}

const HEAD = /^[ \t]*(resource|data)\s+"([\w-]+)"\s+"([\w-]+)"\s*\{/gm;

export function readTerraform(file: string, text: string, collected: Collected): void {
  const places = placesIn(text);
  const odd = oddBracket(text);
  if (odd !== undefined) {
    const line = lineOf(places(odd));
    return collected.refuse(file, `line ${line}: the bracket \`${text[odd]}\` has no other that belongs to it`);
  }
  for (const block of blocksOf(withoutComments(text))) {
    const at = places(block.start);
    readBlock(file, block, at, collected);
    if (!/policy|role/.test(block.type)) continue;
    const statements = statementsIn(block.body);
    if (statements.length === MOST_STATEMENTS)
      collected.refuse(file, `line ${lineOf(at)}: more than ${MOST_STATEMENTS} statements in one policy; those behind are not read`);
    for (const { statement, offset } of statements) {
      const what = excessOf(statement);
      if (what !== undefined)
        collected.grants.push({ name: `${block.type}.${block.name}`, file, at: places(block.bodyStart + offset), what });
    }
  }
}

/** Those at the top; there are no others in Terraform, and each text is looked at once. */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const { 0: whole, 1: kind = "", 2: type = "", 3: name = "", index } of text.matchAll(HEAD)) {
    if (index < end) continue;
    const bodyStart = index + whole.length;
    end = closing(text, bodyStart);
    blocks.push({ kind, type, name, start: index + whole.search(/\S/), bodyStart, body: text.slice(bodyStart, end) });
  }
  return blocks;
}

/** Where the brace that is open here closes; texts in quotes are passed over. */
export function closing(text: string, from: number): number {
  let depth = 1;
  let quote: string | undefined;
  for (let index = from; index < text.length; index++) {
    const character = text[index] ?? "";
    if (quote !== undefined) {
      if (character === "\\") index++;
      else if (character === quote || character === "\n") quote = undefined;
    } else if (character === '"') quote = character;
    else if (character === "{" || character === "(") depth++;
    else if ((character === "}" || character === ")") && --depth === 0) return index;
  }
  return text.length;
}

const says = (body: string, name: string): string | undefined =>
  new RegExp(`(?:^|[\\s{])${name}\\s*=\\s*("[^"\\n]*"|[^\\s,}]+)`).exec(body)?.[1]?.replaceAll('"', "");

function readBlock(file: string, { kind, type, name, body }: Block, at: number, { brokers, queues, grants }: Collected): void {
  if (kind !== "resource") return;
  const stated = { name: `${type}.${name}`, file, at };
  switch (type) {
    case "aws_sqs_queue":
      queues.push({ ...stated, broker: "sqs", deadLetter: /redrive_policy\s*=/.test(body) });
      return;
    case "google_pubsub_subscription":
      queues.push({ ...stated, broker: "google-pubsub", deadLetter: /dead_letter_policy\s*\{/.test(body) });
      return;
    case "rabbitmq_queue":
      queues.push({ ...stated, broker: "rabbitmq", deadLetter: /x-dead-letter-exchange/.test(body) });
      return;
    case "rabbitmq_permissions":
      if (says(body, "configure") === ".*" && says(body, "write") === ".*")
        grants.push({ ...stated, what: "`.*` to configure and to write" });
      return;
    case "kafka_acl":
      if (says(body, "resource_name") === "*" && /^all$/i.test(says(body, "acl_operation") ?? ""))
        grants.push({ ...stated, what: "all operations on every resource" });
      return;
    case "aws_mq_broker":
      if (says(body, "publicly_accessible") === "true")
        brokers.push({ ...stated, broker: "amazon-mq", fault: "public", why: "`publicly_accessible` is true" });
      return;
    case "aws_msk_cluster":
      if (says(body, "unauthenticated") === "true")
        brokers.push({ ...stated, broker: "kafka", fault: "no authentication", why: "`unauthenticated` is true" });
      else if (/^(PLAINTEXT|TLS_PLAINTEXT)$/.test(says(body, "client_broker") ?? ""))
        brokers.push({ ...stated, broker: "kafka", fault: "plaintext", why: "`client_broker` lets clients in without TLS" });
      return;
    case "aws_elasticache_replication_group":
      if (says(body, "transit_encryption_enabled") === "false")
        brokers.push({ ...stated, broker: "redis", fault: "plaintext", why: "`transit_encryption_enabled` is false" });
  }
}

/** Each looks for the brackets around it, so that number and width are bounded. AWS takes policies of 10 KB. */
const MOST_STATEMENTS = 200;

const MOST_CHARACTERS = 10_000;
const LIST = /^(?:\[[^\]]*\]|"[^"]*")/;

function headsIn(body: string): readonly RegExpExecArray[] {
  const heads: RegExpExecArray[] = [];
  for (const head of body.matchAll(/"?(?:actions|Action)"?\s{0,100}[=:]\s{0,100}(?=[["])/g)) {
    if (heads.length === MOST_STATEMENTS) break;
    heads.push(head);
  }
  return heads;
}

/** Statements as `statement { … }`, in `jsonencode({ … })` or in JSON: actions, principals, effect. */
function statementsIn(body: string): readonly { readonly statement: unknown; readonly offset: number }[] {
  return headsIn(body).map((found) => {
    const offset = found.index;
    const near = body.slice(Math.max(0, offset - MOST_CHARACTERS), offset + MOST_CHARACTERS);
    const inside = Math.min(offset, MOST_CHARACTERS);
    const around = near.slice(openingOf(near, inside), closing(near, inside));
    const effect = /"?[Ee]ffect"?\s*[=:]\s*"(\w+)"/.exec(around)?.[1];
    const anybody = /"?Principal"?\s*[=:]\s*"\*"|identifiers\s*=\s*\["\*"\]|"?AWS"?\s*[=:]\s*"\*"/.test(around);
    const conditional = /\bcondition\b/i.test(around);
    const list = LIST.exec(body.slice(found.index + found[0].length, found.index + found[0].length + MOST_CHARACTERS))?.[0] ?? "";
    const actions = [...list.matchAll(/"([^"]*)"/g)].map(([, one]) => one);
    return {
      offset,
      statement: { effect: effect ?? "Allow", actions, ...(anybody && { principal: "*" }), ...(conditional && { condition: {} }) },
    };
  });
}

function openingOf(body: string, before: number): number {
  let depth = 0;
  for (let index = before; index > 0; index--) {
    const character = body[index];
    if (character === "}") depth++;
    else if (character === "{" && depth-- === 0) return index;
  }
  return 0;
}
