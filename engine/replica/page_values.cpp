#include "replica/page_values.h"

namespace nhip::replica {

PageValues::PageValues(const Store& store, const protocol::FeedAnswer& page)
    : expected_(page.value_digest) {
  if (expected_ && store.enrolment()) digest_.emplace(store.enrolment()->digest_key);
}

void PageValues::holds(const protocol::RowUpdate& row, const core::Cells& cells) {
  if (digest_) digest_->add({row.type, row.id, row.seq, core::is_deleted(cells), &cells});
}

void PageValues::passes_over(const protocol::RowUpdate& row, const CentreState* held) {
  if (row.left) return;
  if (held != nullptr && held->seq == row.seq) return holds(row, held->row.cells);
  if (row.whole) return holds(row, row.row.cells);
  digest_.reset();  // changes of a state that nobody has here any more
}

bool PageValues::agrees() const { return !digest_ || digest_->sum() == *expected_; }

}  // namespace nhip::replica
