// A module that cannot be used is refused at start, by name and with its reason; one that fails later is not loaded in a loop.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SallyportError } from "../../src/errors.ts";
import { isolate, type IsolationOptions } from "../../src/isolation/isolate.ts";
import type { Notes } from "../house.ts";
import { alive, watchWorkers } from "./pool-house.ts";

const HANDLERS = 'export default { "note.created": () => undefined };';
const event = { type: "note.created", id: "e", rootId: "e", hop: 0, data: {} } as never;
const context = () => ({ signal: new AbortController().signal, attempt: 1, fencingToken: "t" });

function moduleOf(source: string): URL {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "handlers.mjs"), source);
  return pathToFileURL(join(folder, "handlers.mjs"));
}

async function refusal(
  module: URL | string,
  options: IsolationOptions = {},
): Promise<{ readonly error: SallyportError; readonly workers: Worker[] }> {
  const workers = watchWorkers();
  const error = await isolate<Notes>(module, options).then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown as SallyportError,
  );
  return { error, workers };
}

describe("a module that cannot be used is refused at start", () => {
  test.each([
    ["throws while loading", 'throw new Error("no such setting");', /no such setting/],
    ["is not JavaScript", "export default {", /Unexpected end of input/],
    ["exports nothing", "export const a = 1;", /exports no handlers/],
    ["exports a function for a map", "export default () => undefined;", /exports no handlers/],
    ["exports an empty map", "export const handlers = {};", /exports no handlers/],
    ["has something else for a handler", 'export default { "note.created": "fine" };', /handler of "note.created" is not a function/],
    ["ends its process while loading", "process.exit(3);", /exit code 3/],
    ["waits for what never comes", "await new Promise(() => undefined);", /its thread ended/],
    [
      "fails where nothing catches it",
      'setImmediate(() => { throw new Error("late"); }); await new Promise((r) => setTimeout(r, 60_000));',
      /late/,
    ],
  ])("one that %s", async (_name, source, said) => {
    const module = moduleOf(source);
    const { error, workers } = await refusal(module);
    expect(error).toMatchObject({ code: "ERR_CONFIG_INVALID", place: module.href });
    expect(error.message).toMatch(said);
    await expect.poll(() => alive(workers)).toBe(0);
    expect(workers).toHaveLength(1);
  });

  test("one that is not there", async () => {
    const { error } = await refusal(new URL("modules/nowhere.ts", import.meta.url));
    expect(error).toMatchObject({ code: "ERR_CONFIG_INVALID" });
    expect(error.message).toMatch(/Cannot find module.+nowhere\.ts/);
  });

  test("one that takes longer than it may", async () => {
    const { error, workers } = await refusal(moduleOf("setInterval(() => undefined, 1000); await new Promise(() => undefined);"), {
      loadWithinMs: 50,
    });
    expect(error).toMatchObject({ code: "ERR_CONFIG_INVALID", message: expect.stringContaining("within 50 ms") as unknown });
    await expect.poll(() => alive(workers)).toBe(0);
  });

  test.each([["./handlers.js"], ["handlers"], ["https://example.com/handlers.js"], ["data:text/javascript,"]])(
    "%s, which is not a file's URL",
    async (module) => {
      const { error, workers } = await refusal(module);
      expect(error).toMatchObject({ code: "ERR_CONFIG_INVALID", place: "module" });
      expect(workers).toEqual([]);
    },
  );

  test.each([
    ["threads", 0],
    ["threads", 1.5],
    ["terminateAfterMs", -1],
    ["startWithinMs", Number.NaN],
    ["loadWithinMs", 0],
  ])("%s of %d", async (name, value) => {
    const { error } = await refusal(moduleOf(HANDLERS), { [name]: value });
    expect(error).toMatchObject({ code: "ERR_CONFIG_INVALID", place: name });
  });
});

describe("a module that can be used", () => {
  test.each([
    ["default", HANDLERS],
    ["handlers", HANDLERS.replace("default", "const handlers =")],
  ])("gives the handlers that it exports as %s", async (_name, source) => {
    const pool = await isolate<Notes>(moduleOf(source).href);
    onTestFinished(() => pool.close());
    expect(Object.keys(pool.handlers)).toEqual(["note.created"]);
    expect(await pool.handlers["note.created"]!(event, context())).toBeUndefined();
  });
});

describe("a module that cannot be used any more", () => {
  test.each([
    ["fails to load", 'throw new Error("changed");', /changed/],
    ["lost a handler", 'export default { "note.removed": () => undefined };', /no longer has a handler of "note.created"/],
  ])("[PSN-08] one that %s gives messages back, says so, and is tried again only for the next message", async (_name, source, said) => {
    const workers = watchWorkers();
    const faults: SallyportError[] = [];
    const module = moduleOf('export default { "note.created": () => process.exit(1) };');
    const pool = await isolate<Notes>(module, { threads: 1, onFault: (fault) => void faults.push(fault) });
    onTestFinished(() => pool.close());
    const handle = async (): Promise<unknown> => pool.handlers["note.created"]!(event, context());
    writeFileSync(module, source);
    await expect(handle()).rejects.toMatchObject({ code: "ERR_HANDLER_FAILED" });
    expect(await Promise.all([handle(), handle(), handle()])).toMatchObject([1, 2, 3].map(() => ({ kind: "unavailable" })));
    expect(workers).toHaveLength(2);
    expect(faults.at(-1)).toMatchObject({ code: "ERR_CONFIG_INVALID", message: expect.stringMatching(said) as unknown });
    writeFileSync(module, HANDLERS);
    expect(await handle()).toBeUndefined();
    expect(workers).toHaveLength(3);
  });
});
