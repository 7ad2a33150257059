#include "http/memory.h"

#include <cstdlib>  // tells which C library this is

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace nhip::server {
namespace {

// As many as cores that work; the default is eight for each core, each with its own high-water
// mark.
constexpr int kArenas = 1;
// Larger pieces are taken from the system one by one and given back at once. Said so that the
// library does not raise the bound by itself when it sees large pieces come and go.
constexpr int kMappedBytes = 64 << 10;
constexpr int kSpareBytes = 128 << 10;  // free memory at an arena's end that is kept

}  // namespace

void give_memory_back() {
#ifdef __GLIBC__
  ::mallopt(M_ARENA_MAX, kArenas);
  ::mallopt(M_MMAP_THRESHOLD, kMappedBytes);
  ::mallopt(M_TRIM_THRESHOLD, kSpareBytes);
#endif
}

}  // namespace nhip::server
