// What must hold of the packages as they are published, checked on what `npm pack` would send: publint, how types
// resolve, what is in the tarball, and what the guard's front door reaches. Run `npm run build` first.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const ROOT = join(import.meta.dirname, "..");
const PACKAGES = readdirSync(join(ROOT, "packages")).map((name) => join(ROOT, "packages", name));
/** What a library that runs in other people's processes must not load before it is asked to. */
const ALLOWED_AT_THE_DOOR = new Set(["node:crypto", "node:async_hooks"]);
/** The condition under which this repository runs its own sources; no one else sets it, and the sources are not packed. */
const OWN_CONDITION = "sallyport-source";

/** npm prints a list, or from version 12 an object by package name. */
const asList = (packed: object): readonly unknown[] => (Array.isArray(packed) ? packed : Object.values(packed));

interface Manifest {
  readonly name: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly exports: Record<string, unknown>;
}

const faults: string[] = [];
for (const folder of PACKAGES) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  if (!existsSync(join(folder, "dist"))) throw new Error(`${manifest.name} is not built: run npm run build`);
  faults.push(...(await lint(folder, manifest)), ...tarball(folder, manifest), ...types(folder, manifest));
  if (manifest.name === "@sallyport/guard") faults.push(...dependencies(manifest), ...frontDoor(folder));
}
for (const fault of faults) console.error(fault);
console.log(`${PACKAGES.length} packages, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;

async function lint(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true });
  const others = messages.filter((message) => !message.path.includes(OWN_CONDITION));
  return others.map((message) => `${manifest.name}: publint: ${formatMessage(message, pkg) ?? message.code}`);
}

/** Built files, the audit's models, pages of rules and schema, and documents alone: no sources, tests, samples, keys or other data. */
function tarball(folder: string, { name }: Manifest): readonly string[] {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ files }] = asList(JSON.parse(packed)) as [{ files: { path: string }[] }];
  const strange = files.filter(
    ({ path }) =>
      !/^(?:package\.json|README\.md|LICENSE|dist\/.+\.(?:js|d\.ts)|dist\/audit\/models\/.+\.json|dist\/audit\/rules\/[^/]+\/rule\.md|dist\/probe\/attacks\/[^/]+\/attack\.md|dist\/probe\/profiles\/[^/]+\.yaml|dist\/report\/audit\.schema\.json)$/.test(
        path,
      ),
  );
  const data = [
    "dist/audit/models/management.json",
    "dist/audit/rules/open-broker/rule.md",
    "dist/probe/attacks/flood/attack.md",
    "dist/report/audit.schema.json",
  ];
  const lacking = ["package.json", "README.md", "LICENSE", ...(name === "sallyport" ? data : [])].filter(
    (wanted) => !files.some(({ path }) => path === wanted),
  );
  return [...strange.map(({ path }) => `${name}: the tarball has ${path}`), ...lacking.map((path) => `${name}: the tarball lacks ${path}`)];
}

/** Every entry's types resolve as its code does. The packages are ESM alone, for Node and bundlers of today. */
function types(folder: string, { name, exports }: Manifest): readonly string[] {
  if (!("." in exports)) return [];
  const into = mkdtempSync(join(tmpdir(), "sallyport-pack-"));
  try {
    execFileSync("npm", ["pack", "--pack-destination", into], { cwd: folder, stdio: "ignore" });
    const [archive = ""] = readdirSync(into);
    const attw = join(ROOT, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    execFileSync(process.execPath, [attw, join(into, archive), "--profile", "esm-only"], { encoding: "utf8" });
    return [];
  } catch (error) {
    return [`${name}: types do not resolve:\n${String((error as { stdout?: string }).stdout ?? error)}`];
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

function dependencies({ name, ...manifest }: Manifest): readonly string[] {
  const kinds = ["dependencies", "peerDependencies", "optionalDependencies"] as const;
  return kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}).map((dependency) => `${name}: has ${dependency} among its ${kind}`));
}

/** What importing the root entry loads, followed through the built files. */
function frontDoor(folder: string): readonly string[] {
  const reached = new Map<string, string>();
  const open = [join(folder, "dist", "index.js")];
  const found: string[] = [];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const to of importsOf(path)) {
      if (!to.startsWith(".")) {
        if (!ALLOWED_AT_THE_DOOR.has(to)) found.push(`@sallyport/guard: its root entry reaches ${to}, through ${relative(folder, path)}`);
        continue;
      }
      const next = resolve(dirname(path), to);
      if (!reached.has(next)) open.push(next);
      reached.set(next, path);
    }
  }
  return reached.size < 10 ? [...found, `@sallyport/guard: only ${reached.size} files reached; the front door was not followed`] : found;
}

function importsOf(path: string): readonly string[] {
  const { module } = parseSync(path, readFileSync(path, "utf8"));
  const statics = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const exported = module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []));
  return [...statics, ...exported];
}
