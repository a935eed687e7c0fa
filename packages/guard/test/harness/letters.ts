// Dead letters beside the effects, so that both can be counted in one place.
import type { DeadLetter, DeadLetterStore } from "../../src/ports/dead-letters.ts";
import type { Postgres } from "../../src/postgres/postgres.ts";

const absent = (): Promise<never> => Promise.reject(new Error("the harness only stores letters"));

export class PostgresLetters implements DeadLetterStore {
  readonly list = absent;
  readonly get = absent;
  readonly remove = absent;
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  async put(letters: readonly DeadLetter[]): Promise<void> {
    for (const { id, code, event } of letters) {
      const insert = `INSERT INTO ${this.#postgres.schema}.letters (id, code, event) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`;
      await this.#postgres.query(insert, [id, code, event?.id ?? null]);
    }
  }
}
