// When a message is fresh: times in milliseconds, around one signed time.

const SIGNED = 1_000_000;
const POLICY = { windowMs: 300, skewMs: 60, retentionMs: 10_000 as number | null };

/** Times are said as distances from the signed time. */
function vector(
  name: string,
  clause: string,
  verdict: string,
  taken: number,
  now: number,
  expires: number | null = null,
  change: Partial<typeof POLICY> = {},
) {
  const times = {
    signedAtMs: SIGNED,
    expiresAtMs: expires === null ? null : SIGNED + expires,
    takenAtMs: SIGNED + taken,
    nowMs: SIGNED + now,
  };
  return { name, clause, policy: { ...POLICY, ...change }, times, verdict };
}

export const freshnessVectors = (): readonly object[] => [
  vector("taken and seen at once", "ENV-44", "fresh", 0, 0),
  vector("taken at the edge of the window", "ENV-44", "fresh", 300, 300),
  vector("taken past the window", "ENV-44", "stale", 301, 301),
  vector("an old message published again", "ENV-44", "stale", 86_400_000, 86_400_000),
  vector("a backlog does not age what was taken in time", "ENV-40", "fresh", 100, 9000),
  vector("no vouched time: now counts, and a backlog ages", "ENV-40", "stale", 9000, 9000, null, { retentionMs: null }),
  vector("signed ahead of the broker by the skew", "ENV-41", "fresh", -60, 0),
  vector("signed ahead of the broker by more", "ENV-41", "future", -61, 0),
  vector("signed ahead of now by the skew", "ENV-41", "fresh", 0, -60),
  vector("signed ahead of now by more", "ENV-41", "future", 0, -61),
  vector("from the future and expired", "ENV-41", "future", -61, -61, -500),
  vector("expired within the skew", "ENV-42", "fresh", 0, 260, 200),
  vector("expired", "ENV-42", "stale", 0, 261, 200),
  vector("taken before it expired, seen after", "ENV-42", "stale", 100, 5000, 200),
  vector("kept as long as the broker keeps", "ENV-43", "fresh", 100, 10_100),
  vector("kept longer than the broker keeps", "ENV-43", "stale", 100, 10_101),
];
