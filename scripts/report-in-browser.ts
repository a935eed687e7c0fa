// Looks at the HTML report in a real Chromium: light, dark and as wide as a phone, made from an ordinary audit and from
// one whose every text is hostile. Says what the page loaded, logged or let run, and writes screenshots to a folder.
//   node --conditions=sallyport-source scripts/report-in-browser.ts FOLDER [chromium]
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { REPORTS } from "../packages/sallyport/src/report/index.ts";
import { hostileAudit } from "../packages/sallyport/test/report/hostile.ts";
import { audit, clean, nothing, options } from "../packages/sallyport/test/report/made-up.ts";

const [folder, browser = "chromium"] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name a folder for the screenshots.");
mkdirSync(folder, { recursive: true });

const LOOKS = [
  { name: "light", width: 1200, scheme: "light" },
  { name: "dark", width: 1200, scheme: "dark" },
  { name: "phone", width: 390, scheme: "light" },
] as const;

class Tab {
  readonly complaints: string[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: any) => void>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data))));
  }

  send(method: string, params: object = {}): Promise<any> {
    this.#last += 1;
    this.#socket.send(JSON.stringify({ id: this.#last, method, params }));
    return new Promise((settle) => this.#waiting.set(this.#last, settle));
  }

  async value(expression: string): Promise<any> {
    return (await this.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  }

  #take({ id, result, method, params }: any): void {
    if (id !== undefined) this.#waiting.get(id)?.(result);
    if (method === "Log.entryAdded") this.complaints.push(`log: ${params.entry.text}`);
    if (method === "Runtime.exceptionThrown") this.complaints.push(`thrown: ${params.exceptionDetails.text}`);
    if (method === "Page.javascriptDialogOpening") this.complaints.push("a dialog opened");
    if (method === "Network.requestWillBeSent" && !params.request.url.startsWith("file:"))
      this.complaints.push(`requested: ${params.request.url}`);
  }
}

async function open(profile: string): Promise<{ readonly child: ChildProcess; readonly tab: Tab }> {
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars"];
  const child = spawn(browser, [...flags, `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"], { stdio: "ignore" });
  const portFile = join(profile, "DevToolsActivePort");
  for (let tries = 0; !existsSync(portFile) && tries < 150; tries += 1) await pause(100);
  const [port] = readFileSync(portFile, "utf8").split("\n");
  const pages = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(pages.find(({ type }) => type === "page")!.webSocketDebuggerUrl);
  await new Promise((settle) => socket.addEventListener("open", settle));
  const tab = new Tab(socket);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await tab.send(`${domain}.enable`);
  return { child, tab };
}

async function look(tab: Tab, name: string, file: string, { width, scheme, name: as }: (typeof LOOKS)[number]): Promise<readonly string[]> {
  tab.complaints.length = 0;
  await tab.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
  await tab.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await tab.send("Page.navigate", { url: pathToFileURL(file).href });
  for (let tries = 0; (await tab.value("document.readyState")) !== "complete" && tries < 100; tries += 1) await pause(50);
  await pause(200);
  const { data } = await tab.send("Page.captureScreenshot", { captureBeyondViewport: true });
  writeFileSync(join(folder!, `${name}-${as}.png`), Buffer.from(data, "base64"));
  const faults = [...tab.complaints];
  if (await tab.value("document.documentElement.scrollWidth > innerWidth")) faults.push("wider than the window");
  if (await tab.value("document.title === 'owned'")) faults.push("a script of the audited project ran");
  return [...faults, ...(await filterFaults(tab))];
}

/** The first button leaves its own findings and no others; pressed again, all. */
async function filterFaults(tab: Tab): Promise<readonly string[]> {
  const shown = "[...document.querySelectorAll('article')].filter(({ hidden }) => !hidden)";
  const all = await tab.value("document.querySelectorAll('article').length");
  if (all < 2) return [];
  const press = "(() => { const button = document.querySelector('#filters button'); button.click(); return button.dataset.value; })()";
  const value = await tab.value(press);
  const others = await tab.value(`${shown}.filter(({ dataset }) => dataset.severity !== ${JSON.stringify(value)}).length`);
  const left = await tab.value(`${shown}.length`);
  await tab.value(press);
  const back = await tab.value(`${shown}.length`);
  return others === 0 && left > 0 && left < all && back === all ? [] : [`the filter showed ${left}, then ${back} of ${all}`];
}

const profile = mkdtempSync(join(tmpdir(), "sallyport-browser-"));
const { child, tab } = await open(profile);
try {
  for (const [name, made] of Object.entries({ found: audit(), hostile: hostileAudit(), clean: clean(), nothing: nothing() })) {
    const file = resolve(folder, `${name}.html`);
    writeFileSync(file, REPORTS.html.write(made, options()));
    for (const at of LOOKS) {
      const faults = await look(tab, name, file, at);
      console.log(`${name}, ${at.name}: ${faults.length === 0 ? "as it should be" : faults.join("; ")}`);
      if (faults.length > 0) process.exitCode = 1;
    }
  }
} finally {
  const closed = new Promise((settle) => child.once("exit", settle));
  child.kill();
  await closed;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit();
