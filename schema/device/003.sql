-- Edits of plain fields that wait to be sent: the operations seq … seq+count-1 of one group, of records
-- of one type. `edits` holds for each the record's id, the changes, and the value that each replaced
-- (engine/replica/edit_runs.cpp). While an edit stands here, the record's entry in _nhip_v_TYPE is the
-- version it was made on, and the oldest value that it replaced is the centre's, or the new row's; so
-- before the centre's word changes either, the edit becomes an ordinary operation in _nhip_op.
CREATE TABLE _nhip_edit(
  seq INTEGER PRIMARY KEY, count INTEGER NOT NULL, grp INTEGER NOT NULL, type INTEGER NOT NULL,
  scope INTEGER NOT NULL, stamp INTEGER NOT NULL, seen INTEGER NOT NULL, edits BLOB NOT NULL);
