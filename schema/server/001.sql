-- The centre's store, version 1: opaque states of records, their feeds, history, devices and inbox.
--
-- Nothing here knows a record type: a record is its type number, its id and an encoded state. What a
-- record costs beside its state is kept under 48 bytes:
--   * scopes, replicas and device names are long and few, so they stand once in small tables and are
--     named by ordinals of one or two bytes everywhere else; ordinal 0 is "nobody" and has no row;
--   * receipt time, replica and device are the same for everything a commit brought, so they stand once
--     per commit; a record repeats one of them only where it differs (loaded records, see `about`);
--   * the version of a record's cells is a few bytes relative to the above, not one entry per cell.
-- The encoded forms are drawn above their functions in server/store/row_codec.cpp.
--
-- Numbers without a sign (salts, digests, sequence numbers) are stored as the signed integer of the same
-- bits; only sequence and commit numbers are ever compared, and they are refused from 2^63 on. Text keeps
-- whatever bytes it had. STRICT, so that a foreign tool cannot leave another kind of value behind.

-- Scopes, and with each its head: the position its feed has reached. The head's columns are NULL until
-- the first head was put: a scope may be known by a past version alone.
CREATE TABLE scope (
  ordinal INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  seq INTEGER,
  salt INTEGER,
  commit_number INTEGER,
  row_count INTEGER,
  digest BLOB
) STRICT;

-- Replicas that wrote something. `replica` is 8 bytes big-endian, so its order is that of the numbers.
CREATE TABLE author (
  ordinal INTEGER PRIMARY KEY,
  replica BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  UNIQUE (replica, incarnation)
) STRICT;

-- Names of devices that versions came from: loaded versions name devices that were never enrolled here.
CREATE TABLE device_name (
  ordinal INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- What most versions of one commit have in common; written with the first of them, never changed.
CREATE TABLE commit_facts (
  number INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  author INTEGER NOT NULL,
  device INTEGER NOT NULL
) STRICT;

-- The share of one scope in one commit. `span` is last − first, which costs no byte when it is 0 or 1;
-- received_at and author are NULL when they are those of commit_facts.
-- Three orders are asked for: by commit (what is new since), by scope and commit (where a reader stood),
-- by scope and last (the salt a cursor must show). The first is the table itself.
CREATE TABLE scope_commit (
  commit_number INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  last INTEGER NOT NULL,
  span INTEGER NOT NULL,
  salt INTEGER NOT NULL,
  received_at INTEGER,
  author INTEGER,
  PRIMARY KEY (commit_number, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX scope_commit_newest ON scope_commit (scope, commit_number);
CREATE UNIQUE INDEX scope_commit_end ON scope_commit (scope, last);

-- The live version of every record, deleted ones too. The commit's number stands here although the
-- sequence number implies it: it costs three bytes and lets a row be read, and exist, without its share.
-- `about` is versions and whatever differs from the commit; `state` is the cells, last because it is the
-- part that may run over to further pages.
-- The rowid stays hidden: nothing names it, and a declared one would cost a byte in every row. Keeping the
-- table in feed order instead (WITHOUT ROWID, PRIMARY KEY (scope, seq)) would save the index below, but a
-- feed grows at its own end in the middle of the table, which leaves pages half empty.
CREATE TABLE record (
  type INTEGER NOT NULL,
  id BLOB NOT NULL,
  scope INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  commit_number INTEGER NOT NULL,
  about BLOB NOT NULL,
  state BLOB NOT NULL,
  UNIQUE (type, id)
) STRICT;
-- The feed. Replacing a version moves its only entry, so a record appears once, at its latest number.
CREATE UNIQUE INDEX record_feed ON record (scope, seq);

-- Replaced versions, and loaded ones that were never live. By type and id, not by record.ordinal, since a
-- past version may be known before the record itself. received_at is a column because it orders them.
CREATE TABLE past (
  ordinal INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  id BLOB NOT NULL,
  rev INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  commit_number INTEGER NOT NULL,
  about BLOB NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE INDEX past_of ON past (type, id, rev, received_at);

CREATE TABLE device (
  device_id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL,
  role TEXT NOT NULL,
  label TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- Enrolled replicas. Not `author`: a replica is here from enrolment on, an author from its first write.
CREATE TABLE replica (
  replica BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  device_id TEXT NOT NULL,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  request_digest BLOB NOT NULL,
  received_seq INTEGER NOT NULL,
  durable_seq INTEGER NOT NULL,
  token TEXT NOT NULL,
  recent_tokens BLOB NOT NULL,
  epoch TEXT NOT NULL,
  parent BLOB NOT NULL,
  parent_incarnation INTEGER NOT NULL,
  inherited BLOB NOT NULL,
  positions TEXT NOT NULL,
  last_contact INTEGER NOT NULL,
  client TEXT NOT NULL,
  clock_skew_ms INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  PRIMARY KEY (replica, incarnation)
) STRICT, WITHOUT ROWID;

-- What was taken over of records' states from histories that restores cut off.
CREATE TABLE offered (
  type INTEGER NOT NULL,
  id BLOB NOT NULL,
  begins INTEGER NOT NULL,
  lost_seq INTEGER NOT NULL,
  new_seq INTEGER NOT NULL,
  PRIMARY KEY (type, id, begins)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_code (
  handle TEXT PRIMARY KEY,
  hash BLOB NOT NULL,
  unit_id TEXT NOT NULL,
  role TEXT NOT NULL,
  label TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  tries_left INTEGER NOT NULL,
  used_by TEXT NOT NULL,
  used_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Groups that were not merged, whole. first_seq and last_seq are NULL for a group without operations.
CREATE TABLE inbox (
  number INTEGER PRIMARY KEY,
  replica BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  first_seq INTEGER,
  last_seq INTEGER,
  device_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  field TEXT NOT NULL,
  text TEXT NOT NULL,
  at_fault INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  operations BLOB NOT NULL
) STRICT;
CREATE INDEX inbox_of ON inbox (replica, incarnation, first_seq);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- 'nhpD': tells a centre's store from any other SQLite file.
PRAGMA application_id = 1852338244;
PRAGMA user_version = 1;
