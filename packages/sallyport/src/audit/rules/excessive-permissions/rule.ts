// DST-07: the account that the server publishes with may do more than any contract says.
import { type Draft, rule } from "../rule.ts";

export const excessivePermissions = rule({
  id: "excessive-permissions",
  title: "A broker account may do everything",
  threats: ["DST-07"],
  axis: "confusion",
  severity: "medium",
  fix: "Grant the account what the contract says and nothing else: to send to these destinations, to receive from those.",
  *judge(): Iterable<Draft> {
    // It is in no source.
  },
  *inspect({ grants }): Iterable<Draft> {
    for (const { name, file, at, what } of grants)
      yield {
        file,
        at,
        message: `\`${name}\` grants ${what}: whoever gets hold of the server's account, or steers it, is not held by the contract.`,
        confidence: what.includes("to configure") ? "medium" : "high",
      };
  },
});
