// OPS-04: a broker that asks nobody who they are, that takes the password everybody knows, or that is spoken to in the clear.
import type { EventOf } from "../../engine/events.ts";
import { walk } from "../../engine/reach.ts";
import { textsOf, type Value } from "../../engine/value.ts";
import { brokerUrl, isKnownPassword, isLoopback } from "../../infrastructure/credentials.ts";
import { type ActEvent, acts, slot } from "../../judge/inquiry.ts";
import { eachPlace } from "../../judge/publishing.ts";
import { type Draft, rule } from "../rule.ts";

export const openBroker = rule({
  id: "open-broker",
  title: "A broker stands open",
  threats: ["OPS-04"],
  axis: "operations",
  severity: "medium",
  fix: "Give the broker accounts with passwords of their own, speak TLS beyond this machine, and check its certificate.",
  *judge(analysis): Iterable<Draft> {
    const drafts = acts(analysis, "connect").flatMap((event) => {
      const why = faultOf(event);
      return why === undefined ? [] : [{ file: event.file, at: event.at, message: `\`${event.call}\` (${event.broker}) ${why}.` }];
    });
    yield* eachPlace(drafts);
  },
  *inspect({ brokers }): Iterable<Draft> {
    for (const { name, broker, fault, why, file, at } of brokers)
      yield {
        file,
        at,
        message: `The broker \`${name}\` (${broker}) ${SAID[fault]}: ${why}.`,
        severity: fault === "plaintext" ? "low" : "medium",
        confidence: "medium",
      };
  },
});

const SAID = {
  "no authentication": "lets everybody in",
  "default credentials": "has the password that everybody knows",
  plaintext: "is spoken to in the clear",
  public: "can be reached from everywhere",
};

function faultOf(event: ActEvent<"connect">): string | undefined {
  if (refusesToCheck(event)) return "does not check who answers: the certificate is accepted unseen";
  for (const text of urlsOf(event)) {
    const url = brokerUrl(text);
    if (url === undefined || isLoopback(url.host) || url.host.includes("$")) continue;
    if (url.password !== "" && isKnownPassword(url.password)) return `goes to \`${url.host}\` with the password that everybody knows`;
    // A name without a dot is another container on this machine's own network.
    if (PLAIN.has(url.scheme) && url.host.includes(".")) return `speaks to \`${url.host}\` in the clear (\`${url.scheme}:\`)`;
  }
  return undefined;
}

const PLAIN = new Set(["amqp", "redis", "mqtt", "tcp", "stomp"]);

const urlsOf = (event: EventOf<"act">): readonly string[] => {
  const texts: string[] = [];
  walk(slot(event, "url"), (part) => texts.push(...textsOf(part)));
  return texts;
};

/** `rejectUnauthorized: false`, in what is said of TLS. */
function refusesToCheck(event: EventOf<"act">): boolean {
  let refused = false;
  for (const name of ["tls", "url", "auth"])
    walk(slot(event, name), (part) => {
      for (const atom of part.atoms)
        if (atom.kind === "object")
          refused ||= is(atom.object.fields.get("rejectUnauthorized"), false) || is(atom.object.fields.get("InsecureSkipVerify"), true);
    });
  return refused;
}

const is = (value: Value | undefined, wanted: boolean): boolean =>
  value !== undefined && value.atoms.length === 1 && value.atoms.some((atom) => atom.kind === "constant" && atom.value === wanted);
