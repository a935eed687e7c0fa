// The Node that the command asks for is the one that its package names.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refusalOfNode } from "../../src/cli/node-version.ts";

test.each(["20.20.2", "22.12.0", "18.0.0"])("Node %s is refused in one line that says what is needed", (version) => {
  expect(refusalOfNode(version)).toMatch(
    new RegExp(`^sallyport needs Node 22\\.13 or newer, and this is ${version.replaceAll(".", "\\.")} .+$`),
  );
});

test.each(["22.13.0", "22.13.0-nightly", "24.1.0", "100.0.0", process.versions.node])("Node %s is not", (version) => {
  expect(refusalOfNode(version)).toBeUndefined();
});

test("it is the one in the package's engines", () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8")) as {
    engines: { node: string };
  };
  expect(refusalOfNode("0.0.0")).toContain(engines.node.replace(">=", "Node "));
});
