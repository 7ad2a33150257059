#include "bench/crowd/centre_process.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "bench/measure.h"
#include "centre/folder.h"
#include "core/limits.h"
#include "http/centre_api.h"
#include "http/listener.h"
#include "http/memory.h"
#include "nhip/replica.h"
#include "nhip_embedded/union_registry.h"

namespace nhip::bench {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

template <typename T>
T unwrap(Result<T> result) {
  require(result.ok(), result.status().message());
  return std::move(result).value();
}

std::int64_t now() { return system_environment().unix_ms(); }

// A folder that `load` reads: the demo's units and the invented ones below them.
std::string units_folder(const std::string& folder, std::size_t units) {
  const std::string path = folder + "-units";
  std::filesystem::create_directories(path);
  std::ifstream demo(std::string(NHIP_SCHEMA_DIR) + "/demo/org_units.csv");
  std::ofstream out(path + "/org_units.csv");
  out << demo.rdbuf();
  for (std::size_t i = 0; i < units; ++i) {
    out << CentreProcess::unit(i) << ",1,CDCS-" << 1000 + i << ",Công đoàn cơ sở Bệnh viện " << i
        << ",CDCS,BVDK_TINH,U-CDN,TP. Thái Bình,SELF,2021-01-01,,FOUNDED,,,\n";
  }
  return path;
}

// A key and a certificate that it signs itself, for loopback.
void make_certificate(const std::string& key_path, const std::string& certificate_path) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  require(X509_sign(certificate, key, EVP_sha256()) > 0, "no certificate");
  FILE* file = std::fopen(key_path.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  file = std::fopen(certificate_path.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

std::unique_ptr<server::Listener> listen(server::CentreApi& api, const std::string& folder,
                                         bool tls) {
  server::ListenerOptions options;
  options.body_bytes_max = core::kMessageBytesMax;
  if (tls) {
    options.tls_key_file = folder + "-key.pem";
    options.tls_cert_file = folder + "-cert.pem";
    make_certificate(options.tls_key_file, options.tls_cert_file);
  }
  auto listener = unwrap(server::Listener::open(options, api.routes()));
  listener->start();
  return listener;
}

// Serves until SIGTERM; tells ports and codes on `out`.
void serve(const std::string& folder, std::size_t units, FILE* out) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  server::give_memory_back();
  const Schema schema = unwrap(Schema::parse(embedded::union_registry()));
  unwrap(server::CentreFolder::create(folder, 0));
  const auto centre = unwrap(server::CentreFolder::open(folder, schema, 0, now()));
  unwrap(server::load_folder(centre->centre(), units_folder(folder, units), now(), {}));
  std::mutex mutex;
  server::CentreApi api(centre->centre(), mutex, now);
  const auto plain = listen(api, folder, false), secure = listen(api, folder, true);
  std::fprintf(out, "%d %d\n", plain->port(), secure->port());
  for (std::size_t i = 0; i < units; ++i) {
    const auto code = unwrap(server::make_code(centre->centre(), CentreProcess::unit(i), "lead",
                                               "crowd", kDayMs, now()));
    std::fprintf(out, "%s\n", code.code.c_str());
  }
  std::fclose(out);
  int signal = 0;
  sigwait(&ends, &signal);
  plain->stop();
  secure->stop();
}

// The number behind `name` in /proc/PID/status.
std::int64_t status_of(pid_t process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name, 0) == 0) return std::atoll(line.c_str() + name.size());
  }
  return 0;
}

}  // namespace

CentreProcess::CentreProcess(const std::string& folder, std::size_t units) {
  int ends[2];
  require(::pipe(ends) == 0, "no pipe");
  process_ = ::fork();
  require(process_ >= 0, "no process");
  if (process_ == 0) {
    ::close(ends[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // not to outlive a parent that was killed
    serve(folder, units, ::fdopen(ends[1], "w"));
    std::_Exit(0);
  }
  ::close(ends[1]);
  FILE* in = ::fdopen(ends[0], "r");
  require(std::fscanf(in, "%d %d", &port_, &tls_port_) == 2, "the centre did not start");
  char code[64];
  while (std::fscanf(in, "%63s", code) == 1) codes_.emplace_back(code);
  std::fclose(in);
  require(codes_.size() == units, "the centre made too few codes");
}

CentreProcess::~CentreProcess() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

double CentreProcess::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(process_) + "/stat");
  std::string text;
  std::getline(file, text);
  text = text.substr(text.rfind(')') + 2);  // the name may hold blanks
  unsigned long user = 0, system = 0;
  std::sscanf(text.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::int64_t CentreProcess::peak_kb() const { return status_of(process_, "VmHWM:"); }
std::int64_t CentreProcess::resident_kb() const { return status_of(process_, "VmRSS:"); }

void CentreProcess::forget_peak() const {
  std::ofstream("/proc/" + std::to_string(process_) + "/clear_refs") << "5";
}

}  // namespace nhip::bench
