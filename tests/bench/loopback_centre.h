// A centre over a folder with a listener on a free loopback port, in this process, for measuring.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "centre/folder.h"
#include "http/centre_api.h"
#include "http/listener.h"
#include "nhip/schema.h"

namespace nhip::bench {

// Every failure ends the program.
class LoopbackCentre {
 public:
  // Makes the centre in `folder` and loads the units of schema/demo, nothing else.
  explicit LoopbackCentre(const std::string& folder);
  ~LoopbackCentre();
  LoopbackCentre(const LoopbackCentre&) = delete;
  LoopbackCentre& operator=(const LoopbackCentre&) = delete;

  std::string url() const;
  std::string code_for(const std::string& unit, const std::string& role);
  std::string database() const { return folder_->paths().database; }

 private:
  Schema schema_;
  std::mutex mutex_;
  std::unique_ptr<server::CentreFolder> folder_;
  std::unique_ptr<server::CentreApi> api_;
  std::unique_ptr<server::Listener> listener_;
};

}  // namespace nhip::bench
