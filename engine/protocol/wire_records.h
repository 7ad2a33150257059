// Operations, rows, receipts and cursors in the binary encoding: many of a kind as columns.
// Grammar: schema/protocol/v1.md, "Binary".
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/messages.h"
#include "protocol/wire_streams.h"

namespace nhip::protocol {

// `begin_ms`, the clock of the message, is what the first id and stamp are counted from.
void write_groups(const std::vector<core::Group>& groups, std::int64_t begin_ms, WireWriter& out);
std::vector<core::Group> read_groups(std::int64_t begin_ms, WireReader& in);

void write_rows(const std::vector<RowUpdate>& rows, std::int64_t begin_ms, WireWriter& out);
std::vector<RowUpdate> read_rows(std::int64_t begin_ms, WireReader& in);

void write_receipts(const std::vector<Receipt>& receipts, std::int64_t begin_ms, WireWriter& out);
std::vector<Receipt> read_receipts(std::int64_t begin_ms, WireReader& in);

void write_cursor(const Cursor& cursor, WireWriter& out);
Cursor read_cursor(WireReader& in);

}  // namespace nhip::protocol
