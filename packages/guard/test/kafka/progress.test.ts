import { describe, expect, test } from "vitest";
import { decodeProgress, encodeProgress, MOST_METADATA, type Open, type Progress } from "../../src/kafka/progress.ts";

const NOW = 1_900_000_000_000;
const HOUR_MS = 3_600_000;
const at = (offset: number, dueMs?: number): Open => ({ offset, dueMs });
const there = (progress: Progress, most = MOST_METADATA) => {
  const { metadata, until } = encodeProgress(progress, most, NOW);
  return { metadata, until, decoded: decodeProgress(progress.offset, metadata, NOW) };
};

describe("progress", () => {
  test.each<readonly [string, Progress]>([
    ["one gap", { offset: 3, until: 9, open: [at(3), at(5)] }],
    ["several runs", { offset: 0, until: 40, open: [at(0), at(1), at(2), at(10), at(11), at(39)] }],
    ["what waits", { offset: 7, until: 8, open: [at(7, NOW + 123)] }],
    ["what waits among others", { offset: 7, until: 20, open: [at(7), at(8, NOW + 500), at(12), at(19, NOW)] }],
    ["large offsets", { offset: 2 ** 50, until: 2 ** 50 + 3, open: [at(2 ** 50), at(2 ** 50 + 2)] }],
  ])("[PSN-11] what is written of %s is read again", (_name, progress) => {
    const { decoded, until } = there(progress);
    expect(decoded).toEqual(progress);
    expect(until).toBe(progress.until);
  });

  test("where nothing behind the lowest is settled and nothing waits, nothing is said", () => {
    expect(there({ offset: 4, until: 4, open: [] }).metadata).toBe("");
    expect(there({ offset: 4, until: 6, open: [at(4), at(5)] }).metadata).toBe("");
  });

  test.each([
    ["an hour ahead of whoever reads it", NOW - HOUR_MS, NOW - HOUR_MS + 500],
    ["right, and it is read 200 ms later", NOW + 200, NOW + 500],
    ["an hour behind whoever reads it", NOW + HOUR_MS, NOW + 500],
  ])("[PSN-03] what waits does so no longer than it had left, where the writer's clock is %s", (_name, readAtMs, dueMs) => {
    const { metadata } = encodeProgress({ offset: 7, until: 8, open: [at(7, NOW + 500)] }, MOST_METADATA, NOW);
    expect(decodeProgress(7, metadata, readAtMs).open).toEqual([at(7, dueMs)]);
  });

  test("[PSN-09] five thousand that wait behind one key take less than Kafka lets", () => {
    const open = Array.from({ length: 5000 }, (_, n) => at(n, n === 0 ? NOW + 100 : undefined));
    const { metadata, until } = there({ offset: 0, until: 5003, open });
    expect(metadata.length).toBeLessThan(64);
    expect(until).toBe(5003);
  });

  test("[PSN-11] what does not fit is not said to be settled", () => {
    const open = Array.from({ length: 5000 }, (_, n) => at(n * 3));
    const { metadata, until, decoded } = there({ offset: 0, until: 15_000, open }, 512);
    expect(metadata.length).toBeLessThanOrEqual(512);
    expect(until).toBeGreaterThan(0);
    expect(decoded.until).toBe(until);
    expect(decoded.open).toEqual(open.filter(({ offset }) => offset < until));
  });

  test.each(["", "x", "s2.", "s2.!!!", "s2.AA", "s2.gICAgICAgICAgICA", "other software's", "s2.BP________8D_____w8", "s3.AQE"])(
    "[PSN-04] metadata that is not ours says nothing: %j",
    (metadata) => {
      expect(decodeProgress(5, metadata, NOW)).toEqual({ offset: 5, until: 5, open: [] });
    },
  );

  test("[PSN-04] no metadata of the size that Kafka lets takes long or much to read", () => {
    // Chance from a fixed beginning.
    let seed = 1;
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from({ length: next() % 64 }, () => next() % 256);
      const { open, offset } = decodeProgress(1, `s2.${Buffer.from(bytes).toString("base64url")}`, NOW);
      expect(offset).toBe(1);
      expect(open.length).toBeLessThanOrEqual(100_000);
    }
  });
});
