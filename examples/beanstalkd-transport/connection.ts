// One connection in beanstalkd's protocol: requests go out at once, answers come back in their order. It knows nothing
// of messages. It never waits for ever: what is not answered in time is a cut connection, and that is the end of it.
import { SallyportError } from "@sallyport/guard";
import type { Socket } from "node:net";

export interface Answer {
  /** `INSERTED`, `RESERVED`, … */
  readonly word: string;
  /** The first thing said after it, an id as a rule. */
  readonly id: string;
  readonly body: Buffer;
}

interface Asked {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: SallyportError) => void;
}

const WITH_BODY = new Set(["RESERVED", "FOUND", "OK"]);
const LONGEST_LINE = 1024;
const NONE = Buffer.alloc(0);
const FAREWELL_MS = 1000;

export class Connection {
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #answerMs: number;
  readonly #asked: Asked[] = [];
  #received: Buffer = NONE;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(socket: Socket, answerMs: number) {
    this.#socket = socket;
    this.#answerMs = answerMs;
    let cause: unknown;
    socket.on("error", (error) => (cause = error));
    socket.on("data", (data) => this.#take(data));
    this.ended = new Promise((resolve) => {
      socket.on("close", () => {
        this.#fail(cause);
        resolve();
      });
    });
    if (socket.destroyed) this.#over = true;
  }

  /** Nothing more can be asked: what was reserved here is the broker's again, or will be when its time has run out. */
  get over(): boolean {
    return this.#over;
  }

  ask(line: string, body?: Uint8Array): Promise<Answer> {
    if (this.#over) return Promise.reject(gone(undefined));
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      if (this.#asked.length === 1) this.#expect();
      this.#socket.write(body === undefined ? `${line}\r\n` : Buffer.concat([Buffer.from(`${line}\r\n`), body, Buffer.from("\r\n")]));
    });
  }

  cut(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  /** What was asked is still done. Resolves when the broker has closed too, and so has given back what was reserved. */
  async end(): Promise<void> {
    this.#over = true;
    this.#socket.end();
    const cut = setTimeout(() => this.cut(), FAREWELL_MS);
    await this.ended;
    clearTimeout(cut);
  }

  /** Whatever comes from the broker counts, so that a long queue of requests is no silence. */
  #expect(): void {
    clearTimeout(this.#timer);
    if (this.#asked.length > 0) this.#timer = setTimeout(() => this.cut(), this.#answerMs);
  }

  #take(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (let answer = this.#next(); answer !== undefined; answer = this.#next()) {
      const asked = this.#asked.shift();
      // Out of step: whatever came next would be taken for the answer to something else.
      if (asked === undefined) return this.cut();
      asked.resolve(answer);
    }
    this.#expect();
  }

  #next(): Answer | undefined {
    const end = this.#received.indexOf("\r\n");
    if (end > LONGEST_LINE || (end === -1 && this.#received.length > LONGEST_LINE)) this.cut();
    if (end === -1) return undefined;
    const [word = "", ...said] = this.#received.toString("latin1", 0, end).split(" ");
    const size = WITH_BODY.has(word) ? Number(said.at(-1)) : undefined;
    const next = end + 2 + (size === undefined ? 0 : size + 2);
    if (Number.isNaN(next)) this.cut();
    if (!(this.#received.length >= next)) return undefined;
    const body = size === undefined ? NONE : this.#received.subarray(end + 2, end + 2 + size);
    this.#received = this.#received.subarray(next);
    return { word, id: said[0] ?? "", body };
  }

  #fail(cause: unknown): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const asked of this.#asked.splice(0)) asked.reject(gone(cause));
  }
}

const gone = (cause: unknown): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "beanstalkd cannot be reached, or has not answered in time", { cause });

const LASTING = new Set(["BAD_FORMAT", "UNKNOWN_COMMAND", "JOB_TOO_BIG", "EXPECTED_CRLF"]);

/** Throws unless the answer is one of these. */
export function expectWord(answer: Answer, ...words: readonly string[]): Answer {
  if (words.includes(answer.word)) return answer;
  throw new SallyportError(
    LASTING.has(answer.word) ? "ERR_TRANSPORT_REFUSED" : "ERR_TRANSPORT_UNAVAILABLE",
    `beanstalkd answered ${answer.word}`,
  );
}

/** Of the dictionaries that beanstalkd sends only numbers are read. */
export function numberIn(answer: Answer, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(answer.body.toString("latin1"))?.[1]);
}

/** What beanstalkd says of itself, once it is known to write what it confirms. */
export async function greeted(connection: Connection): Promise<Answer> {
  const stats = expectWord(await connection.ask("stats"), "OK");
  if (numberIn(stats, "binlog-current-index") > 0) return stats;
  throw new SallyportError("ERR_CONFIG_CAPABILITY", "beanstalkd keeps its jobs in memory alone", {
    remedy: "Start it with a binlog: `beanstalkd -b /var/lib/beanstalkd -f 0`.",
  });
}
