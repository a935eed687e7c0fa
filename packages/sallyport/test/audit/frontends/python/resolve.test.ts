import { expect, test } from "vitest";
import type { ProjectFiles } from "../../../../src/audit/frontends/frontend.ts";
import { python } from "../../../../src/audit/frontends/python/index.ts";

function project(files: readonly string[], texts: Readonly<Record<string, string>> = {}): ProjectFiles {
  const listed = new Set(files);
  return { files: files.toSorted(), has: (file) => listed.has(file), read: (file) => texts[file] };
}

const FILES = [
  "main.py",
  "tools.py",
  "redis.py",
  "app/__init__.py",
  "app/server.py",
  "app/kafka.py",
  "app/tools/__init__.py",
  "app/tools/publish.py",
  "src/shop/__init__.py",
  "src/shop/api/handlers.py",
  "src/shop/api/wire.py",
  "libs/bus/pyproject.toml",
  "libs/bus/src/bus/__init__.py",
  "libs/bus/src/bus/client.py",
  "libs/flat/setup.py",
  "libs/flat/flat/core.py",
];

const TO_FILES: readonly (readonly [string, string, string])[] = [
  ["main.py", "tools", "tools.py"],
  ["main.py", "app", "app/__init__.py"],
  ["main.py", "app.tools.publish", "app/tools/publish.py"],
  ["app/server.py", ".", "app/__init__.py"],
  ["app/server.py", ".tools", "app/tools/__init__.py"],
  ["app/tools/publish.py", "..server", "app/server.py"],
  ["app/tools/publish.py", "..", "app/__init__.py"],
  ["app/tools/__init__.py", ".publish", "app/tools/publish.py"],
  ["app/tools/publish.py", "app.kafka", "app/kafka.py"],
  ["src/shop/api/handlers.py", "shop.api.wire", "src/shop/api/wire.py"],
  ["src/shop/api/handlers.py", ".wire", "src/shop/api/wire.py"],
  ["src/shop/api/handlers.py", "bus.client", "libs/bus/src/bus/client.py"],
  ["libs/bus/src/bus/client.py", "flat.core", "libs/flat/flat/core.py"],
  ["main.py", "shop.api.wire", "src/shop/api/wire.py"],
];

test.each(TO_FILES)("%s: %s is a file", (from, specifier, file) => {
  expect(python.resolver(project(FILES))(from, specifier)).toEqual({ kind: "file", file });
});

const TO_LIBRARIES: readonly (readonly [string, string, string, string])[] = [
  ["main.py", "confluent_kafka", "confluent_kafka", ""],
  ["main.py", "mcp.server.fastmcp", "mcp", "server/fastmcp"],
  ["main.py", "google.cloud.pubsub_v1", "google.cloud.pubsub_v1", ""],
  ["main.py", "google.cloud.pubsub_v1.types", "google.cloud.pubsub_v1", "types"],
  ["main.py", "azure.servicebus.aio", "azure.servicebus", "aio"],
  ["main.py", "azure.storage.queue", "azure.storage.queue", ""],
  // In a package, its own modules are not found by their bare names.
  ["app/server.py", "kafka", "kafka", ""],
  // A script named as the library that it uses.
  ["redis.py", "redis", "redis", ""],
  ["main.py", ".gone", ".gone", ""],
  ["main.py", "...above", "...above", ""],
];

test.each(TO_LIBRARIES)("%s: %s is a library", (from, specifier, library, subpath) => {
  expect(python.resolver(project(FILES))(from, specifier)).toEqual({ kind: "library", library, subpath });
});

const DECLARATIONS: readonly (readonly [string, string])[] = [
  ["requirements.txt", "mcp\nnats-py>=2.0 # client\n"],
  ["pyproject.toml", '[project]\ndependencies = ["mcp[cli]>=1", "nats-py"]\n'],
  ["setup.py", "setup(install_requires=['nats-py==2'])"],
];

test.each(DECLARATIONS)("a neighbour in a folder that may be a package does not hide a library that %s declares", (file, text) => {
  const files = [file, "tools/nats.py", "tools/publish.py"];
  const library = { kind: "library", library: "nats", subpath: "" };
  expect(python.resolver(project(files, { [file]: text }))("tools/publish.py", "nats")).toEqual(library);
  expect(python.resolver(project(files))("tools/publish.py", "nats")).toEqual({ kind: "file", file: "tools/nats.py" });
});

test.each([
  ["src", ["main.py", "common/server.py"], "src.common.server", "common/server.py"],
  ["shop", ["__init__.py", "main.py", "server.py"], "shop.server", "server.py"],
  ["shop", ["__init__.py", "main.py", "server.py"], "shop", "__init__.py"],
])("what %s imports of itself is found where it alone is audited", (name, files, specifier, file) => {
  expect(python.resolver({ ...project(files), name })("main.py", specifier)).toEqual({ kind: "file", file });
});

test("a folder that is named as a library, and is no package, is not taken for it", () => {
  const resolve = python.resolver({ ...project(["main.py", "server.py"]), name: "mcp" });
  expect(resolve("main.py", "mcp.server")).toMatchObject({ kind: "library", library: "mcp" });
});
