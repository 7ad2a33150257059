// PortalServer: a listener that gives every visitor the same answer, as the log-in page of a hotel
// does.
#pragma once

#include <string>
#include <thread>

namespace nhip::test {

class PortalServer {
 public:
  explicit PortalServer(std::string answer);
  ~PortalServer();
  PortalServer(const PortalServer&) = delete;
  PortalServer& operator=(const PortalServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  void answer_all();

  std::string answer_;
  std::string url_;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace nhip::test
