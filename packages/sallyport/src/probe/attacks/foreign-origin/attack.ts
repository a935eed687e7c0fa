// OPS-03: a web page of somebody else's talks to a server on loopback, as DNS rebinding lets it.
import { attack, inconclusive, notApplicable, type Outcome, shown, withstood } from "../attack.ts";
import type { Bench } from "../../bench.ts";

const REQUEST = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "page", version: "1" } },
};

export const foreignOrigin = attack({
  id: "foreign-origin",
  title: "A web page elsewhere can use the server",
  threats: ["OPS-03"],
  axis: "operations",
  severity: "medium",
  fix: "Check the Host and Origin headers of every request against a list.",
  stage: "shared",
  cases: ({ isOverHttp }) => {
    if (!isOverHttp) return notApplicable("the server does not speak HTTP");
    return [
      {
        name: "a foreign Origin",
        at: "http",
        sends: "initialize with Origin: http://attacker.example",
        run: (bench) => asked(bench, { origin: "http://attacker.example" }),
      },
    ];
  },
});

async function asked(bench: Bench, foreign: Readonly<Record<string, string>>): Promise<Outcome> {
  const { url = "", headers } = bench.stage.profile.server;
  const sent = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const ask = async (more: Readonly<Record<string, string>>): Promise<number> => {
    const response = await fetch(url, { method: "POST", headers: { ...headers, ...sent, ...more }, body: JSON.stringify(REQUEST) });
    await response.body?.cancel();
    bench.note("answered", `HTTP ${response.status}${Object.keys(more).length === 0 ? "" : ` with ${JSON.stringify(more)}`}`);
    return response.status;
  };
  const own = await ask({});
  if (own >= 400) return inconclusive(`the same request without a foreign origin is refused too, with HTTP ${own}`);
  const status = await ask(foreign);
  return status < 400
    ? shown(`a request with ${JSON.stringify(foreign)} is answered with HTTP ${status}`)
    : withstood(`refused with HTTP ${status}`);
}
