// Dead letters in Redis: stored when `put` resolves, and so before anything is acknowledged (PSN-14). They stay in the
// server's memory until they are redriven or discarded.
import type { DeadLetter, DeadLetterFilter, DeadLetterStore } from "../ports/dead-letters.ts";
import { GET, PAGE, PUT, REMOVE } from "../redis/letter-scripts.ts";
import type { Redis } from "../redis/redis.ts";

/** Letters of one script: each may be as large as a message, and nothing else runs meanwhile. */
const AT_ONCE = 100;

export class RedisDeadLetters implements DeadLetterStore {
  readonly #redis: Redis;
  readonly #keys: readonly [string, string];

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#keys = [`${redis.prefix}:{dead}:letters`, `${redis.prefix}:{dead}:order`];
  }

  async put(letters: readonly DeadLetter[]): Promise<void> {
    for (let from = 0; from < letters.length; from += AT_ONCE) {
      const args = letters.slice(from, from + AT_ONCE).flatMap((letter) => [letter.id, letter.diedAtMs, written(letter)]);
      await this.#redis.run(PUT, this.#keys, args);
    }
  }

  async list(filter: DeadLetterFilter, page: { readonly limit: number; readonly after?: string }): Promise<readonly DeadLetter[]> {
    const found: DeadLetter[] = [];
    let after = page.after ?? "";
    while (found.length < page.limit) {
      const texts = (await this.#redis.run(PAGE, this.#keys, [after, AT_ONCE])) as readonly string[];
      const letters = texts.map(letterOf);
      found.push(...letters.filter((letter) => matches(letter, filter)));
      const last = letters.at(-1);
      if (last === undefined || letters.length < AT_ONCE) break;
      after = last.id;
    }
    return found.slice(0, page.limit);
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    const text = (await this.#redis.run(GET, this.#keys, [id])) as string | null;
    return text === null ? undefined : letterOf(text);
  }

  async remove(ids: readonly string[]): Promise<number> {
    return ids.length === 0 ? 0 : Number(await this.#redis.run(REMOVE, this.#keys, ids));
  }
}

/** Stores are asked in text, and bytes are not always text. */
const written = ({ bytes, ...rest }: DeadLetter): string => JSON.stringify({ ...rest, bytes: Buffer.from(bytes).toString("base64") });

function letterOf(text: string): DeadLetter {
  const { bytes, ...rest } = JSON.parse(text) as Omit<DeadLetter, "bytes"> & { readonly bytes: string };
  return { ...rest, bytes: new Uint8Array(Buffer.from(bytes, "base64")) };
}

const matches = (letter: DeadLetter, { group, destination, code }: DeadLetterFilter): boolean =>
  (group === undefined || letter.group === group) &&
  (destination === undefined || letter.destination === destination) &&
  (code === undefined || letter.code === code);
