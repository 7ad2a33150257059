// Running real programs: to their end with everything they printed, or in the background.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace nhip::test {

struct Finished {
  int exit_code = -1;  // -1: ended by a signal, or killed because its time was over
  bool in_time = true;
  std::string out;
  std::string err;
  std::chrono::milliseconds took{0};
};

struct ProcessOptions {
  std::string input;                     // given to standard input
  std::vector<std::string> environment;  // "NAME=value", beside the inherited ones
  std::chrono::milliseconds limit{60'000};
};

// Starts a program, feeds it, reads both its outputs until it closes them, and waits for its end.
Finished run_process(const std::vector<std::string>& command, const ProcessOptions& options = {});

// A program in the background. Its outputs go to files, so that it never waits for a reader. What
// still runs when the object goes is killed.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::string& out_file,
          const std::string& err_file, const std::vector<std::string>& environment = {});
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;

  void signal(int number);
  bool running();
  // Exit code, or -1 when a signal ended it or it had to be killed after `limit`.
  int wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_ = -1;
  int exit_code_ = -1;
};

// Asks `done` again and again until it says yes or the time is over. For what no event tells of,
// such as a file that another program writes.
template <typename Condition>
bool wait_until(Condition done, std::chrono::milliseconds limit);

void pause_briefly();

template <typename Condition>
bool wait_until(Condition done, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pause_briefly();
  }
  return true;
}

}  // namespace nhip::test
