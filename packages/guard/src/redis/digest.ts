// By which a server knows a script that it has been sent. It is asked for and the script is not loaded: in a cluster that
// would be on whichever server is asked, and let the script run where nobody has looked at what that server keeps.

/** Argument: the script. */
const DIGEST = "return redis.sha1hex(ARGV[1])";

export class Digests {
  readonly #ask: (args: readonly string[]) => Promise<unknown>;
  readonly #known = new Map<string, Promise<string>>();

  /** `ask`: EVAL, or what stands for it. */
  constructor(ask: (args: readonly string[]) => Promise<unknown>) {
    this.#ask = ask;
  }

  of(script: string): Promise<string> {
    let digest = this.#known.get(script);
    if (digest === undefined) {
      digest = this.#ask([DIGEST, "0", script]).then(String);
      this.#known.set(script, digest);
      digest.catch(() => this.#known.delete(script));
    }
    return digest;
  }
}
