// Invented activities of one union, about 600 bytes each as JSON: the rows that every figure is
// about. The same number gives the same activity on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nhip/id.h"
#include "nhip/value.h"

namespace nhip::bench {

struct Activity {
  Id id;
  std::vector<Value> columns;       // in the order of kActivityColumns, after the id
  std::vector<std::string> topics;  // rows of the child table
  std::string json() const;
};

Activity make_activity(std::uint64_t number);

// INSERT of one activity: ?1 the id, ?2 … the columns. INSERT of one topic: ?1 the id, ?2 the
// topic.
std::string insert_activity_sql();
std::string insert_topic_sql();
// ?1 the id, ?2 the new note.
std::string update_note_sql();

}  // namespace nhip::bench
