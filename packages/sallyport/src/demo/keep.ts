// Leaves the starter running after the demonstration: server, worker, and how to connect an agent to them.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIENTS } from "../cli/clients.ts";
import { writeStarter } from "../cli/starter.ts";

export async function keepServing(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  writeStarter(folder, false);
  const contract = join(folder, "contract.yaml");
  const run = (args: readonly string[]) =>
    spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...args], { stdio: ["ignore", "inherit", "pipe"] });
  const worker = run(["work", contract, "--handlers", join(folder, "handlers.mjs")]);
  const server = run(["serve", contract, "--port", "0"]);
  const url = await urlOf(server);
  // A log that nobody reads keeps its process from ending.
  for (const { stderr } of [worker, server]) stderr.pipe(process.stderr, { end: false });
  console.log(`\nServing the notes contract at ${url}; the worker prints what it handles. Ctrl-C ends both.\n`);
  for (const { name, file, remote } of CLIENTS) {
    console.log(`${name}${file === undefined ? "" : ` (${file})`}:\n${JSON.stringify(remote("notes", url), null, 2)}\n`);
  }
  console.log(`Claude Code, in one line:\n  claude mcp add --transport http notes ${url}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
    for (const child of [server, worker]) child.once("exit", () => resolve());
  });
  await Promise.all([server, worker].map(ended));
  rmSync(folder, { recursive: true, force: true });
}

async function ended(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}

/** The server says it in its log. */
function urlOf(server: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      const url = /"url":"([^"]+)"/.exec(text)?.[1];
      if (url === undefined) return;
      server.stderr?.off("data", look);
      resolve(url);
    };
    server.stderr?.on("data", look);
    server.once("exit", () => reject(new Error(`the server did not start: ${text}`)));
  });
}
