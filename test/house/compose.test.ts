// What the Compose files of deploy/compose must not do, whatever Compose itself takes. That their stack runs is tried by
// packages/sallyport/test/compose.broker.test.ts, on brokers without containers.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const FOLDER = new URL("../../deploy/compose/", import.meta.url);
const names = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

interface Service {
  readonly image: string;
  readonly build?: unknown;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly privileged?: boolean;
  readonly stop_grace_period?: string;
}

test("there is a Compose file for each broker that is listed in docs/running.md", () => {
  const page = readFileSync(new URL("../../docs/running.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/deploy\/compose\/([a-z]+)\/compose\.yaml/g)].map(([, name]) => name ?? "");
  expect([...new Set(listed)].toSorted()).toEqual(names.toSorted());
});

describe.each(names)("%s", (name) => {
  const text = readFileSync(new URL(`${name}/compose.yaml`, FOLDER), "utf8");
  const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Service>> };

  test("[OPS-04] publishes no port but the server's, and that on this machine alone", () => {
    const published = Object.entries(services).flatMap(([service, { ports = [] }]) => ports.map((port) => `${service} ${port}`));
    expect(published).toEqual(["server 127.0.0.1:8321:8321"]);
  });

  test("[OPS-05] has no secret in it: what is one comes from the environment, and must be set", () => {
    const secrets = [...text.matchAll(/\$\{([A-Z0-9_]+)(:\?)?/g)];
    const required = new Set(secrets.flatMap(([, variable, mark]) => (mark === undefined ? [] : [variable])));
    for (const [, variable] of secrets) expect(required).toContain(variable);
    for (const line of text
      .split("\n")
      .filter((one) => /PASS|requirepass|SECRET|--pass/i.test(one) && /[:=]\s*\S/.test(one) && !one.trim().startsWith("#")))
      expect(line).toMatch(/\$\{[A-Z0-9_]+/);
  });

  test("pins what is not built here, and gives server and worker longer to end than they take to drain", () => {
    for (const { image, build } of Object.values(services)) expect(build === undefined ? image : "built:1").toMatch(/:(?!latest$).+/);
    for (const service of ["server", "worker"])
      expect(Number.parseInt(services[service]?.stop_grace_period ?? "0", 10)).toBeGreaterThan(25);
  });

  test("gives server and worker no more than they need", () => {
    for (const service of ["topology", "server", "worker"])
      expect(services[service]).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
    for (const { privileged, volumes = [] } of Object.values(services))
      expect([privileged, volumes.filter((volume) => volume.includes("docker.sock"))]).toEqual([undefined, []]);
  });
});
