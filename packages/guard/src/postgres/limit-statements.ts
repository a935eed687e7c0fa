// The tables of limits and of the call ledger, and what is asked of them.
import { nowOf } from "./postgres.ts";

export interface LimitStatements {
  readonly table: string;
  /** A row when granted. */
  readonly spend: string;
  readonly retryAfter: string;
  readonly forget: string;
}

export function limitStatements(schema: string): LimitStatements {
  const spends = `${schema}.spends`;
  // Under the row's lock, and of the row as it then is.
  const first = "s.times[cardinality(s.times) - $2::int + 1]";
  return {
    table: `CREATE TABLE IF NOT EXISTS ${spends} (key text PRIMARY KEY, times bigint[] NOT NULL, expires_at_ms bigint NOT NULL);
      CREATE INDEX IF NOT EXISTS spends_expiry ON ${spends} (expires_at_ms)`,
    spend: `INSERT INTO ${spends} AS s (key, times, expires_at_ms) SELECT $1, ARRAY[t.now], t.now + $3::bigint FROM (SELECT ${nowOf(4)} AS now) AS t
      ON CONFLICT (key) DO UPDATE SET
        times = (s.times || excluded.times)[greatest(1, cardinality(s.times) + 2 - $2::int):],
        expires_at_ms = greatest(s.expires_at_ms, excluded.expires_at_ms)
      WHERE ${first} IS NULL OR ${first} + $3::bigint <= excluded.times[1]
      RETURNING key`,
    retryAfter: `SELECT ${first} + $3::bigint - ${nowOf(4)} AS ms FROM ${spends} AS s WHERE key = $1`,
    forget: `DELETE FROM ${spends} WHERE key IN (
        SELECT key FROM ${spends} WHERE expires_at_ms <= ${nowOf(1)} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  };
}

export interface LedgerStatements {
  readonly table: string;
  /** A row when begun, with the event id to publish under. What was begun under the same token was not answered. */
  readonly begin: string;
  readonly find: string;
  readonly end: string;
  readonly remove: string;
  readonly forget: string;
}

export function ledgerStatements(schema: string): LedgerStatements {
  const calls = `${schema}.calls`;
  return {
    table: `CREATE TABLE IF NOT EXISTS ${calls} (
        key text PRIMARY KEY, digest text NOT NULL, event_id text NOT NULL, token text NOT NULL, result text,
        lease_ends_ms bigint NOT NULL, expires_at_ms bigint NOT NULL
      );
      CREATE INDEX IF NOT EXISTS calls_expiry ON ${calls} (expires_at_ms)`,
    begin: `WITH t AS (SELECT ${nowOf(7)} AS now)
      INSERT INTO ${calls} AS c (key, digest, event_id, token, result, lease_ends_ms, expires_at_ms)
      SELECT $1, $2, $3, $4, NULL, t.now + $5::bigint, t.now + $5::bigint + $6::bigint FROM t
      ON CONFLICT (key) DO UPDATE SET
        digest = excluded.digest, token = excluded.token, result = NULL,
        event_id = CASE WHEN c.expires_at_ms > excluded.lease_ends_ms - $5::bigint THEN c.event_id ELSE excluded.event_id END,
        lease_ends_ms = excluded.lease_ends_ms, expires_at_ms = excluded.expires_at_ms
      WHERE c.expires_at_ms <= excluded.lease_ends_ms - $5::bigint
        OR (c.digest = excluded.digest AND c.result IS NULL
          AND (c.token = excluded.token OR c.lease_ends_ms <= excluded.lease_ends_ms - $5::bigint))
      RETURNING event_id`,
    find: `SELECT digest, result, lease_ends_ms - ${nowOf(2)} AS for_ms FROM ${calls} WHERE key = $1 AND expires_at_ms > ${nowOf(2)}`,
    // A key always expires as long after its lease's end as it is to be remembered.
    end: `WITH t AS (SELECT ${nowOf(4)} AS now)
      UPDATE ${calls} SET result = $3, lease_ends_ms = t.now, expires_at_ms = t.now + expires_at_ms - lease_ends_ms
      FROM t WHERE key = $1 AND token = $2`,
    remove: `DELETE FROM ${calls} WHERE key = $1 AND token = $2`,
    forget: `DELETE FROM ${calls} WHERE key IN (
        SELECT key FROM ${calls} WHERE expires_at_ms <= ${nowOf(1)} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  };
}
