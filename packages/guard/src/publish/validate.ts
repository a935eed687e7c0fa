// An agent's data against the contract: bounds first, so that no validator meets hostile size, then the schema (PUB-02,
// PUB-07). What comes out is what will be sent, and what every receiver will take.
import { exceedsBounds, tooLarge } from "../contract/bounds.ts";
import type { ContractEvent } from "../contract/contract.ts";
import { describeIssues } from "../contract/standard-schema.ts";
import { SallyportError } from "../errors.ts";
import { canonicalJson, isSameJson } from "./canonical.ts";

export interface ValidData {
  readonly value: unknown;
  /** Equal data gives equal bytes, so that a repeated call is the same message. */
  readonly json: string;
}

export async function validate(event: ContractEvent, data: unknown): Promise<ValidData> {
  const exceeded = exceedsBounds(data, event.bounds);
  if (exceeded !== undefined) throw outOfBounds(exceeded);
  const result = await judged(event, data);
  if ("issues" in result) throw unfit(result.issues);
  const json = jsonOf(result.value);
  if (json === undefined) throw unreadable(event);
  if (Buffer.byteLength(json) > event.bounds.maxBytes) throw outOfBounds(tooLarge(event.bounds));
  if (!isSameJson(result.value, data) && json !== canonicalJson(data)) await checkReadable(event, json);
  return { value: result.value, json };
}

/** The schema changed the data. Every receiver gives what it gets to the same schema: it must be left as it is there. */
async function checkReadable(event: ContractEvent, json: string): Promise<void> {
  const sent: unknown = JSON.parse(json);
  const exceeded = exceedsBounds(sent, event.bounds);
  if (exceeded !== undefined) throw outOfBounds(exceeded);
  const again = await judged(event, sent);
  if ("issues" in again || jsonOf(again.value) !== json) throw unreadable(event);
}

/** What an agent is told of issues; what a validator throws may hold anything, and is for the operator (PUB-13). */
async function judged(event: ContractEvent, data: unknown): Promise<{ readonly value: unknown } | { readonly issues: string }> {
  try {
    const result = await event.schema["~standard"].validate(data);
    return result.issues === undefined ? { value: result.value } : { issues: describeIssues(result.issues) };
  } catch (cause) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the schema's validator threw an error", {
      place: `events["${event.type}"].schema`,
      remedy: "See the cause. A validator answers with issues and never throws.",
      cause,
    });
  }
}

/** `undefined` for what JSON does not have. */
function jsonOf(value: unknown): string | undefined {
  try {
    return canonicalJson(value) as string | undefined;
  } catch {
    return undefined;
  }
}

function unfit(issues: string): SallyportError {
  return new SallyportError("ERR_REQUEST_INVALID", `the data does not fit the schema: ${issues}`, {
    publicMessage: `The arguments do not fit the tool's input schema: ${issues}. Nothing was published.`,
  });
}

const unreadable = ({ type }: ContractEvent): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", "the schema makes of the data what it would not take, or would change again, at a receiver", {
    place: `events["${type}"].schema`,
    remedy: "Leave conversions to handlers: applied twice, a schema must give what it gives once.",
  });

const outOfBounds = (what: string): SallyportError =>
  new SallyportError("ERR_REQUEST_LIMIT", `the data is ${what}`, {
    publicMessage: `The arguments are out of bounds: ${what}. Nothing was published.`,
  });
