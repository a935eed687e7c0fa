// No broker: what the target does is seen in its answers and effects alone.
import type { Tap } from "../taps/tap.ts";
import type { StartBroker } from "./broker.ts";

const nothing = (): Promise<readonly never[]> => Promise.resolve([]);

const tap: Tap = {
  broker: "none",
  forms: [],
  seen: nothing,
  owed: nothing,
  destinations: nothing,
  holds: () => Promise.resolve(0),
  put: () => Promise.reject(new Error("the profile names no broker")),
  silence: () => Promise.resolve(() => Promise.resolve()),
  commandFor: () => "",
  close: () => Promise.resolve(),
};

export const startNone: StartBroker = () => Promise.resolve({ names: {}, tap, close: () => Promise.resolve() });
