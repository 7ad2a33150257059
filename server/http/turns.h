// Turns: who may use the centre next. One request at a time has it, and small ones go before large
// ones, so that a person who sends one record does not wait behind five hundred devices that come
// back from an outage. Among equals the first to come is the first to go.
//
// Large ones never starve: after some small ones in a row the next large one has its turn.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

namespace nhip::server {

class Turns {
 public:
  enum class Size { kSmall, kLarge };

  // Waits, and is held while it lives. Not to be taken twice by one thread.
  class Turn {
   public:
    Turn(Turns& turns, Size size) : turns_(turns) { turns_.take(size); }
    ~Turn() { turns_.release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns& turns_;
  };

  // How many wait. When somebody does, who has the turn should be brief.
  std::size_t waiting() const;

 private:
  void take(Size size);
  void release();
  struct Waiter {
    std::condition_variable called;
    bool ready = false;
  };
  Waiter* next();

  mutable std::mutex mutex_;
  bool busy_ = false;
  std::deque<Waiter*> small_, large_;
  std::size_t small_in_a_row_ = 0;  // while a large one waited
};

}  // namespace nhip::server
