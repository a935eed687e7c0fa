import { describe, expect, it } from "vitest";
import type { ProjectFiles } from "../../../../src/audit/frontends/frontend.ts";
import { javascript } from "../../../../src/audit/frontends/javascript/index.ts";

type Files = Readonly<Record<string, string | object>>;

function project(contents: Files): ProjectFiles {
  const files = new Map(
    Object.entries(contents).map(([file, content]) => [file, typeof content === "string" ? content : JSON.stringify(content)]),
  );
  return { has: (file) => files.has(file), read: (file) => files.get(file), files: [...files.keys()].sort() };
}

/** `file`, or `library` and what is behind it in parentheses. */
function resolve(files: Files, from: string, specifier: string): string {
  const found = javascript.resolver(project(files))(from, specifier);
  if (found.kind === "library") return `${found.library}(${found.subpath})`;
  return found.kind === "file" ? found.file : found.package;
}

const PLAIN: Files = {
  "src/a.ts": "",
  "src/b.tsx": "",
  "src/c.js": "",
  "src/d.mts": "",
  "src/both.ts": "",
  "src/both.js": "",
  "src/tools/index.ts": "",
  "src/index.ts": "",
  "src/x.config.ts": "",
  "src/types.d.ts": "",
  "src/data.json": "",
};

describe("a relative import leads to the source that it means", () => {
  it.each([
    ["./a", "src/a.ts"],
    ["./a.ts", "src/a.ts"],
    ["./a.js", "src/a.ts"],
    ["./b.js", "src/b.tsx"],
    ["./b.jsx", "src/b.tsx"],
    ["./c.js", "src/c.js"],
    ["./d.mjs", "src/d.mts"],
    ["./both.js", "src/both.ts"],
    ["./tools", "src/tools/index.ts"],
    ["./tools/", "src/tools/index.ts"],
    ["./tools/index.js", "src/tools/index.ts"],
    [".", "src/index.ts"],
    ["../src", "src/index.ts"],
    ["./x.config", "src/x.config.ts"],
    ["./types", "src/types.d.ts"],
    ["./a?raw", "src/a.ts"],
    ["../dist/tools/index.js", "src/tools/index.ts"],
    ["./data.json", "./data.json()"],
    ["./missing.js", "./missing.js()"],
    ["../../out", "../../out()"],
  ])("%s", (specifier, expected) => {
    expect(resolve(PLAIN, "src/main.ts", specifier)).toBe(expected);
  });
});

describe("what the project does not hold is a library, split into its name and what is behind it", () => {
  it.each([
    ["kafkajs", "kafkajs()"],
    ["@aws-sdk/client-sqs", "@aws-sdk/client-sqs()"],
    ["@modelcontextprotocol/sdk/server/mcp.js", "@modelcontextprotocol/sdk(server/mcp.js)"],
    ["amqplib/callback_api", "amqplib(callback_api)"],
    ["node:child_process", "child_process()"],
    ["fs/promises", "fs(promises)"],
    ["node:fs/promises", "fs(promises)"],
    ["npm:kafkajs@^2.2.4", "kafkajs()"],
    ["npm:@nats-io/nats-core@3/internal", "@nats-io/nats-core(internal)"],
  ])("%s", (specifier, expected) => {
    expect(resolve(PLAIN, "src/main.ts", specifier)).toBe(expected);
  });
});

const WORKSPACE: Files = {
  "package.json": { name: "root", workspaces: ["packages/*"], imports: { "#config": "./config.js", "#kafka": "kafkajs" } },
  "config.ts": "",
  "packages/core/package.json": {
    name: "@acme/core",
    exports: {
      ".": { types: "./dist/index.d.ts", import: { default: "./dist/index.js" } },
      "./broker": ["./dist/broker/index.js"],
      "./tools/*": "./dist/tools/*.js",
    },
    imports: { "#lib/*.js": "./src/lib/*.ts", "#nats": { default: "nats" } },
  },
  "packages/core/src/index.ts": "",
  "packages/core/src/broker/index.ts": "",
  "packages/core/src/tools/publish.ts": "",
  "packages/core/src/lib/a.ts": "",
  "packages/old/package.json": { name: "old", main: "lib/main.js" },
  "packages/old/lib/main.js": "",
  "packages/old/lib/other.js": "",
  "packages/bare/package.json": { name: "bare" },
  "packages/bare/index.js": "",
  "app/main.ts": "",
};

describe("a package of the project is read where it was built from", () => {
  it.each([
    ["app/main.ts", "@acme/core", "packages/core/src/index.ts"],
    ["app/main.ts", "@acme/core/broker", "packages/core/src/broker/index.ts"],
    ["app/main.ts", "@acme/core/tools/publish", "packages/core/src/tools/publish.ts"],
    ["app/main.ts", "@acme/core/none", "@acme/core(none)"],
    ["app/main.ts", "old", "packages/old/lib/main.js"],
    ["app/main.ts", "old/lib/other", "packages/old/lib/other.js"],
    ["app/main.ts", "bare", "packages/bare/index.js"],
    ["app/main.ts", "../packages/old", "packages/old/lib/main.js"],
    ["packages/core/src/index.ts", "#lib/a.js", "packages/core/src/lib/a.ts"],
    ["packages/core/src/index.ts", "#nats", "nats()"],
    ["packages/core/src/index.ts", "#none", "#none()"],
    ["app/main.ts", "#config", "config.ts"],
    ["app/main.ts", "#kafka", "kafkajs()"],
  ])("%s: %s", (from, specifier, expected) => {
    expect(resolve(WORKSPACE, from, specifier)).toBe(expected);
  });
});

const ALIASED: Files = {
  "tsconfig.base.json": `{
    // comments and trailing commas are usual here, and "paths": "//in/strings" are none
    "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"], "~/tools/*": ["src/other/*", "src/tools/*"], "db": ["src/db/client.ts"], }, },
  }`,
  "apps/one/tsconfig.json": { extends: "../../tsconfig.base" },
  "apps/two/tsconfig.json": {
    extends: ["./no.json", "../../tsconfig.base.json"],
    compilerOptions: { paths: { "@/*": ["../src/*"] }, baseUrl: "./app" },
  },
  "apps/two/src/a.ts": "",
  "apps/two/app/local.ts": "",
  "loop/tsconfig.json": { extends: "./tsconfig.json" },
  "src/a.ts": "",
  "src/tools/publish.ts": "",
  "src/db/client.ts": "",
};

describe("tsconfig's paths and baseUrl are followed, with what it extends", () => {
  it.each([
    ["apps/one/main.ts", "@/a", "src/a.ts"],
    ["apps/one/main.ts", "@/a.js", "src/a.ts"],
    ["apps/one/deep/er/main.ts", "~/tools/publish", "src/tools/publish.ts"],
    ["apps/one/main.ts", "db", "src/db/client.ts"],
    ["apps/one/main.ts", "src/a", "src/a.ts"],
    ["apps/one/main.ts", "@/missing", "@/missing()"],
    ["apps/two/main.ts", "@/a", "apps/two/src/a.ts"],
    ["apps/two/main.ts", "local", "apps/two/app/local.ts"],
    ["loop/main.ts", "kafkajs", "kafkajs()"],
    ["src/a.ts", "@/db/client", "src/db/client.ts"],
  ])("%s: %s", (from, specifier, expected) => {
    expect(resolve(ALIASED, from, specifier)).toBe(expected);
  });

  it("survives configuration of any shape", () => {
    const odd = {
      "tsconfig.json": "[1, {",
      "package.json": { name: 1, exports: 2 },
      "a/package.json": { name: "a", exports: [[[null]]], main: {} },
    };
    expect(resolve(odd, "x.ts", "a/b")).toBe("a(b)");
    expect(resolve({ "tsconfig.json": { compilerOptions: { paths: { "*": "x", "a*": [1] } } } }, "x.ts", "abc")).toBe("abc()");
  });
});
