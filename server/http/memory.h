// What the process does with memory that its threads gave back.
#pragma once

namespace nhip::server {

// To be called once, before any thread starts. A request is decoded in some megabytes for some
// milliseconds on whichever thread has its connection; without this each of them keeps its share.
void give_memory_back();

}  // namespace nhip::server
