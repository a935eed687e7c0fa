// The starter, and what the command says of contracts, without anything running.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, starter, temporaryFolder } from "./command.ts";

test("the starter has a contract, handlers, client configuration, and keys that only its owner can read", async () => {
  const { folder } = await starter();
  expect(statSync(join(folder, "keys.json")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toContain("keys.json");
  for (const [file, key] of [
    [".mcp.json", "mcpServers"],
    [".cursor/mcp.json", "mcpServers"],
    [".vscode/mcp.json", "servers"],
  ] as const) {
    const config = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, Record<string, { args: string[] }>>;
    expect(config[key]?.["notes"]?.args).toContain(join(folder, "contract.yaml"));
  }
});

test("two starters have different keys", async () => {
  const [one, other] = await Promise.all([starter(), starter()]);
  const secret = ({ folder }: { folder: string }): string => readFileSync(join(folder, "keys.json"), "utf8");
  expect(secret(one)).not.toBe(secret(other));
});

test("a folder that has one of its files is left as it is", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "handlers.mjs"), "mine");
  const { code, stderr } = await run(["init", folder]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/ERR_CONFIG_INVALID: there is already handlers\.mjs/)]);
  expect(readFileSync(join(folder, "handlers.mjs"), "utf8")).toBe("mine");
  expect(() => statSync(join(folder, "keys.json"))).toThrow();
});

test("the tools that an agent will see are listed, for people and as JSON", async () => {
  const { contract } = await starter();
  const [plain, json] = await Promise.all([run(["serve", contract, "--list-tools"]), run(["serve", contract, "--list-tools", "--json"])]);
  expect(plain.stdout).toMatch(
    /note_created \(publishes\)[\s\S]*noteId: string[\s\S]*note_removed \(publishes, destructive\)[\s\S]*note_created_read \(reads\)/,
  );
  expect((JSON.parse(json.stdout) as { name: string }[]).map(({ name }) => name)).toEqual([
    "note_created",
    "note_removed",
    "note_created_read",
  ]);
});

test("the starter's contract is checked, and told as AsyncAPI", async () => {
  const { contract } = await starter();
  const [checked, told] = await Promise.all([run(["contract", "check", contract]), run(["contract", "asyncapi", contract, "--json"])]);
  expect([checked.code, checked.stdout]).toEqual([0, `${contract}: notes, 2 events\n`]);
  expect(JSON.parse(told.stdout)).toMatchObject({ asyncapi: "3.0.0", channels: { notes: { address: "notes" } } });
});

test("a change that breaks consumers ends with 1, and one that does not with 0", async () => {
  const { folder, contract } = await starter();
  const changed = (name: string, change: (text: string) => string): string => {
    const path = join(folder, name);
    writeFileSync(path, change(readFileSync(contract, "utf8")));
    return path;
  };
  const wider = changed("wider.yaml", (text) => text.replace("maxLength: 2000", "maxLength: 3000"));
  const reworded = changed("reworded.yaml", (text) => text.replace("A note was written.", "Somebody wrote a note."));
  const [breaks, fine, same] = await Promise.all([wider, reworded, contract].map((after) => run(["contract", "diff", contract, after])));
  expect([breaks?.code, breaks?.stdout]).toEqual([1, expect.stringMatching(/^breaks consumers: note\.created: /)]);
  expect([fine?.code, same?.code, same?.stdout]).toEqual([0, 0, "no change\n"]);
});

test.each([
  ["a wildcard", "destination: notes ", "destination: 'notes.*' #", /ERR_CONFIG_DESTINATION_WILDCARD.*contract\.yaml:7:18/],
  ["a reserved destination", "destination: notes ", "destination: notes.dlq #", /ERR_CONFIG_DESTINATION_RESERVED.*contract\.yaml:7:18/],
  ["an unknown key", "ordering: key", "odering: key", /ERR_CONFIG_UNKNOWN_KEY.*contract\.yaml:9:5/],
  ["an open schema", "additionalProperties: false", "additionalProperties: true", /ERR_CONFIG_SCHEMA_NOT_STRICT.*contract\.yaml:\d+:\d+/],
  ["a syntax error", "events:", "events: [", /ERR_CONFIG_INVALID.*contract\.yaml:\d+:\d+/],
])("%s is refused with code, line and column", async (_what, good, bad, said) => {
  const { contract } = await starter();
  const text = readFileSync(contract, "utf8");
  // Aligned so that the replaced text begins where the good one did.
  writeFileSync(contract, text.replace(good.trimEnd(), bad));
  const { code, stderr } = await run(["contract", "check", contract]);
  expect(stderr).toMatch(said);
  expect(code).toBe(2);
});

test("[PSN-10] what a terminal would obey is shown as what it is, when a contract is refused and when its tools are listed", async () => {
  const { contract } = await starter();
  const text = readFileSync(contract, "utf8");
  const unsafe = /(?!\n)[\p{Cc}\p{Cf}]/u;
  writeFileSync(contract, text.replace("    ordering: key", '    "\\e[31m\\u009b2J\u202e": key'));
  const refused = await run(["contract", "check", contract]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/ERR_CONFIG_UNKNOWN_KEY: unknown key "\\u\{1b\}\[31m/)]);
  writeFileSync(contract, text.replace("A note was written.", '"A note\\e[2J\u202e was written."'));
  const listed = await run(["serve", contract, "--list-tools"]);
  expect(listed.stdout).toContain("A note\\u{1b}[2J\\u{202e} was written.");
  for (const shown of [refused.stderr, listed.stdout]) expect(shown).not.toMatch(unsafe);
});

test("errors of usage end with 2, and help with 0: 1 is for verdicts", async () => {
  const { contract } = await starter();
  const ends = [[], ["frobnicate"], ["trail", "verify"], ["serve", contract, "--port", "x"], ["dead", "list", contract, "--code", "NOPE"]];
  for (const args of ends) expect([args, (await run(args)).code]).toEqual([args, 2]);
  expect((await run(["trail", "--help"])).code).toBe(0);
});

test.each(["postgres", "redis:127.0.0.1", "Postgres://db.example/shop"])(
  "[REP-10] --store %s is no file of that name, which nobody would share",
  async (store) => {
    const { contract } = await starter();
    const { code, stderr } = await run(["doctor", contract, "--store", store]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^ERR_CONFIG_INVALID: the store is neither a URL nor a path \(at --store\)/)]);
    expect(existsSync(store)).toBe(false);
  },
);

test("the README shows what the starter has, and names every tool that an agent sees of it", async () => {
  const { contract } = await starter();
  const plain = (text: string): string => text.replaceAll(/ +#/g, " #");
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "..", "README.md"), "utf8");
  const [, shown = "nothing"] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(plain(readFileSync(contract, "utf8"))).toContain(plain(shown));
  const { stdout } = await run(["serve", contract, "--list-tools", "--json"]);
  for (const { name } of JSON.parse(stdout) as { name: string }[]) expect(readme).toContain(`\`${name}\``);
});

test("the starter's handlers speak of nothing that is not there where they run", async () => {
  const { handlers } = await starter();
  expect(readFileSync(handlers, "utf8")).not.toMatch(/\b(?:retry|reject|unavailable)\(/);
});

test("[OPS-05] keys that others can read are refused, with the command that mends it", async () => {
  const { folder, contract } = await starter();
  const { chmodSync } = await import("node:fs");
  chmodSync(join(folder, "keys.json"), 0o644);
  const { code, stderr } = await run(["serve", contract]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/ERR_CONFIG_KEY_INVALID[\s\S]*chmod/)]);
  expect(stderr).not.toContain(secretIn(join(folder, "keys.json")));
});

test("[OPS-04] a server for others is refused without tokens", async () => {
  const { contract } = await starter();
  const { code, stderr } = await run(["serve", contract, "--host", "0.0.0.0"]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/ERR_CONFIG_INSECURE/)]);
});

const secretIn = (path: string): string => (JSON.parse(readFileSync(path, "utf8")) as { secret: string }[])[0]!.secret;
