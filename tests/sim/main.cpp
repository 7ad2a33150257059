// nhip_sim: plays seeds and says what broke.
//
//   nhip_sim --seeds N [--from S] [--jobs J]    many seeds
//   nhip_sim --these S,S,…                      these, as the tests replay what failed once
//   nhip_sim --seed S [--shrink]                one, with everything that happened
//   nhip_sim --plants [--limit N]               planted bugs and how soon each is found
//   … --with relapse,bundle,move,lease,version,forge   kinds that are off unless named
//   … --without copy,rollback,restore
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "sim/plants.h"
#include "sim/report.h"
#include "sim/shrink.h"

namespace {

using namespace nhip::sim;

struct Options {
  std::uint64_t seeds = 200, from = 1, jobs = 1, limit = 400;
  std::optional<std::uint64_t> one;
  std::vector<std::uint64_t> these;  // instead of a range
  bool shrink = false, plants = false;
  std::string plant;
  Switches switches;
};

std::string read_registry() {
  std::ifstream file(NHIP_SOURCE_DIR "/tests/sim/registry.json", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// In memory where the system has such a place: a run is thousands of small transactions.
class Folder {
 public:
  Folder() {
    std::error_code ignored;
    const bool memory = std::filesystem::is_directory("/dev/shm", ignored);
    path_ = (memory ? std::string("/dev/shm") : std::filesystem::temp_directory_path().string()) +
            "/nhip-sim-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Player {
 public:
  explicit Player(const Options& options)
      : options_(options), registries_(registries_from(read_registry())) {}

  Outcome play(std::uint64_t seed, bool keep_log = false) const {
    return play(write_script(seed, options_.switches), keep_log);
  }
  Outcome play(const Script& script, bool keep_log = false) const {
    return Run(script, folder_.path(), registries_, keep_log).play();
  }

  // Every hundredth seed twice: the same seed gives the same trace.
  Summary play_share(std::uint64_t first, std::uint64_t step) const {
    Summary summary;
    for (std::uint64_t i = first; i < options_.seeds; i += step) {
      const std::uint64_t seed = options_.these.empty() ? options_.from + i : options_.these[i];
      const Outcome outcome = play(seed);
      summary.add(outcome);
      if (i % 100 != 0) continue;
      ++summary.replayed;
      summary.unsteady = summary.unsteady || play(seed).trace != outcome.trace;
    }
    return summary;
  }

 private:
  const Options& options_;
  const Registries registries_;
  const Folder folder_;
};

std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

std::vector<std::uint64_t> numbers(const std::string& text) {
  std::vector<std::uint64_t> all;
  std::size_t at = 0;
  do {
    all.push_back(number(text.c_str() + at));
    at = text.find(',', at) + 1;
  } while (at != 0);
  return all;
}

bool read_options(int count, char** words, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const char* value = i + 1 < count ? words[i + 1] : nullptr;
    if (word == "--shrink") {
      options.shrink = true;
    } else if (word == "--plants") {
      options.plants = true;
    } else if (value == nullptr) {
      return false;
    } else if (word == "--seeds") {
      options.seeds = number(words[++i]);
    } else if (word == "--these") {
      options.these = numbers(words[++i]);
      options.seeds = options.these.size();
    } else if (word == "--from") {
      options.from = number(words[++i]);
    } else if (word == "--seed") {
      options.one = number(words[++i]);
    } else if (word == "--jobs") {
      options.jobs = std::max<std::uint64_t>(1, number(words[++i]));
    } else if (word == "--limit") {
      options.limit = number(words[++i]);
    } else if (word == "--plant") {
      options.plant = words[++i];
    } else if (word == "--with" || word == "--without") {
      if (!switch_kinds(options.switches, words[++i], word == "--with")) return false;
    } else {
      return false;
    }
  }
  return true;
}

// One process for each job; each sends its sums back as a line.
Summary play_all(const Options& options) {
  if (options.jobs == 1) return Player(options).play_share(0, 1);
  std::vector<int> pipes;
  for (std::uint64_t job = 0; job < options.jobs; ++job) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      const std::string line = to_line(Player(options).play_share(job, options.jobs));
      for (std::size_t sent = 0; sent < line.size();) {
        const ssize_t wrote = ::write(ends[1], line.data() + sent, line.size() - sent);
        if (wrote <= 0) break;
        sent += static_cast<std::size_t>(wrote);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    pipes.push_back(ends[0]);
  }
  Summary all;
  for (const int from : pipes) {
    std::string line;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(from, buffer, sizeof buffer)) > 0;)
      line.append(buffer, static_cast<std::size_t>(got));
    ::close(from);
    Summary part;
    if (from_line(line, part)) {
      all.add(part);
    } else {
      all.failures.push_back({0, {"process_died", "a job ended without its result"}});
    }
  }
  while (::wait(nullptr) > 0) {
  }
  return all;
}

int play_many(const Options& options) {
  const auto started = std::chrono::steady_clock::now();
  const Summary summary = play_all(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  print(summary, options.switches, took.count());
  const bool complete = options.seeds < 100 || missing_faults(summary, options.switches).empty();
  return summary.failures.empty() && !summary.unsteady && complete ? 0 : 1;
}

int play_one(const Options& options) {
  const Player player(options);
  Script script = write_script(*options.one, options.switches);
  Outcome outcome = player.play(script, true);
  if (options.shrink && !outcome.findings.empty()) {
    script = shrink(std::move(script), outcome.findings.front().check, [&](const Script& tried) {
      const Outcome again = player.play(tried);
      return again.findings.empty() ? std::string() : again.findings.front().check;
    });
    outcome = player.play(script, true);
  }
  std::printf("seed %llu: %zu events, centre in %s\n", static_cast<unsigned long long>(script.seed),
              script.events.size(), script.on_sqlite ? "SQLite" : "memory");
  for (std::size_t i = 0; i < script.seats.size(); ++i)
    std::printf("device %zu: %s of %s\n", i, script.seats[i].role.c_str(),
                script.seats[i].unit.c_str());
  for (const std::string& line : outcome.log) std::printf("%s\n", line.c_str());
  std::printf("trace %016llx, %zu findings\n", static_cast<unsigned long long>(outcome.trace),
              outcome.findings.size());
  return outcome.findings.empty() ? 0 : 1;
}

int play_plants(const Options& options) {
  if (!has_plants()) {
    std::printf("this program was built without planted bugs: ./dev sim --plants\n");
    return 2;
  }
  const Player player(options);
  int missed = 0;
  std::printf("%-26s %6s  %-24s %s\n", "planted bug", "seeds", "found by", "what it does");
  for (const Plant& plant : all_plants()) {
    std::uint64_t seed = options.from;
    std::string check;
    for (; seed < options.from + options.limit && check.empty(); ++seed) {
      set_plant("");
      if (!player.play(seed).findings.empty()) continue;  // says nothing about the planted bug
      set_plant(plant.name);
      const Outcome outcome = player.play(seed);
      if (!outcome.findings.empty()) check = outcome.findings.front().check;
    }
    missed += check.empty();
    std::printf("%-26s %6llu  %-24s %s\n", std::string(plant.name).c_str(),
                static_cast<unsigned long long>(seed - options.from),
                check.empty() ? "NOT FOUND" : check.c_str(), std::string(plant.what).c_str());
    std::fflush(stdout);
  }
  set_plant("");
  return missed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  // A run has one thread; SQLite needs no locks and counts nothing.
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 400);
  Options options;
  if (!read_options(count, words, options)) {
    std::printf("nhip_sim --seeds N --from S --jobs J | --seed S [--shrink] | --plants\n");
    return 2;
  }
  // The centre reports each fault of its own there, and a dying one has many.
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  set_plant(options.plant);
  if (options.plants) return play_plants(options);
  return options.one ? play_one(options) : play_many(options);
}
