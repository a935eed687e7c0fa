// Tokens under which something was asked of a server and whose answer was lost. Asked again under its token, the server
// can tell what it has granted already from what another is granted: no attempt is counted twice.

/** Of what is never asked again, the oldest is let go: it ends as that of a process that died. */
const MOST = 10_000;

export class Unanswered {
  readonly #tokens = new Map<string, string[]>();

  /** Taken out, so that a copy of the message that comes meanwhile asks under a token of its own. */
  take(key: string): string | undefined {
    const tokens = this.#tokens.get(key);
    const token = tokens?.shift();
    if (tokens?.length === 0) this.#tokens.delete(key);
    return token;
  }

  put(key: string, token: string): void {
    const tokens = this.#tokens.get(key);
    if (tokens !== undefined) return void tokens.push(token);
    this.#tokens.set(key, [token]);
    if (this.#tokens.size > MOST) this.#tokens.delete(this.#tokens.keys().next().value as string);
  }
}
