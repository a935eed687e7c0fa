// The house rules about modules: which room may know which, and who may touch the clock, the disk and cryptography.
// Each carries the sentence that says what breaks without it. A room that does not exist yet breaks nothing.
import type { Import, Module } from "./imports.ts";

export interface Rule {
  readonly name: string;
  readonly because: string;
  readonly breaches: (modules: readonly Module[]) => readonly string[];
}

export const GUARD = "packages/guard/src/";

interface Arrow {
  readonly knows: readonly string[];
  /** Rooms of which it may know the types. */
  readonly types?: readonly string[];
  readonly because: string;
}

const FRONT = "a name that index exports would reach every user, and with it whatever that room imports: brokers and disks come by subpath";
const CARRIER =
  "adapters carry and stores keep; policy in one of them holds for one broker or database only, and the next one silently lacks it";

export const ARROWS: ReadonlyMap<string, Arrow> = new Map<string, Arrow>([
  ["errors", { knows: [], because: "everything throws errors, so whatever errors knew everything would depend on" }],
  ["contract", { knows: ["errors"], because: "a contract must be checkable, at build time too, without keys, brokers or stores" }],
  ["envelope", { knows: ["errors"], because: "the wire format must be verifiable alone, or another implementation cannot be held to it" }],
  [
    "ports",
    {
      knows: ["errors"],
      types: ["envelope"],
      because: "a port that knew an implementation would force that implementation on every other",
    },
  ],
  [
    "publish",
    {
      knows: ["contract", "envelope", "ports", "errors"],
      because: "a door bound to a broker, a store or the other door could not be run or tested without it",
    },
  ],
  [
    "consume",
    {
      knows: ["contract", "envelope", "ports", "errors"],
      because: "a door bound to a broker, a store or the other door could not be run or tested without it",
    },
  ],
  [
    "read",
    {
      knows: ["contract", "envelope", "ports", "errors"],
      because: "what agents read is verified as what consumers take is, on every broker, and never taken from anyone",
    },
  ],
  [
    "isolation",
    {
      knows: ["consume", "envelope", "ports", "errors"],
      types: ["contract"],
      because: "it says where a handler runs; with a broker or a store at hand a thread could settle messages itself",
    },
  ],
  ["sqlite", { knows: ["errors"], because: "it opens files; what is in them is for the adapter and the stores to say" }],
  ["adapters", { knows: ["ports", "errors", "sqlite"], because: CARRIER }],
  ["stores", { knows: ["ports", "errors", "sqlite"], because: CARRIER }],
  [
    "mcp",
    {
      knows: ["contract", "publish", "read", "ports", "errors"],
      types: ["envelope"],
      because: "tools go through the publish door; with the envelope or a broker at hand they could go around it",
    },
  ],
  [
    "telemetry",
    {
      knows: ["ports"],
      because: "it watches; with a door, a contract or an envelope at hand it could tell payloads or change what it reports on",
    },
  ],
  ["keys-file", { knows: ["envelope", "errors"], because: "it reads keys from the disk and decides nothing about them" }],
  [
    "testing",
    {
      knows: [
        "contract",
        "envelope",
        "ports",
        "publish",
        "consume",
        "read",
        "isolation",
        "sqlite",
        "adapters",
        "stores",
        "mcp",
        "telemetry",
        "keys-file",
        "errors",
      ],
      because: "it is never part of production",
    },
  ],
  ["index", { knows: ["contract", "envelope", "ports", "publish", "consume", "read", "errors"], because: FRONT }],
]);

/** Arrows and imports against the rules, each with its reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    `${GUARD}stores/sqlite-trail.ts → ${GUARD}envelope/signing-input.ts`,
    "the trail's hash chain needs the digest and the unambiguous tuple, and only envelope/ may touch cryptography",
  ],
  [
    `${GUARD}isolation/thread-entry.ts → ?`,
    "a thread imports the user's module of handlers, named by the developer and never by a message",
  ],
]);

const isGuard = ({ path }: Module): boolean => path.startsWith(GUARD);
export const roomOf = (path: string): string => path.slice(GUARD.length).split("/")[0]!.replace(/\.ts$/, "");
const isOwn = (to: string): boolean => to.startsWith("packages/");
const isPackage = (to: string): boolean => !isOwn(to) && !to.startsWith("node:");

const arrowRules: readonly Rule[] = [...ARROWS].map(([room, { knows, types = [], because }]) => ({
  name: `${room} knows ${knows.length === 0 ? "no other room" : knows.join(", ")}${types.length === 0 ? "" : ` (and types of ${types.join(", ")})`}`,
  because,
  breaches: importsThat(
    (module) => isGuard(module) && roomOf(module.path) === room,
    ({ path }, { to, typeOnly }) => {
      if (!to.startsWith(GUARD) || EXCEPTIONS.has(`${path} → ${to}`)) return false;
      const other = roomOf(to);
      return other !== room && !knows.includes(other) && !(typeOnly && types.includes(other));
    },
  ),
}));

export const RULES: readonly Rule[] = [
  ...arrowRules,
  {
    name: "every room of the guard has its arrows",
    because: "a room without a row in the table may know everything, and nobody decided that",
    breaches: (modules) =>
      modules.filter((module) => isGuard(module) && !ARROWS.has(roomOf(module.path))).map(({ path }) => `${path}: no row for its room`),
  },
  {
    name: "every exception to the arrows is in use",
    because: "an exception that outlives its reason is a door left open",
    breaches: (modules) => {
      const present = new Set(modules.flatMap(({ path, imports }) => imports.map(({ to }) => `${path} → ${to}`)));
      const paths = new Set(modules.map(({ path }) => path));
      return [...EXCEPTIONS.keys()].filter((arrow) => paths.has(arrow.split(" → ")[0]!) && !present.has(arrow));
    },
  },
  {
    name: "no adapter knows another adapter",
    because: "a user of one broker would load another's code, and a change for one broker would break the other",
    breaches: (modules) => {
      const brokers = new Set(modules.filter(isAdapter).flatMap(({ path, exports }) => (exports.some(isTransport) ? path : [])));
      return importsThat(isAdapter, (_module, { to }) => brokers.has(to))(modules);
    },
  },
  {
    name: "the guard imports no package",
    because: "it runs inside other people's production processes; a dependency there is an attack surface and a version conflict",
    breaches: importsThat(isGuard, ({ path }, { to }) => isPackage(to) && !EXCEPTIONS.has(`${path} → ${to}`)),
  },
  {
    name: "the guard imports no other package of this house",
    because: "the server and the command depend on the guard; the other way round would be a cycle of packages",
    breaches: importsThat(isGuard, (_module, { to }) => isOwn(to) && !to.startsWith(GUARD)),
  },
  {
    name: "only envelope/ touches node:crypto",
    because: "cryptography in one room can be reviewed; a second place would choose its own algorithm or comparison",
    breaches: importsThat(
      (module) => isGuard(module) && roomOf(module.path) !== "envelope",
      (_module, { to, typeOnly }) => !typeOnly && /^(?:node:)?crypto$/.test(to),
    ),
  },
  {
    name: "only sqlite/ and keys-file.ts touch the disk",
    because: "the guard must run where there is no disk to write, and a path must never come from a message",
    breaches: importsThat(
      (module) => isGuard(module) && roomOf(module.path) !== "sqlite" && !module.path.endsWith("/keys-file.ts"),
      (_module, { to, typeOnly }) => !typeOnly && /^(?:node:)?(?:fs|fs\/promises|sqlite)$/.test(to),
    ),
  },
  {
    name: "only clocks read the time",
    because: "a step with its own idea of now cannot be tested without sleeping, and two of them disagree about what is stale",
    breaches: (modules) =>
      modules
        .filter((module) => isGuard(module) && !READS_TIME.has(module.path.slice(GUARD.length)))
        .flatMap(({ path, clockLines }) => clockLines.map((line) => `${path}:${line} reads the wall clock`)),
  },
  {
    name: "the front door reaches neither disk nor broker",
    because: "importing @sallyport/guard must cost and risk nothing beyond its own code",
    breaches: (modules) => {
      const reached = reachableFrom(`${GUARD}index.ts`, modules);
      return importsThat(
        ({ path }) => reached.has(path),
        (_module, { to, typeOnly }) => !typeOnly && /^(?:node:)?(?:fs|fs\/promises|sqlite|net|tls|http2?|https|child_process)$/.test(to),
      )(modules);
    },
  },
  {
    name: "no import goes round in a circle",
    because: "modules in a circle load in an order that depends on who asks first, and cannot be understood one at a time",
    breaches: cycles,
  },
];

// The transport laws compare the broker's clock with the wall's: they run against real brokers.
const READS_TIME = new Set(["ports/clock.ts", "sqlite/clock.ts", "testing/transport-laws.ts"]);

const isAdapter = (module: Module): boolean => isGuard(module) && roomOf(module.path) === "adapters";
const isTransport = (name: string): boolean => name.endsWith("Transport");

function importsThat(from: (module: Module) => boolean, breaks: (module: Module, made: Import) => boolean): Rule["breaches"] {
  return (modules) =>
    modules
      .filter(from)
      .flatMap((module) => module.imports.filter((made) => breaks(module, made)).map(({ to }) => `${module.path} imports ${to}`));
}

function reachableFrom(start: string, modules: readonly Module[]): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const reached = new Set<string>();
  const queue = [start];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const module = byPath.get(path);
    if (module === undefined || reached.has(path)) continue;
    reached.add(path);
    queue.push(...module.imports.filter(({ typeOnly }) => !typeOnly).map(({ to }) => to));
  }
  return reached;
}

/** Each circle once, named from its first module in order of path. Types count: they are read together too. */
function cycles(modules: readonly Module[]): readonly string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const found = new Set<string>();
  const finished = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.add(fromFirst(trail.slice(at)));
    if (at >= 0 || finished.has(path)) return;
    for (const { to } of byPath.get(path)?.imports ?? []) walk(to, [...trail, path]);
    finished.add(path);
  };
  for (const path of [...byPath.keys()].sort()) walk(path, []);
  return [...found];
}

function fromFirst(circle: readonly string[]): string {
  const first = circle.indexOf([...circle].sort()[0]!);
  const turned = [...circle.slice(first), ...circle.slice(0, first)];
  return [...turned, turned[0]].join(" → ");
}
