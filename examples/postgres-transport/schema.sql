-- The queue, for its owner to create once. Publishers need EXECUTE on `send`, consumers on the others, and nobody any
-- right on a table: so no producer can choose when a message was enqueued.
CREATE SCHEMA sallyport_queue;
SET LOCAL search_path = sallyport_queue;

CREATE TABLE message (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  destination text NOT NULL,
  -- The SHA-256 of the key: of any length and alphabet, and small enough for an index.
  key bytea,
  id text NOT NULL,
  bytes bytea NOT NULL,
  enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON message (destination, seq);
CREATE INDEX ON message (enqueued_at);

CREATE TABLE reader (destination text, name text, PRIMARY KEY (destination, name));

-- What a group has not settled. `due` is when it may be given out, or given out again, and is one time for all that are
-- sent at once; `lease` says who has it until then.
CREATE TABLE delivery (
  destination text,
  reader text,
  seq bigint REFERENCES message,
  key bytea,
  due timestamptz NOT NULL DEFAULT now(),
  lease uuid,
  PRIMARY KEY (destination, reader, seq)
);
CREATE INDEX ON delivery (destination, reader, due);
CREATE INDEX ON delivery (destination, reader, key, seq) WHERE key IS NOT NULL;
CREATE INDEX ON delivery (seq);

-- Messages of one key are numbered in the order in which they are committed, since their senders wait for each other:
-- otherwise one that is numbered first and seen last would be overtaken. Without keys nobody waits.
CREATE FUNCTION send(destinations text[], keys bytea[], ids text[], bodies bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = sallyport_queue, pg_temp AS $$
BEGIN
  LOCK TABLE message IN ROW EXCLUSIVE MODE;
  PERFORM pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended(destination || encode(key, 'hex'), 0) AS lock
    FROM unnest(destinations, keys) AS sent (destination, key) WHERE key IS NOT NULL ORDER BY 1
  ) AS locks;
  WITH sent AS (
    INSERT INTO message (destination, key, id, bytes)
    SELECT destination, key, id, bytes
    FROM unnest(destinations, keys, ids, bodies) WITH ORDINALITY AS given (destination, key, id, bytes, place) ORDER BY place
    RETURNING seq, destination, key
  )
  INSERT INTO delivery (destination, reader, seq, key)
  SELECT destination, name, seq, key FROM sent JOIN reader USING (destination);
  PERFORM pg_notify('sallyport_queue', destination) FROM (SELECT DISTINCT unnest(destinations)) AS places (destination);
END $$;

-- A group begins with the oldest message that is kept. Nothing may be half sent meanwhile, or the group would miss it.
CREATE FUNCTION join_group(place text, member_of text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = sallyport_queue, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM reader WHERE destination = place AND name = member_of) THEN RETURN; END IF;
  LOCK TABLE message IN SHARE ROW EXCLUSIVE MODE;
  INSERT INTO reader VALUES (place, member_of) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    INSERT INTO delivery (destination, reader, seq, key)
    SELECT destination, member_of, seq, key FROM message WHERE destination = place;
  END IF;
END $$;

-- One row at least, with the time until the next message is due. What was due first is first, whether it is new or
-- tried again, so that neither kind holds up the other. In order, nothing passes an unsettled message of its key.
CREATE FUNCTION take(place text, member_of text, in_order boolean, most bigint, new_lease uuid, lease_ms float8)
RETURNS TABLE (seq bigint, bytes bytea, enqueued_at_ms float8, next_due_ms float8)
LANGUAGE sql SECURITY DEFINER SET search_path = sallyport_queue, pg_temp AS $$
  WITH next AS (
    SELECT d.seq, m.bytes, m.enqueued_at FROM delivery d JOIN message m USING (seq)
    WHERE d.destination = place AND d.reader = member_of AND d.due <= statement_timestamp()
      AND (NOT in_order OR NOT EXISTS (
        SELECT FROM delivery e WHERE e.destination = place AND e.reader = member_of AND e.key = d.key AND e.seq < d.seq
      ))
    ORDER BY d.due, d.seq LIMIT most FOR UPDATE OF d SKIP LOCKED
  ), taken AS (
    UPDATE delivery d SET lease = new_lease, due = clock_timestamp() + lease_ms * interval '1 ms'
    FROM next WHERE d.destination = place AND d.reader = member_of AND d.seq = next.seq
    RETURNING d.seq, next.bytes, floor(extract(epoch FROM next.enqueued_at) * 1000)::float8
  )
  SELECT taken.*, waiting.ms FROM (
    SELECT ceil(extract(epoch FROM min(due) - statement_timestamp()) * 1000)::float8 AS ms FROM delivery
    WHERE destination = place AND reader = member_of AND due > statement_timestamp()
  ) AS waiting LEFT JOIN taken ON true ORDER BY taken.seq
$$;

-- Whoever has it by now: it is done. The next one of its key may be another process's to take.
CREATE FUNCTION acknowledge(place text, member_of text, number bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = sallyport_queue, pg_temp AS $$
  WITH gone AS (DELETE FROM delivery WHERE destination = place AND reader = member_of AND seq = number RETURNING key)
  SELECT pg_notify('sallyport_queue', place) FROM gone WHERE key IS NOT NULL
$$;

-- Only what is still held under the lease: it may be another member's by now.
CREATE FUNCTION postpone(place text, member_of text, numbers bigint[], leases uuid[], delay_ms float8, keep boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = sallyport_queue, pg_temp AS $$
  UPDATE delivery d SET lease = CASE WHEN keep THEN d.lease END, due = clock_timestamp() + delay_ms * interval '1 ms'
  FROM unnest(numbers, leases) AS held (seq, lease)
  WHERE d.destination = place AND d.reader = member_of AND d.seq = held.seq AND d.lease = held.lease;
  SELECT pg_notify('sallyport_queue', place) WHERE NOT keep AND delay_ms = 0
$$;

-- What a group has not settled outlives its time: that it is too old is for the consumer to say, who keeps it as a dead
-- letter.
CREATE FUNCTION sweep(retention_ms float8) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = sallyport_queue, pg_temp AS $$
  DELETE FROM message m WHERE enqueued_at <= clock_timestamp() - retention_ms * interval '1 ms'
    AND NOT EXISTS (SELECT FROM delivery d WHERE d.seq = m.seq)
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sallyport_queue FROM PUBLIC;
