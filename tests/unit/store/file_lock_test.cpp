// The lock between processes: one holder at a time, freed by death.
#include "store/file_lock.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "store_fixture.h"

using namespace nhip;
using namespace nhip::store;

TEST_CASE_METHOD(StoreFixture, "store/file_lock: a second taker is told that it is in use",
                 "[store]") {
  auto first = FileLock::take(path("l"), 0);
  REQUIRE(first.ok());
  const auto second = FileLock::take(path("l"), 0);
  CHECK(second.status().code() == Code::kBusy);
  CHECK(second.status().name() == "in_use");
  first->release();
  CHECK(FileLock::take(path("l"), 0).ok());
}

TEST_CASE_METHOD(StoreFixture, "store/file_lock: the file is private", "[store]") {
  const auto lock = FileLock::take(path("l"), 0);
  REQUIRE(lock.ok());
  struct stat found {};
  REQUIRE(stat(path("l").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
}

TEST_CASE_METHOD(StoreFixture,
                 "store/file_lock: moving hands the lock over, assigning frees the old one",
                 "[store]") {
  auto a = FileLock::take(path("a"), 0);
  auto b = FileLock::take(path("b"), 0);
  REQUIRE(a.ok());
  REQUIRE(b.ok());
  FileLock held = std::move(*a);
  CHECK_FALSE(FileLock::take(path("a"), 0).ok());
  held = std::move(*b);
  CHECK(FileLock::take(path("a"), 0).ok());
  CHECK_FALSE(FileLock::take(path("b"), 0).ok());
}

TEST_CASE_METHOD(StoreFixture, "store/file_lock: who waits gets it when it is given back",
                 "[store]") {
  auto first = FileLock::take(path("l"), 0);
  REQUIRE(first.ok());
  bool taken = false;
  std::thread waiter([&] { taken = FileLock::take(path("l"), 60'000).ok(); });
  first->release();
  waiter.join();
  CHECK(taken);
}

TEST_CASE_METHOD(StoreFixture, "store/file_lock: the death of its process frees it", "[store]") {
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto lock = FileLock::take(path("l"), 0);
    const char answer = lock.ok() ? 'y' : 'n';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char answer = 0;
  CHECK(read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(FileLock::take(path("l"), 0).ok());
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(FileLock::take(path("l"), 0).ok());
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE_METHOD(StoreFixture, "store/file_lock: a lock file that was replaced is not the lock",
                 "[store]") {
  auto first = FileLock::take(path("l"), 0);
  REQUIRE(first.ok());
  std::filesystem::remove(path("l"));
  auto second = FileLock::take(path("l"), 0);
  REQUIRE(second.ok());
  CHECK_FALSE(FileLock::take(path("l"), 0).ok());
}

TEST_CASE_METHOD(StoreFixture, "store/file_lock: a folder that is not there cannot hold one",
                 "[store]") {
  const auto lock = FileLock::take(path("nowhere/l"), 0);
  CHECK(lock.status().code() == Code::kUnavailable);
  CHECK(lock.status().name() == "cannot_lock");
}
