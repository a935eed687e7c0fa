// The tables of limits and of the call ledger, and what is asked of them.
import { nowOf } from "./postgres.ts";

export interface LimitStatements {
  readonly counters: string;
  readonly spends: string;
  /** Locks the key, and says how many spends of it there have been. */
  readonly lock: string;
  /** Under that lock, in a statement of its own, so that it sees what was committed before: a row when refused. */
  readonly spend: string;
  readonly forget: string;
}

/** Spends of a key are numbered, so that the one whose leaving the window makes room is found without counting. */
export function limitStatements(schema: string): LimitStatements {
  const [counters, spends] = [`${schema}.counters`, `${schema}.spends`];
  return {
    counters: `CREATE TABLE IF NOT EXISTS ${counters} (key text PRIMARY KEY, last bigint NOT NULL, expires_at_ms bigint NOT NULL);
      CREATE INDEX IF NOT EXISTS counters_expiry ON ${counters} (expires_at_ms)`,
    spends: `CREATE TABLE IF NOT EXISTS ${spends} (
        key text NOT NULL, number bigint NOT NULL, at_ms bigint NOT NULL, expires_at_ms bigint NOT NULL, PRIMARY KEY (key, number)
      );
      CREATE INDEX IF NOT EXISTS spends_expiry ON ${spends} (expires_at_ms)`,
    lock: `INSERT INTO ${counters} VALUES ($1, 0, ${nowOf(2)}) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING last`,
    spend: `WITH t AS (SELECT ${nowOf(5)} AS now),
        blocking AS (
          SELECT s.at_ms + $4::bigint - t.now AS ms FROM ${spends} AS s, t
          WHERE s.key = $1 AND s.number = $2::bigint - $3::bigint + 1 AND s.at_ms + $4::bigint > t.now),
        counted AS (
          UPDATE ${counters} AS c SET last = $2::bigint + 1, expires_at_ms = greatest(c.expires_at_ms, t.now + $4::bigint) FROM t
          WHERE c.key = $1 AND NOT EXISTS (SELECT FROM blocking)),
        spent AS (
          INSERT INTO ${spends} SELECT $1, $2::bigint + 1, t.now, t.now + $4::bigint FROM t WHERE NOT EXISTS (SELECT FROM blocking)
          ON CONFLICT (key, number) DO UPDATE SET at_ms = excluded.at_ms, expires_at_ms = excluded.expires_at_ms)
      SELECT ms FROM blocking`,
    // A counter outlives its spends, so that none is numbered anew beside one that still counts.
    forget: `WITH over AS (DELETE FROM ${spends} WHERE (key, number) IN (
          SELECT key, number FROM ${spends} WHERE expires_at_ms <= ${nowOf(1)} LIMIT $2 FOR UPDATE SKIP LOCKED))
      DELETE FROM ${counters} WHERE key IN (
        SELECT key FROM ${counters} WHERE expires_at_ms <= ${nowOf(1)} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
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
      UPDATE ${calls} SET result = coalesce($3, result), lease_ends_ms = t.now, expires_at_ms = t.now + expires_at_ms - lease_ends_ms
      FROM t WHERE key = $1 AND token = $2`,
    remove: `DELETE FROM ${calls} WHERE key = $1 AND token = $2`,
    forget: `DELETE FROM ${calls} WHERE key IN (
        SELECT key FROM ${calls} WHERE expires_at_ms <= ${nowOf(1)} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  };
}
