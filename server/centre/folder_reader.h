// A folder of records: which files it may hold and what each line of them is.
//
// The known files name a record type each. The lines of `*.jsonl` are revisions with the envelope
// (id, rev, received_at …); org_units.csv, periods.json, survey_forms.json and codes.json define
// things and have no envelope: their ids come from their natural keys. Any file may be absent. A
// `*.jsonl` file of another name is read too; there each line's own `type` decides.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <string>

#include "centre/centre.h"
#include "nhip/status.h"

namespace nhip::server {

struct SourceLine {
  std::string file;         // its name without folders
  std::uint64_t line = 0;   // from 1
  std::string type;         // of the file; empty: the line says
  bool definition = false;  // without envelope
};

struct FolderVisitor {
  // Every line or element that is JSON. An error ends the reading.
  std::function<Status(const SourceLine&, const nlohmann::json&)> each;
  // Every line or file that is not.
  std::function<void(const LoadProblem&)> broken;
};

// kNotFound "no_folder", kInvalid "no_known_files", kUnavailable "unreadable_file".
Status read_folder(const std::string& folder, const FolderVisitor& visitor);
// Only the files that define things, in the same order; there may be none.
Status read_definition_files(const std::string& folder, const FolderVisitor& visitor);

}  // namespace nhip::server
