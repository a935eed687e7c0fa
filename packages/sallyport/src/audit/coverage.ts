// What an audit saw, so that nobody takes "nothing found" for "everything read".
import type { Surface } from "../finding/finding.ts";
import type { Coverage } from "../finding/report-data.ts";
import { SURFACES } from "../finding/scale.ts";
import type { Entry, Event } from "./engine/events.ts";
import type { Analysis } from "./engine/interpreter.ts";
import { lineOf } from "./ir/place.ts";
import type { Act } from "./models/model.ts";

export interface Followed {
  readonly language: string;
  readonly files: readonly string[];
  readonly lines: number;
  readonly analysis: Analysis;
}

/** What a program does with a broker; reading a file or asking a database is not among it. */
const WITH_BROKER = new Set<Act["kind"]>(["publish", "read", "subscribe", "ack", "nack", "dead-letter", "admin", "declare", "connect"]);

export function coverageOf(followed: readonly Followed[], surfaceOf: (file: string) => Surface): Coverage {
  const entries = followed.flatMap(({ analysis }) => analysis.entries);
  const events = followed.flatMap(({ analysis }) => analysis.events);
  const surfaces = Object.fromEntries(SURFACES.map((surface) => [surface, 0])) as Record<Surface, number>;
  for (const { files } of followed) for (const file of files) surfaces[surfaceOf(file)]++;
  return {
    files: sum(followed.map(({ files }) => files.length)),
    lines: sum(followed.map(({ lines }) => lines)),
    languages: followed.map(({ language, files, lines }) => ({ language, files: files.length, lines })),
    surfaces,
    tools: placesOf(entries.filter(({ kind }) => kind === "tool")),
    consumers: placesOf(entries.filter(({ kind }) => kind === "consumer")),
    brokerCalls: brokerCalls(events),
    unresolved: new Set(events.filter(({ kind }) => kind === "call").map(placeKey)).size,
    bounded: [
      ...new Set(
        followed.flatMap(({ analysis }) =>
          analysis.bounded.map(({ name, file, at }) => `${name} (${file}${at === 0 ? "" : `:${lineOf(at)}`})`),
        ),
      ),
    ],
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const placeKey = ({ file, at }: Event): string => `${at} ${file}`;

function placesOf(entries: readonly Entry[]): Coverage["tools"] {
  const places = new Map(entries.map(({ name, file, at }) => [`${name} ${file} ${at}`, { name, file, line: lineOf(at) }]));
  const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  return [...places.values()].toSorted((a, b) => compared(a.file, b.file) || a.line - b.line || compared(a.name, b.name));
}

function brokerCalls(events: readonly Event[]): Coverage["brokerCalls"] {
  const places = new Map<string, Set<string>>();
  for (const event of events) {
    if (event.kind !== "act" || !WITH_BROKER.has(event.act.kind) || event.broker === "") continue;
    const known = places.get(event.broker) ?? new Set();
    places.set(event.broker, known.add(placeKey(event)));
  }
  return Object.fromEntries(
    [...places].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([broker, calls]) => [broker, calls.size]),
  );
}
