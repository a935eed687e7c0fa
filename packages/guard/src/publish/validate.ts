// An agent's data against the contract: bounds first, so that no validator meets hostile size, then the schema (PUB-02, PUB-07).
import { exceedsBounds } from "../contract/bounds.ts";
import type { ContractEvent } from "../contract/contract.ts";
import { describeIssues } from "../contract/standard-schema.ts";
import { SallyportError } from "../errors.ts";

export async function validate(event: ContractEvent, data: unknown): Promise<unknown> {
  const exceeded = exceedsBounds(data, event.bounds);
  if (exceeded !== undefined) throw outOfBounds(exceeded);
  const result = await event.schema["~standard"].validate(data);
  if (result.issues === undefined) return result.value;
  const issues = describeIssues(result.issues);
  throw new SallyportError("ERR_REQUEST_INVALID", `the data does not fit the schema: ${issues}`, {
    publicMessage: `The arguments do not fit the tool's input schema: ${issues}. Nothing was published.`,
  });
}

export const outOfBounds = (what: string): SallyportError =>
  new SallyportError("ERR_REQUEST_LIMIT", `the data is ${what}`, {
    publicMessage: `The arguments are out of bounds: ${what}. Nothing was published.`,
  });
