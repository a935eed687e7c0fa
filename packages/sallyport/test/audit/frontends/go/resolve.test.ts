import { describe, expect, it } from "vitest";
import type { ProjectFiles } from "../../../../src/audit/frontends/frontend.ts";
import { resolver } from "../../../../src/audit/frontends/go/resolve.ts";

function project(files: Readonly<Record<string, string>>): ProjectFiles {
  const texts = new Map(Object.entries(files));
  return { has: (file) => texts.has(file), read: (file) => texts.get(file), files: [...texts.keys()].sort() };
}

const leads = (files: Readonly<Record<string, string>>, from: string, path: string): string => {
  const found = resolver(project(files))(from, path);
  if (found.kind === "package") return `package ${found.package}`;
  return found.kind === "library" ? `library ${found.library} ${found.subpath}`.trim() : found.file;
};

describe("libraries are named as models name them", () => {
  it.each([
    ["github.com/IBM/sarama", "github.com/IBM/sarama"],
    ["github.com/redis/go-redis/v9", "github.com/redis/go-redis"],
    ["github.com/confluentinc/confluent-kafka-go/v2/kafka", "github.com/confluentinc/confluent-kafka-go kafka"],
    ["github.com/twmb/franz-go/pkg/kgo", "github.com/twmb/franz-go pkg/kgo"],
    ["github.com/aws/aws-sdk-go-v2/service/sqs", "github.com/aws/aws-sdk-go-v2 service/sqs"],
    ["gopkg.in/yaml.v3", "gopkg.in/yaml.v3"],
    ["gopkg.in/confluentinc/confluent-kafka-go.v1/kafka", "gopkg.in/confluentinc/confluent-kafka-go.v1 kafka"],
    ["golang.org/x/sync/errgroup", "golang.org/x/sync errgroup"],
    ["cloud.google.com/go/pubsub/v2", "cloud.google.com/go/pubsub"],
    ["cloud.google.com/go/pubsub/apiv1", "cloud.google.com/go/pubsub apiv1"],
    ["go.uber.org/zap/zapcore", "go.uber.org/zap zapcore"],
    ["encoding/json", "encoding/json"],
    ["fmt", "fmt"],
  ])("%s", (path, library) => expect(leads({}, "main.go", path)).toBe(`library ${library}`));
});

describe("the project's own packages", () => {
  const files = {
    "go.mod":
      "module example.com/app // the app\n\ngo 1.26\n\nreplace (\n\texample.com/lib v1.0.0 => ./third/lib\n)\nreplace example.com/far => ../far\n",
    "main.go": "",
    "internal/kafka/client.go": "",
    "docs/read.md": "",
    "third/lib/lib.go": "",
    "third/lib/sub/sub.go": "",
    "plugins/one/go.mod": "module example.com/app/plugins/one/v2\n",
    "plugins/one/one.go": "",
    "plugins/one/deep/deep.go": "",
    "tools/go.mod": "module tools\n",
    "tools/gen/gen.go": "",
  };

  it.each([
    ["the root", "example.com/app", "package ."],
    ["internal", "example.com/app/internal/kafka", "package internal/kafka"],
    ["a folder without Go", "example.com/app/docs", "library example.com/app docs"],
    ["a module inside", "example.com/app/plugins/one/v2/deep", "package plugins/one/deep"],
    ["a module without a host", "tools/gen", "package tools/gen"],
    ["a replaced module", "example.com/lib/sub", "package third/lib/sub"],
    ["a module replaced from outside", "example.com/far", "library example.com/far"],
    ["a name that only begins alike", "example.com/application", "library example.com/application"],
    ["a relative path", "./internal/kafka", "package internal/kafka"],
  ])("%s", (_, path, found) => expect(leads(files, "main.go", path)).toBe(found));

  it("are those of the module that asks, when two have one name", () => {
    const twice = { "a/go.mod": "module m.org/x", "a/p/p.go": "", "b/go.mod": "module m.org/x", "b/p/p.go": "" };
    expect(leads(twice, "a/main.go", "m.org/x/p")).toBe("package a/p");
    expect(leads(twice, "b/main.go", "m.org/x/p")).toBe("package b/p");
  });

  it("are found by the end of the path when only a part of a module is there", () => {
    const part = { "main.go": "", "tools/tools.go": "" };
    expect(leads(part, "main.go", "github.com/me/app/tools")).toBe("package tools");
    expect(leads(part, "main.go", "github.com/other/lib/things")).toBe("library github.com/other/lib things");
  });
});
