// A report is shown to others. What the probe was given to get in is not in it: not in its commands, and not where a
// server repeats it either.
import type { Profile } from "./profile.ts";

const HIDDEN = "…";
/** What is shorter may stand anywhere in a text without being what it looks like. */
const TELLING = 6;
/** In a URL, wherever one stands in a text. */
const LOGIN = /:\/\/([^\s/@:]*)(?::([^\s/@]*))?@/g;
/** Everyone knows it: RabbitMQ's own. */
const WELL_KNOWN = "guest";

type Replacement = readonly [secret: string, shown: string];

export function withoutSecrets<T>(value: T, profile: Profile): T {
  const replacements = replacementsFor(profile);
  const shown = (one: unknown): unknown => {
    if (typeof one === "string") return replacements.reduce((text, [secret, instead]) => text.replaceAll(secret, instead), one);
    if (Array.isArray(one)) return one.map(shown);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, member]) => [name, shown(member)]));
  };
  return replacements.length === 0 ? value : (shown(value) as T);
}

function replacementsFor({ server, worker, broker }: Profile): readonly Replacement[] {
  const given = [broker.url, server.url, ...(server.command ?? []), ...Object.values({ ...server.env, ...worker?.env })];
  const ofUrls = given.flatMap((text) =>
    [...(text ?? "").matchAll(LOGIN)].flatMap(([, user = "", password = ""]) => ofLogin(user, password)),
  );
  const tokens = Object.values(server.headers).map((value) => value.replace(/^\w+ /, ""));
  return [...ofUrls, ...tokens.filter((token) => token.length >= TELLING).map((token) => [token, HIDDEN] as const)];
}

/** A user without a password is a token, as NATS has them. */
function ofLogin(user: string, password: string): readonly Replacement[] {
  const secret = password === "" ? user : password;
  if (secret === "" || secret === WELL_KNOWN) return [];
  const before = password === "" ? "//" : ":";
  const forms = [...new Set([secret, unescaped(secret)])];
  return forms.flatMap((form) => [
    [`${before}${form}@`, `${before}${HIDDEN}@`] as const,
    ...(form.length >= TELLING ? [[form, HIDDEN] as const] : []),
  ]);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
