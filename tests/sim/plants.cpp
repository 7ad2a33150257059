#include "sim/plants.h"

#include <string>

#include "core/planted.h"

namespace nhip::sim {

namespace {

std::string& active() {
  static std::string name;
  return name;
}

}  // namespace

const std::vector<Plant>& all_plants() {
  static const std::vector<Plant> plants = {
      {"acknowledge_before_commit", "a commit that failed is reported as done"},
      {"cursor_before_rows", "the cursor is stored in a transaction before the rows it covers"},
      {"loser_dropped", "a value that lost is not kept"},
      {"seq_reused", "a device numbers two groups alike"},
      {"tombstone_skipped", "pages leave deleted records out"},
      {"epoch_ignored", "a cursor of another history counts"},
      {"echo_filter_drops_merged", "a merged record passes for exactly what the device sent"},
      {"self_conflict", "a replica's own earlier write counts as unseen"},
      {"group_member_lost", "a change carries only the member of its group that changed"},
      {"flag_left_on", "triggers stay silent after applying"},
      {"outbox_overshoot", "a verdict takes one operation too many out of the outbox"},
      {"complete_too_early", "a page in the middle of a pull counts as the head"},
      {"delete_beats_edit", "a delete wins over an edit it had not seen"},
      {"scope_leaked", "a correction shows a record of another unit"},
      {"correction_ignored", "a device does not take corrections"},
      {"repeat_counted", "what a file or a request brings a second time is merged again"},
      {"overtaken_answer_taken", "a file's answer counts though a sync has moved the cursor"},
      {"purge_before_rescue", "a feed is purged with the work that waits for it"},
      {"purge_skipped", "a withdrawn feed stays"},
      {"purge_leaves_bytes", "a purged feed stays readable in the file's free pages"},
      {"lease_ignored", "tombstones are collected that a leased device has not seen"},
      {"tombstone_age_ignored", "tombstones are collected on the first day"},
      {"collected_kept", "a device keeps tombstones that the centre collected"},
      {"moved_row_left", "a record that moved stays in the scope it left"},
      {"move_forgets_author", "a record that moves takes every cell for the office's"},
      {"receipt_unverified", "any receipt counts"},
      {"bucket_skipped", "a comparison leaves one bucket out"},
      {"unknown_dropped", "a device drops fields that its registry does not know"},
      {"upgrade_unfilled", "an upgrade leaves what was kept for it aside"},
      {"copy_drops_work", "a copy that takes its own name loses its last operation"},
  };
  return plants;
}

void set_plant(std::string_view name) { active() = name; }

bool has_plants() {
#ifdef NHIP_PLANTS
  return true;
#else
  return false;
#endif
}

}  // namespace nhip::sim

#ifdef NHIP_PLANTS
namespace nhip::core {
bool planted(const char* name) { return sim::active() == name; }
}  // namespace nhip::core
#endif
