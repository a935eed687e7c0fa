// The whole command on a small project in three languages: every report as it is kept, and what the command ends with.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AUDIT_CODES } from "../../src/audit/failure.ts";
import { temporaryFolder } from "../command.ts";
import { OPEN_SERVER, written } from "../audit/written.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const MAIN = join(ROOT, "packages/sallyport/src/cli/main.ts");

const PYTHON = `import json
import paho.mqtt.client as mqtt
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("lamp")
client = mqtt.Client()


@mcp.tool()
def publish(topic: str, payload: str) -> str:
    # sallyport-ignore client-chosen-destination: the lamp's own broker holds one topic
    client.publish(topic, payload)
    return "sent"
`;

const GO = `package main

import "context"

func main() {
	_ = context.Background()
}
`;

const SHOP = {
  "shop/server.ts": OPEN_SERVER,
  "lamp/server.py": PYTHON,
  "cmd/main.go": GO,
  "test/server.test.ts": OPEN_SERVER,
  "broken.js": "export const a = {\n  b: (\n",
  "node_modules/kafkajs/index.js": "",
};

function command(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=sallyport-source", MAIN, "audit", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("reports of one project", () => {
  const kept = (name: string): string => join(import.meta.dirname, "kept", name);

  test("each is as it is kept", async () => {
    const folder = written(SHOP);
    const names = ["audit.txt", "audit.json", "audit.sarif", "audit.md", "audit.html", "audit.svg"];
    const { status, stdout } = command(folder, ...names.flatMap((name) => ["-o", name]));
    expect([status, stdout]).toEqual([1, ""]);
    for (const name of names) await expect(readFileSync(join(folder, name), "utf8")).toMatchFileSnapshot(kept(name));
  });

  test("on the terminal it is the text, without colours where it is no terminal", () => {
    const { stdout } = command(written(SHOP));
    expect(stdout).toContain("Sallyport audit of .");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("what it ends with", () => {
  test.each<[string, readonly string[], number]>([
    ["1 where a finding is as severe as that", ["--fail-on", "high"], 1],
    ["0 where none is", ["--fail-on", "critical"], 0],
    ["0 where it never fails", ["--fail-on", "never"], 0],
    ["2 where an option is misspelt", ["--fail-om", "high"], 2],
    ["2 where a severity is none", ["--fail-on", "bad"], 2],
    ["2 where the path is not there", ["nothing"], 2],
    ["2 where the configuration is not there", ["--config", "nothing.yaml"], 2],
    ["2 where the baseline is none", ["--baseline", "server.ts"], 2],
    ["2 where the revision is none", ["--since", "HEAD"], 2],
    ["2 where the report cannot be written", ["-o", "nothing/audit.md"], 2],
    ["2 where the package is none", ["npm:../x"], 2],
  ])("%s", (_name, args, code) => {
    const { status, stdout, stderr } = command(written({ "server.ts": OPEN_SERVER }), ...args);
    expect(status).toBe(code);
    if (code === 2) expect([stdout, stderr]).toEqual(["", expect.stringMatching(/^(?:ERR_(?:AUDIT|CONFIG)_\w+|error): .+/)]);
  });

  test("0 once everything is in the baseline, and 1 again with what is new", () => {
    const folder = written({ "server.ts": OPEN_SERVER });
    expect(command(folder, "--write-baseline", "baseline.json").status).toBe(0);
    expect(existsSync(join(folder, "baseline.json"))).toBe(true);
    expect(command(folder, "--baseline", "baseline.json", "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    written({ "more.ts": OPEN_SERVER }, folder);
    expect(command(folder, "--baseline", "baseline.json").status).toBe(1);
  });
});

test("an empty folder is not applicable, and no failure", () => {
  const { status, stdout } = command(temporaryFolder());
  expect([status, stdout]).toEqual([0, expect.stringContaining("n/a")]);
});

test("every code that it ends with is explained", () => {
  const page = readFileSync(join(ROOT, "docs", "audit.md"), "utf8");
  expect([...page.matchAll(/^\| `(ERR_AUDIT_\w+)` *\|/gm)].map(([, code]) => code)).toEqual([...AUDIT_CODES]);
});
