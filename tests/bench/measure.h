// Taking times and printing figures.
//
// A figure is printed as one JSON line on standard output while it is known, and once more in a
// table on standard error at the end, so that a machine and a person each get their own.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace nhip::bench {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The middle one; of an even number the mean of the two in the middle. Not for an empty list.
double median(std::vector<double> values);

class Report {
 public:
  // `details` stand beside the value in the JSON line: sizes, seeds, medians of both sides.
  void add(const std::string& name, double value, const std::string& unit,
           const std::vector<std::pair<std::string, double>>& details, const std::string& meaning);
  void print_table() const;

 private:
  struct Row {
    std::string name, value, meaning;
  };
  std::vector<Row> rows_;
};

// Ends the program with exit 1 and a sentence when `ok` is false: a figure of a failed run is none.
void require(bool ok, const std::string& what);

}  // namespace nhip::bench
