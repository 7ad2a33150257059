// A device as the centre sees one: it signs, counts, chains its tokens and follows its feeds by the
// protocol's own code, but keeps nothing on a disk. So five hundred of them fit beside the centre
// that they are to keep busy.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/operation.h"
#include "crypto/keys.h"
#include "nhip/transport.h"
#include "protocol/messages.h"

namespace nhip::bench {

struct DeviceReply {
  double seconds = 0;  // from the first byte sent to the whole answer
  std::uint64_t bytes_up = 0, bytes_down = 0;
  std::size_t accepted = 0;  // operations
};

class CrowdDevice {
 public:
  CrowdDevice(std::string url, std::string unit, std::uint64_t number);

  // Ends the program when the centre refuses.
  void enrol(const std::string& code);
  // The next operations of this device: as `templates` from `from` on, with its own ids, numbers
  // and unit, `group` of them in each group.
  std::vector<core::Group> work(const std::vector<core::Operation>& templates, std::size_t from,
                                std::size_t count, std::size_t group);
  // One request with these groups. Tries again while there is no answer, as the engine does.
  DeviceReply sync(std::vector<core::Group> groups, bool check_answer = true);
  // The bytes of a request with nothing to move, ready to be sent once.
  Bytes idle_body();

 private:
  Bytes body_of(protocol::SyncRequest request);

  const std::string url_, unit_;
  const std::unique_ptr<Transport> transport_;
  const crypto::KeyPair key_ = crypto::KeyPair::generate();
  Author author_;
  std::uint64_t counter_ = 0, next_seq_ = 1, ids_ = 0;
  crypto::PublicKey server_key_{};
  std::string centre_id_;
  protocol::SyncRequest asks_;  // epoch, token, feeds as the last answer left them
};

}  // namespace nhip::bench
