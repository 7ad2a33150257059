// The engine's figures, through its public C++ API and beside plain SQLite in the same run.
//
//     bench_engine [--rows N[,N…]] [--runs N] [--folder DIR] [--only local|sync]
//
// Workload, sizes and the meaning of every figure: tests/bench/README.md.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "bench/local_figures.h"
#include "bench/measure.h"
#include "bench/sync_figures.h"

namespace {

struct Arguments {
  nhip::bench::Sizes sizes;
  std::vector<std::uint64_t> rows;  // one pass over everything for each
  std::string folder = std::filesystem::temp_directory_path().string();
  std::string only;
};

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    nhip::bench::require(i + 1 < argc, name + " wants a value");
    const std::string value = argv[++i];
    if (name == "--rows") {
      std::istringstream list(value);
      for (std::string each; std::getline(list, each, ',');)
        arguments.rows.push_back(std::strtoull(each.c_str(), nullptr, 10));
    } else if (name == "--runs") {
      arguments.sizes.runs = std::atoi(value.c_str());
    } else if (name == "--folder") {
      arguments.folder = value;
    } else if (name == "--only") {
      arguments.only = value;
    } else {
      nhip::bench::require(false, "unknown option " + name);
    }
  }
  if (arguments.rows.empty()) arguments.rows = {arguments.sizes.rows};
  const bool counts = std::count(arguments.rows.begin(), arguments.rows.end(), 0u) == 0;
  nhip::bench::require(counts && arguments.sizes.runs > 0,
                       "--rows and --runs want a number above 0");
  return arguments;
}

// A folder of its own below `parent`, gone at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& parent) {
    std::string pattern = parent + "/nhip-bench.XXXXXX";
    nhip::bench::require(mkdtemp(pattern.data()) != nullptr, "cannot make a folder in " + parent);
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string sub(const std::string& name) const {
    std::filesystem::create_directories(path_ + "/" + name);
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = read_arguments(argc, argv);
  const ScratchFolder scratch(arguments.folder);
  nhip::bench::Report report;
  for (const std::uint64_t rows : arguments.rows) {
    nhip::bench::Sizes sizes = arguments.sizes;
    sizes.rows = rows;
    sizes.batches = std::max<std::uint64_t>(1, rows / sizes.batch);
    const std::string name = std::to_string(rows);
    if (arguments.only.empty() || arguments.only == "local")
      nhip::bench::local_figures(scratch.sub("local" + name), sizes, report);
    if (arguments.only.empty() || arguments.only == "sync")
      nhip::bench::sync_figures(scratch.sub("sync" + name), sizes, report);
  }
  report.print_table();
  return 0;
}
