// A process that behaves as an audit of a hostile project might: on the file "hangs.ts" it never returns, on "waits.ts" it
// waits for what never comes, on "eats.ts" it takes all memory, on "falls.ts" it ends; what it is told to leave out it
// leaves out. On "starves.ts" it is on a machine that is too busy for it: it works, and long does not come to do so.
interface Request {
  readonly paths: readonly string[];
  readonly without: readonly (readonly [string, string])[];
}

const { paths, without } = await new Promise<Request>((resolve) => process.once("message", (request) => resolve(request as Request)));
const left = new Set(without.map(([file]) => file));

function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function work(ms: number): void {
  for (const endsAtMs = performance.now() + ms; performance.now() < endsAtMs;);
}

for (const file of paths.filter((path) => !left.has(path))) {
  const phase = file.startsWith("follow") ? "follow" : "lower";
  // Told before anything happens: what ends the process leaves no time for it.
  await new Promise((resolve) => process.send?.({ kind: "progress", progress: { phase, file } }, resolve));
  if (file.endsWith("hangs.ts")) for (;;);
  if (file.endsWith("waits.ts")) rest(Number.POSITIVE_INFINITY);
  if (file.endsWith("starves.ts")) for (const endsAtMs = performance.now() + 3500; performance.now() < endsAtMs; rest(40)) work(10);
  const eaten: unknown[] = [];
  if (file.endsWith("eats.ts")) for (;;) eaten.push(Array.from({ length: 100_000 }, () => ({ eaten })));
  if (file.endsWith("falls.ts")) process.exit(3);
}
process.send?.({ kind: "done", audit: { notRead: without.map(([file, why]) => ({ file, why })) } });
