-- New records whose operations are the rows themselves: the operations seq … seq+count-1 of one group
-- say that the records at rid … rid+count-1 of one type came to be, with the values that stand there.
-- An operation is in _nhip_op or in one entry here; before its row changes it is written out there.
CREATE TABLE _nhip_fresh(
  seq INTEGER PRIMARY KEY, count INTEGER NOT NULL, grp INTEGER NOT NULL, type INTEGER NOT NULL,
  rid INTEGER NOT NULL, scope INTEGER NOT NULL, stamp INTEGER NOT NULL, seen INTEGER NOT NULL);
CREATE UNIQUE INDEX _nhip_fresh_row ON _nhip_fresh(type, rid);
