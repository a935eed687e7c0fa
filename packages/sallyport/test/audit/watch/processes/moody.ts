// A process that behaves as an audit of a hostile project might: on the file "hangs.ts" it never returns, on "eats.ts" it
// takes all memory, on "falls.ts" it ends; what it is told to leave out it leaves out.
interface Request {
  readonly paths: readonly string[];
  readonly without: readonly (readonly [string, string])[];
}

const { paths, without } = await new Promise<Request>((resolve) => process.once("message", (request) => resolve(request as Request)));
const left = new Set(without.map(([file]) => file));

for (const file of paths.filter((path) => !left.has(path))) {
  const phase = file.startsWith("follow") ? "follow" : "lower";
  // Told before anything happens: what ends the process leaves no time for it.
  await new Promise((resolve) => process.send?.({ kind: "progress", progress: { phase, file } }, resolve));
  if (file.endsWith("hangs.ts")) for (;;);
  const eaten: unknown[] = [];
  if (file.endsWith("eats.ts")) for (;;) eaten.push(Array.from({ length: 100_000 }, () => ({ eaten })));
  if (file.endsWith("falls.ts")) process.exit(3);
}
process.send?.({ kind: "done", audit: { notRead: without.map(([file, why]) => ({ file, why })) } });
