// How much work reading a source is, in calls of the front-ends' functions, as the engine that runs them counts: the same
// on every machine, however busy.
import { Session, type Profiler } from "node:inspector";

const FRONTENDS = "/src/audit/frontends/";

export function callsOf(run: () => void): number {
  const session = new Session();
  session.connect();
  try {
    session.post("Profiler.enable");
    session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    run();
    let calls = 0;
    // Answered at once, since it is this very thread.
    session.post("Profiler.takePreciseCoverage", (_error, { result }: Profiler.TakePreciseCoverageReturnType) => {
      for (const { url, functions } of result)
        if (url.includes(FRONTENDS)) for (const { ranges } of functions) calls += ranges[0]?.count ?? 0;
    });
    return calls;
  } finally {
    session.post("Profiler.stopPreciseCoverage");
    session.disconnect();
  }
}

/** How much more work it is to read eight times as much; 8 where it is exactly that, 64 where each part looks at all others. */
export function growthOf(read: (size: number) => void, size: number): number {
  read(size);
  const [small, large] = [callsOf(() => read(size)), callsOf(() => read(8 * size))];
  if (small < size) throw new Error(`only ${small} calls were counted for a size of ${size}`);
  return large / small;
}
