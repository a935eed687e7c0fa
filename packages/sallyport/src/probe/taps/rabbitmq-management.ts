// RabbitMQ's management API. What changes virtual hosts goes one after the other: the node keeps a list of those that have
// a firehose, reads it, changes it and writes it back, so that of two changes at once one is lost.

const CHANGES_VHOSTS = /^vhosts\//;
let lastChange: Promise<unknown> = Promise.resolve();

export class Management {
  readonly #url: string;
  readonly #authorization: string;
  /** For the commands of reports: those are shown to others, and only the password that everyone knows may be in them. */
  readonly login: string;

  /** `address`: with user and password. */
  constructor(address: string) {
    const { username, password, origin } = new URL(address);
    const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
    this.#url = `${origin}/api/`;
    this.#authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
    this.login = `${user}:${secret === "guest" ? secret : "…"}`;
  }

  addressOf(path: string): string {
    return `${this.#url}${path}`;
  }

  /** All there are of a kind. */
  async list<T>(path: string): Promise<readonly T[]> {
    return (await (await this.#send("GET", path, undefined)).json()) as readonly T[];
  }

  async ask(method: "GET" | "PUT" | "DELETE", path: string, given?: object): Promise<void> {
    const send = async (): Promise<void> => void (await (await this.#send(method, path, given)).arrayBuffer());
    if (method === "GET" || !CHANGES_VHOSTS.test(path)) return send();
    const change = lastChange.then(send);
    lastChange = change.catch(() => undefined);
    return change;
  }

  async #send(method: string, path: string, given: object | undefined): Promise<Response> {
    const headers = { authorization: this.#authorization, "content-type": "application/json" };
    const body = given === undefined ? {} : { body: JSON.stringify(given) };
    const answer = await fetch(this.addressOf(path), { method, headers, ...body });
    if (!answer.ok) throw new Error(`the management API answers ${path} with ${answer.status}`);
    return answer;
  }
}
