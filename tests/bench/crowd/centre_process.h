// The centre in a process of its own, as `nhipd serve` puts it together, so that its memory and its
// time can be told from those of the devices.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nhip::bench {

class CentreProcess {
 public:
  // Forks; must come before any thread. Makes a centre with `units` invented units, C-0 and so on,
  // in `folder`, and a code for a device of each.
  CentreProcess(const std::string& folder, std::size_t units);
  ~CentreProcess();
  CentreProcess(const CentreProcess&) = delete;
  CentreProcess& operator=(const CentreProcess&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int tls_port() const { return tls_port_; }
  const std::vector<std::string>& codes() const { return codes_; }  // by unit
  static std::string unit(std::size_t number) { return "C-" + std::to_string(number); }

  double cpu_seconds() const;
  std::int64_t peak_kb() const;  // since the last forget_peak
  std::int64_t resident_kb() const;
  void forget_peak() const;

 private:
  pid_t process_ = 0;
  int port_ = 0, tls_port_ = 0;
  std::vector<std::string> codes_;
};

}  // namespace nhip::bench
