-- Bookkeeping of a replica. Every table begins with _nhip_; record tables, their triggers and one
-- version table per type (_nhip_v_TYPE) are generated from the registry (engine/replica/table_sql.cpp).

-- Settings: who we are, which centre, the clock. Values keep their SQLite type.
CREATE TABLE _nhip_setting(name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- Replicas and scopes appear in rows as small numbers.
CREATE TABLE _nhip_author(ord INTEGER PRIMARY KEY, author TEXT NOT NULL UNIQUE, device_id TEXT NOT NULL DEFAULT '');
CREATE TABLE _nhip_scope(ord INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- One row per feed this device follows: its cursor, moved in the transaction that stored the rows, and
-- the digest of the versions held.
CREATE TABLE _nhip_feed(
  name TEXT PRIMARY KEY,
  epoch TEXT NOT NULL DEFAULT '', seq INTEGER NOT NULL DEFAULT 0, salt INTEGER NOT NULL DEFAULT 0,
  within TEXT NOT NULL DEFAULT '', complete INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT '00000000000000000000000000000000',
  verified INTEGER NOT NULL DEFAULT 0,
  repair INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;  -- 1: reconcile versions, 2: values too
-- Versions beyond the cursor that we wrote ourselves and know to be exactly the centre's: closed ranges.
CREATE TABLE _nhip_have(feed TEXT, first INTEGER, last INTEGER, PRIMARY KEY(feed, first)) WITHOUT ROWID;

-- The centre's state of records it lost and we still have, to be offered back.
CREATE TABLE _nhip_offer(
  type INTEGER, id BLOB, scope INTEGER NOT NULL, seq INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY(type, id)) WITHOUT ROWID;
-- When the centre received its recent numbers, with its proof; 45 days are kept.
CREATE TABLE _nhip_receipt(
  scope INTEGER, last INTEGER, first INTEGER NOT NULL, received_at INTEGER NOT NULL,
  proof BLOB NOT NULL, PRIMARY KEY(scope, last)) WITHOUT ROWID;

-- The triggers' switch and high-water mark, one row per type. Rows with rid > mark are new since the
-- last seal and need no entries; a mark below every rid silences the triggers while remote rows are
-- written (in the same transaction, so no other writer can slip through).
CREATE TABLE _nhip_guard(type INTEGER PRIMARY KEY, mark INTEGER NOT NULL);

-- What was touched since the last seal, with the value from before the first touch. field 0: the row
-- was deleted, old = its id. field 65534: a row was inserted at a rid at or below the mark.
CREATE TABLE _nhip_mark(type INTEGER, rid INTEGER, field INTEGER, element TEXT, old,
  PRIMARY KEY(type, rid, field, element)) WITHOUT ROWID;

-- The outbox: sealed operations the centre has not received yet. `grp` is the first seq of its group.
CREATE TABLE _nhip_op(
  seq INTEGER PRIMARY KEY, grp INTEGER NOT NULL, type INTEGER NOT NULL, id BLOB NOT NULL,
  scope INTEGER NOT NULL, stamp INTEGER NOT NULL, seen INTEGER NOT NULL, held INTEGER NOT NULL,
  changes BLOB NOT NULL);
CREATE INDEX _nhip_op_record ON _nhip_op(type, id);

-- The centre's values of those cells of a record where pending operations show another one.
CREATE TABLE _nhip_under(type INTEGER, id BLOB, changes BLOB NOT NULL, PRIMARY KEY(type, id)) WITHOUT ROWID;

-- The centre's state of records that have no row in a record table: deleted ones (tombstones), those
-- deleted here while the centre does not know yet, and those of types this schema does not know.
CREATE TABLE _nhip_shelf(
  type INTEGER, id BLOB, scope INTEGER NOT NULL, seq INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY(type, id)) WITHOUT ROWID;

-- Cells of fields this schema does not know, kept for a later version of it.
CREATE TABLE _nhip_unknown(type INTEGER, id BLOB, cells BLOB NOT NULL, PRIMARY KEY(type, id)) WITHOUT ROWID;

-- Work the centre did not take: visible, editable, never dropped by the engine.
CREATE TABLE _nhip_tray(
  id BLOB PRIMARY KEY, grp INTEGER NOT NULL, type INTEGER NOT NULL, record BLOB NOT NULL,
  scope INTEGER NOT NULL, changes BLOB NOT NULL,
  state TEXT NOT NULL, code TEXT NOT NULL, field TEXT NOT NULL, message TEXT NOT NULL,
  at_fault INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX _nhip_tray_record ON _nhip_tray(type, record);
