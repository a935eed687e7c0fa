// What is to be added to streams: of each stream one command at a time, and in the next all that came meanwhile. A user
// who may add and do nothing else adds one by one: a script would need the right to read, too (DST-07).
import { isSallyportError } from "../errors.ts";
import { Gathering } from "./gathering.ts";
import type { RedisArgument, StreamConnection } from "./stream-connection.ts";
import { isForbidden } from "./stream-failure.ts";

export interface Addition {
  readonly body: Buffer;
  readonly key: string | undefined;
}

/** Arguments: of each its bytes, whether it has a key, and the key. Which were not added, by number; they are asked for alone. */
const ADD = `
local failed = {}
for i = 1, #ARGV, 3 do
  local added
  if ARGV[i + 1] == '1' then added = redis.pcall('XADD', KEYS[1], '*', 'bytes', ARGV[i], 'key', ARGV[i + 2])
  else added = redis.pcall('XADD', KEYS[1], '*', 'bytes', ARGV[i]) end
  if type(added) == 'table' and added.err then table.insert(failed, (i - 1) / 3) end
end
return failed
`;

export class StreamOutbox {
  readonly #connection: StreamConnection;
  readonly #gathering: Gathering<Addition, undefined>;
  #mayRunScripts = true;

  constructor(connection: StreamConnection) {
    this.#connection = connection;
    this.#gathering = new Gathering((additions, stream) => this.#addAll(stream, additions), connection.patience);
  }

  /** @throws {SallyportError} `ERR_TRANSPORT_*` */
  async add(stream: string, addition: Addition): Promise<void> {
    if (this.#mayRunScripts) await this.#gathering.add(stream, addition, addition.body.byteLength);
    else await this.#addOne(stream, addition);
  }

  async #addAll(stream: string, additions: readonly Addition[]): Promise<readonly PromiseSettledResult<undefined>[]> {
    let left = new Set(additions.keys());
    if (this.#mayRunScripts && additions.length > 1) left = await this.#addTogether(stream, additions);
    return Promise.all(
      additions.map(async (addition, index) => {
        if (!left.has(index)) return ADDED;
        const [result] = await Promise.allSettled([this.#addOne(stream, addition)]);
        return result.status === "fulfilled" ? ADDED : result;
      }),
    );
  }

  /** Which were not added. */
  async #addTogether(stream: string, additions: readonly Addition[]): Promise<Set<number>> {
    const args = additions.flatMap(({ body, key }): RedisArgument[] => [body, key === undefined ? "0" : "1", key ?? ""]);
    try {
      const failed = await this.#connection.run(ADD, [stream], args);
      return new Set((failed as readonly (number | string)[]).map(Number));
    } catch (error) {
      if (!isSallyportError(error) || !isForbidden(error)) throw error;
      this.#mayRunScripts = false;
      return new Set(additions.keys());
    }
  }

  #addOne(stream: string, { body, key }: Addition): Promise<unknown> {
    return this.#connection.command("XADD", [stream, "*", "bytes", body, ...(key === undefined ? [] : ["key", Buffer.from(key)])]);
  }
}

const ADDED = { status: "fulfilled", value: undefined } as const;
