// EitherWriter: SQL on record tables once as another tool writes it, where triggers capture, and
// once through Transaction::execute, where the engine's own connection is watched. A test that
// holds one runs twice, and both ways must come to the same.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "support/fleet.h"

namespace nhip::test {

class EitherWriter {
 public:
  // `sql`: statements without a semicolon inside a text.
  void operator()(Member& member, const std::string& sql) const {
    CAPTURE(inside_, sql);
    if (!inside_) return member.sql(sql);
    const Status written = member.replica().write([&](Transaction& transaction) -> Status {
      std::size_t start = 0;
      while (start < sql.size()) {
        const std::size_t end = std::min(sql.find(';', start), sql.size());
        NHIP_TRY(transaction.execute(sql.substr(start, end - start)));
        start = end + 1;
      }
      return {};
    });
    INFO(written.name() << ": " << written.message());
    REQUIRE(written.ok());
  }

 private:
  const bool inside_ = GENERATE(false, true);
};

}  // namespace nhip::test
