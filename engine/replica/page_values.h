// PageValues: whether the records of a page are here as they are at the centre, value by value.
//
// A row that travels as changes alone rests on what is here already, and versions say nothing about
// that: a value that was changed with the triggers off keeps its version. So a page carries the sum
// of its records' values, and the same is added up here over the centre's states as they are held
// once the rows are taken, before pending operations are laid over them.
#pragma once

#include <optional>

#include "protocol/reconcile.h"
#include "replica/record_state.h"

namespace nhip::replica {

class PageValues {
 public:
  PageValues(const Store& store, const protocol::FeedAnswer& page);

  // `row` was taken, and its record holds `cells` now.
  void holds(const protocol::RowUpdate& row, const core::Cells& cells);
  // `row` was left aside, for `held` or, when it is null, for a state that is not the centre's.
  void passes_over(const protocol::RowUpdate& row, const CentreState* held);
  // True also when there is nothing to tell it by.
  bool agrees() const;

 private:
  const std::optional<std::uint64_t> expected_;
  std::optional<protocol::ValueDigest> digest_;
};

}  // namespace nhip::replica
