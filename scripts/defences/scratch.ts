// A copy of the working tree in which defences are taken out, so that the tree itself is never touched. Packages from
// outside are linked; the workspace's own are resolved to the copy.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { edited, type Edit } from "./removal.ts";

const RUNNING = ".brokers.json";

export class Scratch {
  readonly root = mkdtempSync(join(tmpdir(), "sallyport-defences-"));

  constructor(origin: string) {
    const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: origin,
      encoding: "utf8",
    });
    for (const path of tracked.split("\0")) if (path !== "" && existsSync(join(origin, path))) this.#copy(origin, path);
    // Which is not tracked, and says which brokers run.
    if (existsSync(join(origin, RUNNING))) this.#copy(origin, RUNNING);
    linkPackages(join(origin, "node_modules"), join(this.root, "node_modules"));
  }

  /** Runs with the edits made, and puts back what was there. */
  async with<T>(edits: readonly Edit[], run: () => Promise<T>): Promise<T> {
    const before = new Map(edits.map(({ file }) => [file, this.#read(file)]));
    try {
      for (const edit of edits) writeFileSync(join(this.root, edit.file), edited(this.#read(edit.file), edit));
      return await run();
    } finally {
      for (const [file, text] of before) writeFileSync(join(this.root, file), text);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #copy(origin: string, path: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    cpSync(join(origin, path), join(this.root, path));
  }

  #read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }
}

/** The workspace's own are links already, relative ones: repeated here they lead into the copy. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [origin, place] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(origin), place);
    else if (entry.name.startsWith("@")) linkPackages(origin, place);
    // What else begins with a point is caches, which would be shared.
    else if (!entry.name.startsWith(".") || entry.name === ".bin") symlinkSync(origin, place);
  }
}
