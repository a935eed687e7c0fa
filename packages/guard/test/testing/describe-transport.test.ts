import { describe, expect, test } from "vitest";
import { MemoryTransport } from "../../src/adapters/memory.ts";
import { describeTransport, transportLaws } from "../../src/testing/index.ts";

const open = async (): Promise<MemoryTransport> => new MemoryTransport();
describeTransport({ describe, test }, new MemoryTransport(), open);

test("each law is run or is named as not a capability, and none is left out", async () => {
  const [run, skipped]: [string[], string[]] = [[], []];
  const runner = {
    describe: (_title: string, suite: () => void): void => suite(),
    test: Object.assign((title: string) => void run.push(title), { skip: (title: string) => void skipped.push(title) }),
  };
  const all = new MemoryTransport().capabilities;
  const doom = (): Promise<never> => Promise.reject(new Error("it is only named here"));
  describeTransport(runner, { name: "unordered", capabilities: { ...all, ordersByKey: false } }, open, doom);
  const laws = transportLaws(open, doom);
  const unasked = laws.filter(({ needs }) => needs === "ordersByKey" || needs === "persists");
  expect(unasked.length).toBeGreaterThan(3);
  expect(skipped).toEqual(unasked.map(({ name, needs }) => `${name} (not a capability: ${needs})`));
  expect(run).toEqual(laws.filter((law) => !unasked.includes(law)).map(({ name }) => name));
});

test("a member that dies is asked about only where a process can be made to die", () => {
  const doom = (): Promise<never> => Promise.reject(new Error("it is only named here"));
  const names = transportLaws(open).map(({ name }) => name);
  expect(
    transportLaws(open, doom)
      .map(({ name }) => name)
      .slice(0, names.length),
  ).toEqual(names);
  expect(transportLaws(open, doom).length).toBeGreaterThan(names.length);
});
