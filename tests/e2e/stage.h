// Stage: a centre and devices in a temporary folder, played by the real programs.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "support/process.h"

namespace nhip::test {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

class Stage;

// A replica of its own, driven through nhip.
class Device {
 public:
  Device(const Stage& stage, std::string file);

  // `nhip WORDS… --replica FILE --json`.
  Finished run(const Words& words, const std::string& input = {}) const;
  // The same, which must end with 0; its answer.
  Json ask(const Words& words, const std::string& input = {}) const;
  // The error's code, from standard error.
  static std::string error_code(const Finished& finished);

  std::string put(const std::string& type, const Json& record) const;  // the id
  void edit(const std::string& type, const std::string& id, const Words& assignments) const;
  Json get(const std::string& type, const std::string& id) const;
  // Records by id, without what only this side knows.
  Json records(const std::string& type) const;
  // A sync that must end well and verified.
  Json sync() const;
  Finished try_sync() const;

  Process start(const Words& words) const;  // in the background
  const std::string& file() const { return file_; }

 private:
  Words command(const Words& words) const;

  const Stage* stage_;
  std::string file_;
};

class Stage {
 public:
  // Units U-01, U-02, U-03 below U-CDN. `from`: another folder for `nhipd init --from`.
  explicit Stage(const std::string& from = {});
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  const std::string& folder() const { return folder_; }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  const std::string& url() const { return url_; }
  const std::string& recovery_key() const { return recovery_key_; }  // as init printed it

  // Starts serving on a port that the system picks, and waits until it does.
  void serve();
  // SIGTERM; must end with 0 in time.
  void stop();
  // SIGKILL, at once.
  void crash();

  // `nhipd WORDS… --data … --json`.
  Finished run_central(const Words& words) const;
  // The same over another folder of the stage.
  Finished run_in(const std::string& name, const Words& words) const;
  Json ask_central(const Words& words) const;

  std::string code(const std::string& unit, const std::string& role = "field") const;
  Device enrol(const std::string& name, const std::string& unit,
               const std::string& role = "field") const;
  // Records by id, without what only the centre knows.
  Json records(const std::string& type, const std::string& unit) const;

 private:
  void write_units(const std::string& to) const;

  std::string folder_;
  std::string url_;
  std::string recovery_key_;
  std::optional<Process> central_;
};

// How a program refused: its exit code and the name of the error.
struct Refusal {
  int exit_code;
  std::string code;
  friend bool operator==(const Refusal&, const Refusal&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& refusal) {
    return out << refusal.exit_code << " " << refusal.code;
  }
};

inline Refusal refusal_of(const Finished& finished) {
  return {finished.exit_code, Device::error_code(finished)};
}

// Seed of a random test: NHIP_SEED, else `usual`. Shown when the test fails.
unsigned seed_or(unsigned usual);

void write_file(const std::string& path, const std::string& bytes);
std::string read_file(const std::string& path);

}  // namespace nhip::test
