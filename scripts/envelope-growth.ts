// What it costs to refuse hostile bytes, in CPU time by shape and size, and how that grows: an exponent of 1 is in
// proportion to the bytes. Prints; judges nothing, since measurements on a busy machine cannot.
import { parseEnvelope } from "../packages/guard/src/envelope/open.ts";
import { HOSTILE_SHAPES } from "../packages/guard/test/envelope/hostile-shapes.ts";

const SIZES = [256 * 1024, 1024 * 1024, 4 * 1024 * 1024];
/** The clock of CPU time is coarse: so much of it is measured at a time. */
const LEAST_MS = 100;
const BOUNDS = { maxBytes: 64 * 1024 * 1024, maxDepth: Number.MAX_SAFE_INTEGER };

function meanMs(bytes: Uint8Array): number {
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    parseEnvelope(bytes, BOUNDS);
    const { user, system } = process.threadCpuUsage(before);
    const spentMs = (user + system) / 1000;
    if (spentMs >= LEAST_MS) return spentMs / runs;
  }
}

console.log(`${"".padEnd(30)}${SIZES.map((size) => `${size / 1024} KiB`.padStart(12)).join("")}   exponent`);
for (const [what, shape] of HOSTILE_SHAPES) {
  const times = SIZES.map((size) => meanMs(Buffer.from(shape(size))));
  const exponent = Math.log((times.at(-1) ?? 0) / (times[0] ?? 1)) / Math.log((SIZES.at(-1) ?? 1) / (SIZES[0] ?? 1));
  console.log(`${what.padEnd(30)}${times.map((ms) => `${ms.toFixed(3)} ms`.padStart(12)).join("")}   ${exponent.toFixed(2)}`);
}
