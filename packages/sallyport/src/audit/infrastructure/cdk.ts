// AWS CDK, as text: queues without a dead letter, and statements that allow everything.
import { placesIn } from "../ir/place.ts";
import type { Collected } from "./stated.ts";
import { excessOf } from "./policies.ts";
import { closing } from "./terraform.ts";

const QUEUE = /\b(?:new\s+)?(?:\w+\.)?Queue\(\s*(?:this|self|\w+)\s*,\s*["'`]([^"'`]+)["'`]/g;
const STATEMENT = /\bPolicyStatement\(/g;

export function readCdk(file: string, text: string, { queues, grants }: Collected): void {
  if (!/aws-cdk-lib|aws_cdk|@aws-cdk\//.test(text)) return;
  const places = placesIn(text);
  for (const found of text.matchAll(QUEUE)) {
    const body = argumentsFrom(text, found.index + found[0].indexOf("(") + 1);
    queues.push({
      name: found[1] ?? "",
      broker: "sqs",
      file,
      at: places(found.index),
      deadLetter: /deadLetterQueue|dead_letter_queue/.test(body),
    });
  }
  for (const found of text.matchAll(STATEMENT)) {
    const body = argumentsFrom(text, found.index + found[0].length);
    const actions = /actions\s*[:=]\s*\[([^\]]*)\]/.exec(body)?.[1] ?? "";
    const denies = /Effect\.DENY/.test(body);
    const anybody = /AnyPrincipal|StarPrincipal/.test(body);
    const what = excessOf({
      effect: denies ? "Deny" : "Allow",
      actions: [...actions.matchAll(/["'`]([^"'`]+)["'`]/g)].map(([, one]) => one),
      ...(anybody && { principal: "*" }),
      ...(/conditions/.test(body) && { condition: {} }),
    });
    if (what !== undefined) grants.push({ name: "a policy statement", file, at: places(found.index), what });
  }
}

/** What is longer is not written by hand; calls in calls in calls would be looked through again for each. */
const MOST_ARGUMENTS = 4000;

function argumentsFrom(text: string, start: number): string {
  const near = text.slice(start, start + MOST_ARGUMENTS);
  return near.slice(0, closing(near, 0));
}
