// The claims' table and what is asked of it.
import { nowOf } from "./postgres.ts";

const COLUMNS = "key, digest, state, token, started, finished, until_ms, expires_at_ms";

export interface ClaimStatements {
  readonly table: string;
  /**
   * Of keys that are not there, in order of key as JavaScript sorts too: rows are locked in one order everywhere. What
   * is seen to be there is not tried, since that would wait for an effect that has its row. The rest is not returned.
   */
  readonly claimNew: string;
  /** Locks what is there of the keys, and says what time it is. An effect may keep a row for long: nobody waits for it. */
  readonly lock: string;
  readonly insert: string;
  readonly update: string;
  /** As `claim-record.ts` changes a record, where the token is the owner's; any number of keys, each once. */
  readonly change: string;
  /** Ends the transaction with what it is still doing: who has closed the connection to it is not heard meanwhile. */
  readonly terminate: string;
  readonly forget: string;
}

export function claimStatements(schema: string): ClaimStatements {
  const claims = `${schema}.claims`;
  return {
    table: `CREATE TABLE IF NOT EXISTS ${claims} (
        key text PRIMARY KEY, digest text NOT NULL, state text NOT NULL, token text NOT NULL,
        started integer NOT NULL, finished integer NOT NULL, until_ms bigint NOT NULL, expires_at_ms bigint NOT NULL
      );
      CREATE INDEX IF NOT EXISTS claims_expiry ON ${claims} (expires_at_ms)`,
    claimNew: `WITH t AS (SELECT ${nowOf(1)} AS now)
      INSERT INTO ${claims} (${COLUMNS})
      SELECT x.key, x.digest, 'held', x.token, 1, 0, t.now + x.lease_ms, t.now + x.remember_ms
      FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS x(key, digest, token, lease_ms, remember_ms), t
      WHERE NOT EXISTS (SELECT FROM ${claims} AS known WHERE known.key = x.key)
      ORDER BY x.key COLLATE "C"
      ON CONFLICT (key) DO NOTHING RETURNING token`,
    lock: `SELECT ${COLUMNS}, ${nowOf(2)} AS now_ms FROM (SELECT 1) AS one LEFT JOIN LATERAL (
        SELECT * FROM ${claims} WHERE key = ANY($1::text[]) ORDER BY key COLLATE "C" FOR UPDATE NOWAIT
      ) AS found ON true`,
    insert: `INSERT INTO ${claims} (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO NOTHING RETURNING key`,
    update: `UPDATE ${claims} SET digest = $2, state = $3, token = $4, started = $5, finished = $6, until_ms = $7, expires_at_ms = $8
      WHERE key = $1 RETURNING key`,
    change: `WITH t AS (SELECT ${nowOf(1)} AS now), asked AS (
        SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS x(key, token, kind, ms)
      ), x AS (
        SELECT asked.* FROM asked JOIN ${claims} AS held ON held.key = asked.key AND held.token = asked.token
        ORDER BY asked.key COLLATE "C" FOR UPDATE OF held
      )
      UPDATE ${claims} AS c SET
        state = CASE x.kind WHEN 'commit' THEN 'committed' WHEN 'bury' THEN 'dead' WHEN 'condemn' THEN 'condemned'
          WHEN 'renew' THEN c.state ELSE 'free' END,
        started = CASE x.kind WHEN 'release' THEN greatest(c.finished, c.started - 1) ELSE c.started END,
        finished = c.finished + CASE WHEN x.kind IN ('fail', 'condemn') THEN 1 ELSE 0 END,
        until_ms = CASE WHEN x.kind IN ('commit', 'bury') THEN 0 ELSE t.now + x.ms END,
        expires_at_ms = CASE WHEN x.kind IN ('commit', 'bury') THEN c.expires_at_ms ELSE greatest(c.expires_at_ms, t.now + x.ms) END
      FROM x, t
      WHERE c.key = x.key AND c.token = x.token AND c.expires_at_ms > t.now
        AND (c.state = 'held' OR (c.state = 'condemned' AND x.kind IN ('bury', 'renew')))
      RETURNING c.key, txid_current() AS transaction`,
    terminate: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE usename = current_user AND backend_xid = ($1::bigint % 4294967296)::text::xid`,
    forget: `DELETE FROM ${claims} WHERE key IN (
        SELECT key FROM ${claims} WHERE expires_at_ms <= ${nowOf(1)} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  };
}
