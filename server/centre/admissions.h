// Admissions: whom the centre let in and sent away, beside the database.
//
// Records come back from devices after a restore; these facts would not. A revoked device that an
// old database knows as a good one would be let in again, a used code would work a second time, and
// a device that was enrolled since would stand outside until the office sent it another code. So
// every device, replica key and code is also a line of this file, flushed before the answer that
// tells of it; and whenever the folder is opened, whatever the database lacks is put back.
//
// The first line names the centre, each further one is a JSON object with what is known now; the
// last line about a device, replica or code counts. A line cut short by a crash is dropped: what it
// told of is still in the database.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "centre/centre.h"

namespace nhip::server {

class Admissions {
 public:
  // Reads the file (an absent or damaged one is made anew, the damaged one kept beside it) and
  // brings file and store to the same state. `remarks` gets a sentence for whatever was put back.
  Status open(const std::string& path, const Id& centre_id, ServerStore& store,
              std::vector<std::string>& remarks);

  // After a commit. What cannot be written now is written with the next one.
  Status note(const Committed& committed);

  // Whether the file says what the store says; kCorrupt "admissions_disagree".
  static Status check(const std::string& path, const Id& centre_id, ServerStore& store);

 private:
  struct Key {
    std::string device_id;
    Bytes public_key;
    Author parent;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Known {
    std::map<std::string, Device> devices;
    std::map<Author, Key> replicas;
    std::map<std::string, EnrolmentCode> codes;
  };

  // Whether every line could be read, the last one to its end.
  static Result<bool> read(const std::string& path, const Id& centre_id, Known& known);
  static bool read_line(std::string_view line, Known& known);
  Status apply(ServerStore& store, std::vector<std::string>& remarks);
  void learn(const Committed& committed, std::string& lines);
  Status rewrite();

  std::string path_;
  std::string head_;
  Known known_;
  std::string unwritten_;
};

}  // namespace nhip::server
