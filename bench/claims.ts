// Claims on disk, alone: how many a second when they are asked for one by one, and in batches.
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteClaims } from "@sallyport/guard/stores/sqlite-claims";
import { withFile } from "./house.ts";
import { median } from "./measure.ts";

export interface ClaimFigure {
  readonly batch: number;
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly spread: readonly [number, number];
}

const requestFor = (key: string) => ({
  key,
  digest: "d".repeat(64),
  stale: false,
  leaseMs: 30_000,
  rememberMs: 60_000,
  maxFailures: 5,
  maxCrashes: 3,
});

async function claimAll(path: string, claimsInAll: number, batch: number): Promise<{ readonly perSecond: number; readonly cpuUs: number }> {
  const database = new SqliteDatabase(path);
  const claims = new SqliteClaims(database);
  const keys = Array.from({ length: claimsInAll }, () => `5:bench,4:shop,6:orders,36:${globalThis.crypto.randomUUID()},1:0,`);
  const startMs = performance.now();
  const before = process.cpuUsage();
  for (let at = 0; at < claimsInAll; at += batch) {
    const outcomes = await claims.claim(keys.slice(at, at + batch).map(requestFor));
    if (outcomes.some(({ kind }) => kind !== "granted")) throw new Error("a new key was not granted");
  }
  const used = process.cpuUsage(before);
  const ms = performance.now() - startMs;
  await database.close();
  return { perSecond: (claimsInAll / ms) * 1000, cpuUs: (used.user + used.system) / claimsInAll };
}

export async function measureClaims(batch: number, rounds: number): Promise<ClaimFigure> {
  const figures: Awaited<ReturnType<typeof claimAll>>[] = [];
  const claimsInAll = Math.min(batch * 100, 10_240);
  for (let round = -1; round < rounds; round++) {
    const figure = await withFile((path) => claimAll(path, claimsInAll, batch));
    if (round >= 0) figures.push(figure);
  }
  const rates = figures.map(({ perSecond }) => perSecond);
  return {
    batch,
    perSecond: median(rates),
    cpuUs: median(figures.map(({ cpuUs }) => cpuUs)),
    spread: [Math.min(...rates), Math.max(...rates)],
  };
}
