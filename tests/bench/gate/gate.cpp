// The regression gate: instructions, not seconds, so that a busy machine changes nothing.
//
//     gate check FILE             compares with the stored figures; exit 1 over 3 %
//     gate store FILE REASON      writes the figures of now, with the reason for the change
//     gate run FOLDER STAGE       the work itself, as valgrind runs it
//
// Figures are ratios to plain SQLite counted in the same way, and the choice of string functions by
// kind of CPU is switched off, so that one set of figures serves every x86-64 machine with the same
// Debian packages. With other packages nothing is judged: tests/bench/README.md, "The gate".
#include <sodium.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/gate/stages.h"
#include "bench/measure.h"

namespace nhip::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTolerance = 0.03;
// The functions that glibc has for every x86-64 CPU.
constexpr char kPlainestFunctions[] =
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-BMI1,-BMI2,-ERMS,"
    "-FSRM,-SSE4_1,-SSE4_2,-SSSE3,-MOVBE,-RTM,-Fast_Unaligned_Copy,-Prefer_No_VZEROUPPER";

std::string toolchain() {
  return std::string("g++ ") + __VERSION__ + ", SQLite " + sqlite3_libversion() + ", libsodium " +
         sodium_version_string();
}

std::string self() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

// Output of a shell command and whether it ended well.
std::pair<std::string, bool> output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  require(pipe != nullptr, "cannot run " + command);
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t size = fread(part.data(), 1, part.size(), pipe))
    text.append(part.data(), size);
  return {text, pclose(pipe) == 0};
}

// Instructions of a process that ran up to `stage`; 0 when valgrind cannot run here.
double instructions(const std::string& stage) {
  std::string folder = std::filesystem::temp_directory_path().string() + "/nhip-gate.XXXXXX";
  require(mkdtemp(folder.data()) != nullptr, "cannot make a folder");
  const auto [text, ended_well] =
      output_of(std::string("env -i PATH=/usr/bin:/bin ") + kPlainestFunctions +
                " valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null " +
                self() + " run " + folder + " " + stage + " 2>&1");
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  const std::size_t at = text.find("I   refs:");
  if (!ended_well || at == std::string::npos) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return 0;
  }
  double count = 0;
  for (const char c : text.substr(at + 9, text.find('\n', at) - at - 9)) {
    if (c >= '0' && c <= '9') count = count * 10 + (c - '0');
  }
  return count;
}

// Instructions for a row, by stage; empty when nothing could be counted. Two processes at a time:
// how long they take plays no part.
std::map<std::string, double> count_all() {
  const std::vector<std::string>& stages = gate_stages();
  std::vector<double> totals(stages.size());
  const auto take_every_second = [&](std::size_t first) {
    for (std::size_t i = first; i < stages.size(); i += 2) totals[i] = instructions(stages[i]);
  };
  std::thread other([&] { take_every_second(1); });
  take_every_second(0);
  other.join();
  std::map<std::string, double> counted;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (totals[i] == 0) return {};
    if (i > 0) counted[stages[i]] = (totals[i] - totals[i - 1]) / kGateRows;
  }
  return counted;
}

Json read(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file, nullptr, false);
}

double rounded(double value, double scale) { return std::round(value * scale) / scale; }

int store(const std::string& path, const std::string& reason) {
  const auto counted = count_all();
  require(!counted.empty(), "valgrind cannot count here");
  Json file = read(path);
  const double plain = counted.at("plain");
  Json figures = Json::object();
  for (const std::string& stage : gate_stages()) {
    if (counted.count(stage) == 0 || stage.rfind("plain", 0) == 0) continue;
    const double ratio = rounded(counted.at(stage) / plain, 10'000);
    const Json* old = nullptr;
    if (file.is_object() && file.contains("figures") && file["figures"].contains(stage))
      old = &file["figures"][stage];
    // A figure that stands as it was keeps its reason.
    const bool same =
        old != nullptr && std::fabs((*old)["ratio"].get<double>() / ratio - 1) < 0.005;
    figures[stage] = same ? *old
                          : Json{{"ratio", ratio},
                                 {"instructions_per_row", std::round(counted.at(stage))},
                                 {"reason", reason}};
  }
  const Json out{{"toolchain", toolchain()},
                 {"plain_instructions_per_row", std::round(plain)},
                 {"plain_edit_instructions_per_row", std::round(counted.at("plain_edit"))},
                 {"figures", figures}};
  std::ofstream(path) << out.dump(2) << "\n";
  std::printf("%s\n", out.dump(2).c_str());
  return 0;
}

int check(const std::string& path) {
  const Json file = read(path);
  require(file.is_object() && file.contains("figures"), path + " is no file of figures");
  if (file.value("toolchain", "") != toolchain()) {
    std::printf("gate: not judged: the figures were stored with %s, and this is %s\n",
                file.value("toolchain", "").c_str(), toolchain().c_str());
    return 0;
  }
  const auto counted = count_all();
  if (counted.empty()) {
    std::printf("gate: not judged: valgrind cannot count here\n");
    return 0;
  }
  int outcome = 0;
  for (const auto& [stage, figure] : file["figures"].items()) {
    const auto now = counted.find(stage);
    require(now != counted.end(), "the figure " + stage + " is not counted any more");
    const double ratio = now->second / counted.at("plain");
    const double stored = figure["ratio"].get<double>();
    const double change = ratio / stored - 1;
    const bool within = std::fabs(change) <= kTolerance;
    std::printf("gate: %-8s %8.0f instructions a row, %6.3f × plain, stored %6.3f, %+5.1f %%%s\n",
                stage.c_str(), now->second, ratio, stored, change * 100, within ? "" : "  <--");
    if (!within) outcome = 1;
  }
  if (outcome != 0)
    std::printf(
        "gate: more than 3 %% apart. When that is meant: ./dev gate --store 'the reason'\n");
  return outcome;
}

}  // namespace
}  // namespace nhip::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "check") return nhip::bench::check(words[1]);
  if (words.size() == 3 && words[0] == "store") return nhip::bench::store(words[1], words[2]);
  if (words.size() == 3 && words[0] == "run") nhip::bench::run_stages(words[1], words[2]);
  nhip::bench::require(false, "gate check FILE | store FILE REASON | run FOLDER STAGE");
}
