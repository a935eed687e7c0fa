// OPS-05: a password for a broker stands in the source.
import type { EventOf } from "../../engine/events.ts";
import { walk } from "../../engine/reach.ts";
import { textsOf, type Value } from "../../engine/value.ts";
import { brokerUrl, isKnownPassword, isLoopback, isReference } from "../../infrastructure/credentials.ts";
import { acts, slot } from "../../judge/inquiry.ts";
import { eachPlace, plainName } from "../../judge/publishing.ts";
import { type Draft, rule } from "../rule.ts";

export const secretInSource = rule({
  id: "secret-in-source",
  title: "A broker's password stands in the source",
  threats: ["OPS-05"],
  axis: "operations",
  severity: "high",
  fix: "Take it out, change it at the broker, and let the source name where it is: an environment variable, a mounted file, a secret store.",
  *judge(analysis): Iterable<Draft> {
    const drafts = acts(analysis, "connect", "secret").flatMap((event): readonly Draft[] => {
      if (!hasSecret(event)) return [];
      const message = `\`${event.call}\` (${event.broker}) connects with a password that is written in the source.`;
      return [{ file: event.file, at: event.at, message, confidence: isFallback(event) ? "medium" : "high" }];
    });
    yield* eachPlace(drafts);
  },
});

const hasSecret = (event: EventOf<"act">): boolean => {
  if (event.act.kind === "secret") return textsOf(slot(event, "value")).some(isSecret);
  const urls: string[] = [];
  walk(slot(event, "url"), (part) => urls.push(...textsOf(part)));
  if (urls.some(holdsSecret)) return true;
  return [slot(event, "auth"), slot(event, "url")].some((value) => passwordsIn(value).some(isSecret));
};

function holdsSecret(text: string): boolean {
  const url = brokerUrl(text);
  // On this machine's own broker it is what everybody has there.
  return url !== undefined && isSecret(url.password) && !isLoopback(url.host);
}

const isSecret = (text: string): boolean => text.length >= 4 && !isReference(text) && !isKnownPassword(text) && !/\s/.test(text);

const NAMED = new Set("password passwd pass secret secretaccesskey sharedaccesskey token saslpassword passcode".split(" "));

/** Texts under a name that says what they are, among the credentials. */
function passwordsIn(value: Value): readonly string[] {
  const found: string[] = [];
  walk(value, (part) => {
    for (const atom of part.atoms)
      if (atom.kind === "object")
        for (const [name, field] of atom.object.fields) if (NAMED.has(plainName(name))) found.push(...textsOf(field));
  });
  return found;
}

/** What is taken when nobody sets another. */
const isFallback = (event: EventOf<"act">): boolean =>
  [...event.at_.values()].some((value) => value.atoms.some((atom) => atom.kind === "unknown"));
