// Status and Result: how every operation of the engine says what became of it.
//
// Operating errors are values. The code is one of a closed list ordered by what the caller does
// next (see `next_step`); `name` is the stable snake_case word that also stands in JSON and in the
// protocol; `message` says what happened and `hint` what to do about it. A status never carries a
// secret or the contents of a record. Nothing in the engine throws.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace nhip {

enum class Code : int {
  kOk = 0,
  kUnavailable = 1,      // no connection, server down: nothing lost, try again
  kBusy = 2,             // another process holds the lock: try again
  kUnauthenticated = 3,  // not enrolled, revoked, signature refused: ask a person
  kForbidden = 4,        // enrolled, but not allowed to do this: ask a person
  kVersion = 5,          // the other side speaks another version: update
  kCorrupt = 6,          // stored data is damaged: stop, keep the evidence
  kMalformed = 7,        // bytes from outside do not follow their grammar: refuse
  kInvalid = 8,          // data breaks a rule of its schema: correct it
  kNotFound = 9,
  kConflict = 10,  // the state does not allow it (already there, already used)
  kLimit = 11,     // larger than a limit of the engine
  kDiskFull = 12,
  kUsage = 13,     // the caller asked for something that makes no sense
  kInternal = 14,  // a fault of ours
};

enum class NextStep { kNothing, kRetryLater, kAskAPerson, kUpdate, kKeepEvidence, kCorrectInput };

// What a caller does after this code. Total over the enum.
constexpr NextStep next_step(Code code) noexcept {
  switch (code) {
    case Code::kOk: return NextStep::kNothing;
    case Code::kUnavailable:
    case Code::kBusy:
    case Code::kDiskFull: return NextStep::kRetryLater;
    case Code::kUnauthenticated:
    case Code::kForbidden: return NextStep::kAskAPerson;
    case Code::kVersion: return NextStep::kUpdate;
    case Code::kCorrupt:
    case Code::kInternal: return NextStep::kKeepEvidence;
    case Code::kMalformed:
    case Code::kInvalid:
    case Code::kNotFound:
    case Code::kConflict:
    case Code::kLimit:
    case Code::kUsage: return NextStep::kCorrectInput;
  }
  return NextStep::kKeepEvidence;
}

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string name, std::string message, std::string hint = {})
      : code_(code), name_(std::move(name)), message_(std::move(message)), hint_(std::move(hint)) {}

  bool ok() const noexcept { return code_ == Code::kOk; }
  Code code() const noexcept { return code_; }
  const std::string& name() const noexcept { return name_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }

  // The same status with where it happened put before the message: "activities.jsonl:12: …".
  Status at(std::string_view where) const {
    return Status(code_, name_, std::string(where) + ": " + message_, hint_);
  }

 private:
  Code code_ = Code::kOk;
  std::string name_;
  std::string message_;
  std::string hint_;
};

// A value or the status that says why there is none. `value()` on an error is a programmer's fault
// and ends the process through std::get's check.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<1>, std::move(value)) {}         // NOLINT: implicit
  Result(Status status) : held_(std::in_place_index<0>, std::move(status)) {}  // NOLINT: implicit

  bool ok() const noexcept { return held_.index() == 1; }
  const Status& status() const noexcept {
    static const Status kFine;
    return ok() ? kFine : *std::get_if<0>(&held_);
  }
  T& value() & { return std::get<1>(held_); }
  const T& value() const& { return std::get<1>(held_); }
  T&& value() && { return std::get<1>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<Status, T> held_;
};

// The two macros of the code base: leave the function with the error of an expression, or bind its
// value. Each use makes a name of its own, so that they may stand inside each other's lambdas.
#define NHIP_CONCAT_INNER(a, b) a##b
#define NHIP_CONCAT(a, b) NHIP_CONCAT_INNER(a, b)

#define NHIP_TRY(expression) NHIP_TRY_AS(NHIP_CONCAT(nhip_status_, __COUNTER__), expression)
#define NHIP_TRY_AS(name, expression)                      \
  do {                                                     \
    if (auto name = (expression); !name.ok()) return name; \
  } while (false)

#define NHIP_TRY_ASSIGN(declaration, expression) \
  NHIP_TRY_ASSIGN_AS(NHIP_CONCAT(nhip_result_, __COUNTER__), declaration, expression)
#define NHIP_TRY_ASSIGN_AS(name, declaration, expression) \
  auto name = (expression);                               \
  if (!name.ok()) return name.status();                   \
  declaration = std::move(name).value()

}  // namespace nhip
