// CPU per message, fairly: every subject is run in every round, in turn, so that a slow minute of the machine
// falls on all of them alike. What is reported is the median of the rounds and how far the rounds lie apart.

export interface Prepared {
  /** Handles exactly as many messages as were asked for, and throws when it did not. */
  run(): Promise<void>;
  close?(): Promise<void>;
}

export interface Subject {
  readonly name: string;
  /** What it does for a message, for the reader who compares. */
  readonly does: string;
  /** Builds fresh state for one round. Not measured. */
  prepare(messages: number): Promise<Prepared> | Prepared;
  /** Messages a round, where it differs from the others. */
  readonly messages?: number;
}

export interface Figure {
  readonly name: string;
  readonly does: string;
  /** User and system time of the whole process, garbage collection and compiler threads included. */
  readonly cpuUs: number;
  readonly wallUs: number;
  /** Lowest and highest round. */
  readonly spread: readonly [number, number];
}

export interface Effort {
  readonly rounds: number;
  readonly warmups: number;
  readonly messages: number;
}

export async function measure(subjects: readonly Subject[], effort: Effort): Promise<readonly Figure[]> {
  const cpu = subjects.map((): number[] => []);
  const wall = subjects.map((): number[] => []);
  for (let round = -effort.warmups; round < effort.rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const once = await measureOnce(subject, subject.messages ?? effort.messages);
      if (round < 0) continue;
      cpu[index]?.push(once.cpuUs);
      wall[index]?.push(once.wallUs);
    }
  }
  return subjects.map(({ name, does }, index) => {
    const rounds = cpu[index] ?? [];
    return { name, does, cpuUs: median(rounds), wallUs: median(wall[index] ?? []), spread: [Math.min(...rounds), Math.max(...rounds)] };
  });
}

async function measureOnce(subject: Subject, messages: number): Promise<{ readonly cpuUs: number; readonly wallUs: number }> {
  const prepared = await subject.prepare(messages);
  // Where node is run with --expose-gc no round pays for what the one before it left behind.
  globalThis.gc?.();
  const startMs = performance.now();
  const before = process.cpuUsage();
  await prepared.run();
  const used = process.cpuUsage(before);
  const wallUs = (performance.now() - startMs) * 1000;
  await prepared.close?.();
  return { cpuUs: (used.user + used.system) / messages, wallUs: wallUs / messages };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
