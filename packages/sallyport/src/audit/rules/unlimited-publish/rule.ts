// PUB-08: nothing limits how often the model publishes.
import type { Analysis } from "../../engine/interpreter.ts";
import { published } from "../../judge/publishing.ts";
import { type Draft, rule } from "../rule.ts";

export const unlimitedPublish = rule({
  id: "unlimited-publish",
  title: "Nothing limits how often a tool publishes",
  threats: ["PUB-08"],
  axis: "injection",
  severity: "low",
  fix: "Count what each caller publishes, and refuse above a rate: an agent in a loop publishes without end. The guard does this for each event (`rate`).",
  *judge(analysis): Iterable<Draft> {
    const events = published(analysis);
    const [event] = events;
    if (event === undefined || isLimited(analysis)) return;
    const tools = [...new Set(events.map(({ entry }) => entry.name))];
    yield {
      file: event.file,
      at: event.at,
      message: `Nothing limits how often ${tools.length === 1 ? `the tool \`${tools[0] ?? ""}\` publishes` : `${tools.length} tools publish`}: an agent in a loop floods the broker.`,
      notes: [
        `Looked for a rate limit, a quota, a token bucket or a throttle among everything that is called on the way from ${tools
          .slice(0, 5)
          .map((name) => `\`${name}\``)
          .join(", ")}${tools.length > 5 ? " and others" : ""} to the broker, and where the program starts.`,
      ],
      confidence: "medium",
    };
  },
});

const LIMITER =
  /limit(er|ing|ed)?\b|limit(er|s)?[._(]|rate_?limit|ratelimit|throttl|quota|token_?bucket|bottleneck|leaky_?bucket|sliding_?window|slowapi|debounce|budget/i;
/** Bounds of something else: how much is read. */
const OTHER = /^(?:.*\.)?(limit|setlimit|rlimit|getrlimit)$/i;

const isLimited = ({ called }: Analysis): boolean =>
  [...called.values()].some((names) => [...names].some((name) => LIMITER.test(name) && !OTHER.test(name)));
