// IAM statements that let an account do everything to every queue.
import { isTable, listOf, tableOf, textsOf } from "./document.ts";

const SERVICES = /^(sqs|sns|kinesis|events|kafka|kafka-cluster|mq):\*$/i;

/** What an `Allow` statement grants beyond any contract; `undefined` when it is narrow. */
export function excessOf(statement: unknown): string | undefined {
  const { Effect, effect, Action, action, actions, Principal, principal, Condition, condition } = tableOf(statement);
  if ([...textsOf(Effect), ...textsOf(effect)].some((one) => one.toLowerCase() === "deny")) return undefined;
  const all = [...textsOf(Action), ...textsOf(action), ...textsOf(actions)];
  const wide = all.find((one) => SERVICES.test(one)) ?? (all.includes("*") ? "*" : undefined);
  if (wide !== undefined) return `\`${wide}\``;
  const who = Principal ?? principal;
  const anybody = who === "*" || (isTable(who) && listOf(who["AWS"]).includes("*"));
  const broker = all.find((one) => /^(sqs|sns|kinesis|events):/i.test(one));
  return anybody && broker !== undefined && Condition === undefined && condition === undefined
    ? `\`${broker}\` to anybody (\`*\`)`
    : undefined;
}
