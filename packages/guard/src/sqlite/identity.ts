// Whether the open file is still the one that its name leads to. SQLite goes on writing into a file that was deleted
// or replaced; other processes would not see it, and a restart would have forgotten which ids were handled (REP-10).
import { statSync } from "node:fs";
import { SallyportError } from "../errors.ts";

export class FileIdentity {
  readonly #path: string;
  readonly #known = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Remembers each of the files when it is first seen. @throws {SallyportError} `ERR_STORE_UNAVAILABLE` when one is another than before. */
  check(): void {
    for (const path of [this.#path, `${this.#path}-wal`]) {
      const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
      const found = stat === undefined ? undefined : `${stat.dev}:${stat.ino}`;
      const known = this.#known.get(path);
      if (known === undefined) {
        if (found !== undefined) this.#known.set(path, found);
      } else if (found !== known) {
        throw new SallyportError(
          "ERR_STORE_UNAVAILABLE",
          `the SQLite file was ${found === undefined ? "deleted or moved" : "replaced"} while open`,
          {
            place: path,
            remedy: "Nothing is written until it is back. If it is gone for good, restore it from a copy and start again.",
          },
        );
      }
    }
  }
}
