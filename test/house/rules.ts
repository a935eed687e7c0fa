// The house rules about modules: which room may know which (arrows.ts), and who may touch the clock, the disk and cryptography.
// Each carries the sentence that says what breaks without it. A room that does not exist yet breaks nothing.
import { type Arrow, ARROWS, GUARD, SALLYPORT, SALLYPORT_ARROWS } from "./arrows.ts";
import type { Import, Module } from "./imports.ts";

export interface Rule {
  readonly name: string;
  readonly because: string;
  readonly breaches: (modules: readonly Module[]) => readonly string[];
}

/** Each parser is a package, and one file knows it. */
const PARSERS: ReadonlyMap<string, string> = new Map([
  ["oxc-parser", `${SALLYPORT}audit/frontends/javascript/parse.ts`],
  ["web-tree-sitter", `${SALLYPORT}audit/frontends/tree-sitter.ts`],
]);

/** Arrows and imports against the rules, each with its reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    `${GUARD}stores/trail-chain.ts → ${GUARD}envelope/signing-input.ts`,
    "the trail's hash chain needs the digest, and only envelope/ may touch cryptography",
  ],
  [
    `${GUARD}stores/sqlite-slot.ts → ${GUARD}envelope/signing-input.ts`,
    "where a key is looked for must not be for a caller to choose, and only envelope/ may touch cryptography",
  ],
  [
    `${GUARD}sqs/names.ts → ${GUARD}envelope/signing-input.ts`,
    "what SQS takes for the same message must not be for a caller to choose, and only envelope/ may touch cryptography",
  ],
  [
    `${GUARD}isolation/thread-entry.ts → ?`,
    "a thread imports the user's module of handlers, named by the developer and never by a message",
  ],
  [`${SALLYPORT}demo/keep.ts → ${SALLYPORT}cli/starter.ts`, "what the demonstration leaves behind is what `init` writes"],
  [`${SALLYPORT}demo/keep.ts → ${SALLYPORT}cli/clients.ts`, "and it is told to MCP clients as `init` tells it"],
]);

const isGuard = ({ path }: Module): boolean => path.startsWith(GUARD);
export const roomOf = (path: string): string => path.slice(GUARD.length).split("/")[0]!.replace(/\.ts$/, "");
const isOwn = (to: string): boolean => to.startsWith("packages/");
const isPackage = (to: string): boolean => !isOwn(to) && !to.startsWith("node:");

const isSallyport = ({ path }: Module): boolean => path.startsWith(SALLYPORT) && !isSample(path);
/** Samples of rules are code to be audited, not code that runs. */
const isSample = (path: string): boolean => /\/audit\/rules\/[^/]+\/(?:vulnerable|safe)[\w-]*\.ts$/.test(path);
export const sallyportRoomOf = (path: string): string => {
  const [first = "", second = "", ...inner] = path.slice(SALLYPORT.length).split("/");
  const isRoom = inner.length > 0 || second === "failure.ts";
  return (first === "audit" || first === "probe") && isRoom ? `${first}/${second.replace(/\.ts$/, "")}` : first;
};
const isAudit = (module: Module): boolean => isSallyport(module) && module.path.startsWith(`${SALLYPORT}audit/`);
const attackFolderOf = (path: string): string | undefined => /\/probe\/attacks\/([^/]+)\/[^/]+$/.exec(path)?.[1];
const ruleFolderOf = (path: string): string | undefined => /\/audit\/rules\/([^/]+)\/[^/]+$/.exec(path)?.[1];

const arrowsOf = (
  arrows: ReadonlyMap<string, Arrow>,
  isOf: (module: Module) => boolean,
  home: string,
  roomIn: (path: string) => string,
): readonly Rule[] =>
  [...arrows].map(([room, { knows, types = [], because }]) => ({
    name: `${room} knows ${knows.length === 0 ? "no other room" : knows.join(", ")}${types.length === 0 ? "" : ` (and types of ${types.join(", ")})`}`,
    because,
    breaches: importsThat(
      (module) => isOf(module) && roomIn(module.path) === room,
      ({ path }, { to, typeOnly }) => {
        if (!to.startsWith(home) || EXCEPTIONS.has(`${path} → ${to}`)) return false;
        const other = roomIn(to);
        return other !== room && !knows.includes(other) && !(typeOnly && types.includes(other));
      },
    ),
  }));

export const RULES: readonly Rule[] = [
  ...arrowsOf(ARROWS, isGuard, GUARD, roomOf),
  ...arrowsOf(SALLYPORT_ARROWS, isSallyport, SALLYPORT, sallyportRoomOf),
  {
    name: "every room of the guard has its arrows",
    because: "a room without a row in the table may know everything, and nobody decided that",
    breaches: (modules) =>
      modules.filter((module) => isGuard(module) && !ARROWS.has(roomOf(module.path))).map(({ path }) => `${path}: no row for its room`),
  },
  {
    name: "every room of the command has its arrows",
    because: "a room without a row in the table may know everything, and nobody decided that",
    breaches: (modules) =>
      modules
        .filter((module) => isSallyport(module) && !SALLYPORT_ARROWS.has(sallyportRoomOf(module.path)))
        .map(({ path }) => `${path}: no row for its room`),
  },
  {
    name: "no rule knows another rule",
    because: "a rule that leans on its neighbour changes its findings when the neighbour is mended; what two ask belongs in judge/",
    breaches: importsThat(
      (module) => isSallyport(module) && ruleFolderOf(module.path) !== undefined,
      ({ path }, { to }) => ![undefined, ruleFolderOf(path)].includes(ruleFolderOf(to)),
    ),
  },
  {
    name: "no attack knows another attack",
    because:
      "an attack that leans on its neighbour proves something else when the neighbour is mended; what several ask belongs beside them",
    breaches: importsThat(
      (module) => isSallyport(module) && attackFolderOf(module.path) !== undefined,
      ({ path }, { to }) => ![undefined, attackFolderOf(path)].includes(attackFolderOf(to)),
    ),
  },
  {
    name: "the audit imports neither guard nor server",
    because:
      "it is told from the outside what the guard does, by a model, as of every library; a change of the guard's must not change a grade",
    // The watch carries faults of a configuration, whose class is the guard's, from its thread.
    breaches: importsThat(
      (module) => isAudit(module) && sallyportRoomOf(module.path) !== "audit/watch",
      (_module, { to }) => /^@sallyport\/|^packages\/(?:guard|server)\//.test(to),
    ),
  },
  {
    name: "each parser is imported in one file",
    because: "a parser's tree that reaches further ties the audit to that parser's version, node by node",
    breaches: importsThat(isSallyport, ({ path }, { to }) => PARSERS.has(to) && PARSERS.get(to) !== path),
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
const READS_TIME = new Set(["ports/clock.ts", "sqlite/clock.ts", "testing/transport-laws.ts", "testing/transport-process-laws.ts"]);

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
