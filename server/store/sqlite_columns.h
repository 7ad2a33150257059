// How the values of ServerStore's structs stand in columns of the SQLite store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/bytes.h"
#include "nhip/value.h"
#include "store/store_rules.h"

namespace nhip::server {

// The signed integer of the same bits; Stmt::unsigned_integer reads it back.
inline std::int64_t as_column(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// A bound of a comparison: nothing stored lies above kNumberMax, so a larger bound means "no
// bound".
inline std::int64_t as_bound(std::uint64_t value) { return as_column(std::min(value, kNumberMax)); }

// Eight bytes big-endian: sorts as the unsigned number.
inline Bytes as_blob(std::uint64_t value) {
  core::Writer out;
  out.fixed64(value);
  return out.take();
}

// Zero when the blob has another size; nothing stored refers to replica 0.
inline std::uint64_t from_blob(std::span<const std::uint8_t> bytes) {
  core::Reader in(bytes);
  const std::uint64_t value = in.fixed64();
  return in.done() ? value : 0;
}

}  // namespace nhip::server
