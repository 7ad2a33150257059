// fork and exec without a shell; every descriptor is closed on exec but the three standard ones.
#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace nhip::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read() { close_end(ends[0]); }
  void close_write() { close_end(ends[1]); }

 private:
  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

pid_t start(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            int in, int out, int err) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  // What the test ignores must not be ignored by the program.
  ::signal(SIGPIPE, SIG_DFL);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  for (const std::string& variable : environment) putenv(const_cast<char*>(variable.c_str()));
  execv(arguments[0], arguments.data());
  _exit(127);
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int milliseconds_left(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

// Appends what is there. False at the end of the stream.
bool drain(int descriptor, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t size = read(descriptor, buffer.data(), buffer.size());
  if (size < 0) return errno == EINTR;
  into.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0;
}

// Moves bytes in all directions until both outputs are closed. False when time is over.
bool exchange(Pipe& in, Pipe& out, Pipe& err, const std::string& input, Clock::time_point end,
              Finished& finished) {
  std::size_t fed = 0;
  if (input.empty()) in.close_write();
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 3> wanted = {
        {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}, {in.ends[1], POLLOUT, 0}}};
    const int ready = poll(wanted.data(), wanted.size(), milliseconds_left(end));
    if (ready == 0) return false;
    if (ready < 0) continue;
    if (wanted[0].revents != 0 && !drain(out.ends[0], finished.out)) out.close_read();
    if (wanted[1].revents != 0 && !drain(err.ends[0], finished.err)) err.close_read();
    if (wanted[2].revents == 0) continue;
    const ssize_t size = write(in.ends[1], input.data() + fed, input.size() - fed);
    if (size > 0) fed += static_cast<std::size_t>(size);
    if (size < 0 || fed == input.size()) in.close_write();
  }
  return true;
}

}  // namespace

void pause_briefly() { poll(nullptr, 0, 5); }

Finished run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto begin = Clock::now();
  const auto end = begin + options.limit;
  Pipe in;
  Pipe out;
  Pipe err;
  const pid_t pid = start(command, options.environment, in.ends[0], out.ends[1], err.ends[1]);
  Finished finished;
  if (pid < 0) return finished;
  in.close_read();
  out.close_write();
  err.close_write();
  fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  finished.in_time = exchange(in, out, err, options.input, end, finished);
  if (!finished.in_time) kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  finished.exit_code = exit_code_of(status);
  finished.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  return finished;
}

Process::Process(const std::vector<std::string>& command, const std::string& out_file,
                 const std::string& err_file, const std::vector<std::string>& environment) {
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(out_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int err = open(err_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  pid_ = start(command, environment, in, out, err);
  for (const int descriptor : {in, out, err}) close(descriptor);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

Process::~Process() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) {
  if (pid_ > 0) kill(pid_, number);
}

bool Process::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  exit_code_ = exit_code_of(status);
  pid_ = -1;
  return false;
}

int Process::wait(std::chrono::milliseconds limit) {
  if (wait_until([this] { return !running(); }, limit)) return exit_code_;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return -1;
}

}  // namespace nhip::test
