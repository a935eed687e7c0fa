// What may be attacked: this machine, and what the user has said, in so many words, is theirs.
import { SallyportError } from "@sallyport/guard";
import type { Profile } from "./profile.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @throws {SallyportError} `ERR_CONFIG_INVALID` for a host that is neither. */
export function refuseOthers({ server, broker }: Profile, yours: readonly string[]): void {
  for (const [place, url] of [
    ["server.url", server.url],
    ["broker.url", broker.url],
  ] as const) {
    if (url === undefined) continue;
    const host = hostOf(url, place);
    if (LOOPBACK.test(host) || yours.includes(host)) continue;
    throw new SallyportError("ERR_CONFIG_INVALID", `${host} is not this machine, and the probe attacks what it is pointed at`, {
      place,
      remedy: `Point it at a server and a broker on this machine; or say --mine-to-attack ${host} when it is yours.`,
    });
  }
}

function hostOf(url: string, place: string): string {
  // A port that is still to be chosen is none yet.
  const filled = url.replaceAll(/\{port\}/g, "1");
  if (URL.canParse(filled)) return new URL(filled).hostname;
  throw new SallyportError("ERR_CONFIG_INVALID", "the URL cannot be read", {
    place,
    remedy: "Give one such as http://127.0.0.1:8321/mcp.",
  });
}
