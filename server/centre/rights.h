// Rights: what a device may receive and write. Decided from the server's own records alone; nothing
// a device says about itself counts.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "centre/centre.h"

namespace nhip::server {

// What one device may do, computed once per request.
class Rights {
 public:
  static Result<Rights> of(Centre& centre, const Device& device);

  const std::vector<std::string>& feeds() const { return feeds_; }
  bool may_receive(const std::string& scope) const;
  // kForbidden: out_of_scope, office_only, read_only_type.
  Status may_write(const Type& type, const std::string& scope) const;
  bool office() const { return office_; }
  // Settles conflicts of policy `review`.
  bool settles_review() const { return settles_review_; }

 private:
  bool office_ = false;
  bool settles_review_ = false;
  std::set<std::string> own_;     // scopes of its unit and of the units that went into it
  std::set<std::string> shared_;  // fixed scopes
  std::vector<std::string> feeds_;
};

// Scopes that only the unit's own devices may read (`ScopeRule::suffix`).
// Where tombstones lie that every device has seen (collect.h): nobody follows it.
bool is_collected_scope(const std::string& scope);
// In the office's feed "*".
bool is_in_office_feed(const std::string& scope);
bool is_sealed_scope(const std::string& scope);

}  // namespace nhip::server
