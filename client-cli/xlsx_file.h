// Records as a spreadsheet (XLSX): one row each, typed cells, a frozen heading, and a sheet that
// says what the columns are. Text is written as text, so nothing is ever computed.
#pragma once

#include <string>

#include "nhip/replica.h"
#include "nhip/schema.h"
#include "nhip/status.h"
#include "output.h"

namespace nhip::cli {

// The bytes of the file. It is made beside the replica, under the replica's own name, and removed.
// kUnavailable "cannot_write" where the disk is full or a text is too long for a cell.
Result<std::string> xlsx_of(Replica& replica, const Type& type, const std::string& replica_path,
                            const Output& output);

std::string base64(std::string_view bytes);

}  // namespace nhip::cli
