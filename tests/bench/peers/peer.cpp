// This engine as a system of the shared harness of peers: its commands over the public API.
//
//     peer version | serve | write | edit | sync | dump | size   --schema FILE …
//
// What each must do and print is the harness's contract (its README). Times are taken with the
// workload parsed and the replica open.
#include "bench/peers/peer.h"

#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench/plain_database.h"
#include "nhip/sync.h"
#include "nhip/version.h"

namespace nhip::bench {
namespace {

using Json = nlohmann::json;

constexpr const char* kColumns[] = {"id",
                                    "unit_id",
                                    "category",
                                    "title",
                                    "description",
                                    "start_date",
                                    "participants_total",
                                    "children_reached",
                                    "officials_reached",
                                    "families_reached",
                                    "budget_vnd",
                                    "location",
                                    "status",
                                    "created_by",
                                    "updated_at",
                                    "note"};
constexpr std::size_t kEditsInOne = 1'000;

void check(const Status& status) { require(status.ok(), status.name() + ": " + status.message()); }

std::unique_ptr<Replica> open(const Arguments& arguments) {
  OpenOptions options;
  options.path = arguments.at("db");
  options.schema_json = read_text(arguments.at("schema"));
  options.create = true;
  auto replica = Replica::open(std::move(options));
  check(replica.status());
  return std::move(replica).value();
}

Value value_of(const Json& json) {
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  return Value(json.get<std::string>());
}

Value id_of(const std::string& text) {
  const auto id = Id::parse(text);
  require(id.has_value(), "no id: " + text);
  return Value(Bytes(id->bytes.begin(), id->bytes.end()));
}

template <typename Each>
void each_line(const std::string& path, const Each& each) {
  std::ifstream file(path);
  require(file.good(), "cannot read " + path);
  for (std::string line; std::getline(file, line);) each(Json::parse(line));
}

int finish(double seconds) {
  std::ifstream file("/proc/self/status");
  std::int64_t peak = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("VmHWM:", 0) == 0) peak = std::atoll(line.c_str() + 6);
  }
  std::printf("%s\n", Json{{"ms", seconds * 1000}, {"rss_kb", peak}}.dump().c_str());
  return 0;
}

int write(const Arguments& arguments) {
  std::vector<std::vector<Value>> rows;
  each_line(arguments.at("data"), [&](const Json& json) {
    std::vector<Value>& row = rows.emplace_back();
    for (const char* column : kColumns)
      row.push_back(row.empty() ? id_of(json[column].get<std::string>()) : value_of(json[column]));
  });
  std::string names, places;
  for (std::size_t i = 0; i < std::size(kColumns); ++i) {
    names += std::string(i == 0 ? "" : ",") + kColumns[i];
    places += std::string(i == 0 ? "?" : ",?") + std::to_string(i + 1);
  }
  const std::string sql = "INSERT INTO activity(" + names + ") VALUES(" + places + ")";
  const std::size_t batch = std::strtoull(arguments.at("batch").c_str(), nullptr, 10);
  const auto replica = open(arguments);
  const Stopwatch watch;
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    check(replica->write([&](Transaction& transaction) -> Status {
      for (std::size_t i = first; i < std::min(rows.size(), first + batch); ++i)
        NHIP_TRY(transaction.execute(sql, rows[i]));
      return {};
    }));
  }
  return finish(watch.seconds());
}

int edit(const Arguments& arguments) {
  std::vector<std::pair<std::string, std::vector<Value>>> edits;
  each_line(arguments.at("data"), [&](const Json& json) {
    edits.emplace_back(
        "UPDATE activity SET " + json["field"].get<std::string>() + "=?2 WHERE id=?1",
        std::vector<Value>{id_of(json["id"].get<std::string>()), value_of(json["value"])});
  });
  const auto replica = open(arguments);
  const Stopwatch watch;
  for (std::size_t first = 0; first < edits.size(); first += kEditsInOne) {
    check(replica->write([&](Transaction& transaction) -> Status {
      for (std::size_t i = first; i < std::min(edits.size(), first + kEditsInOne); ++i)
        NHIP_TRY(transaction.execute(edits[i].first, edits[i].second));
      return {};
    }));
  }
  return finish(watch.seconds());
}

int sync(const Arguments& arguments) {
  const auto replica = open(arguments);
  const auto status = replica->status();
  check(status.status());
  const auto transport = make_http_transport();
  const std::filesystem::path device = std::filesystem::path(arguments.at("db")).parent_path();
  const std::string code =
      read_text(code_path((device.parent_path() / "server").string(), arguments.at("name")));
  const Stopwatch watch;
  if (status->device_id.empty()) {
    check(enrol(*replica, *transport,
                {"http://127.0.0.1:" + arguments.at("port"), code, arguments.at("name")}));
  }
  const auto report = nhip::sync(*replica, *transport);
  check(report.status());
  require(report->ok && report->verified, "a sync did not end verified");
  return finish(watch.seconds());
}

int dump(const Arguments& arguments) {
  const auto replica = open(arguments);
  std::ofstream out(arguments.at("out"), std::ios::binary);
  std::string names;
  for (const char* column : kColumns) names += (names.empty() ? "" : ",") + std::string(column);
  check(replica->query("SELECT " + names + " FROM activity ORDER BY id", {},
                       [&](const std::vector<Value>& row) {
                         for (std::size_t i = 0; i < row.size(); ++i) {
                           if (i > 0) out << '\x1f';
                           if (row[i].blob()) out << Id::from_bytes(*row[i].blob())->text();
                           if (row[i].text()) out << *row[i].text();
                           if (row[i].integer()) out << *row[i].integer();
                         }
                         out << '\n';
                         return true;
                       }));
  std::puts("{}");
  return 0;
}

int size(const Arguments& arguments) {
  const std::string& path = arguments.at("db");
  open(arguments).reset();  // closing moves the log into the file
  const auto bytes = std::filesystem::file_size(path);
  {
    PlainDatabase plain(path);
    plain.run("VACUUM");
    plain.integer("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  std::printf(
      "%s\n",
      Json{{"bytes", bytes}, {"vacuumed", std::filesystem::file_size(path)}}.dump().c_str());
  return 0;
}

int version() {
  std::printf("nhip %s, SQLite %s\n", NHIP_VERSION, sqlite3_libversion());
  return 0;
}

}  // namespace
}  // namespace nhip::bench

int main(int argc, char** argv) {
  using namespace nhip::bench;
  require(argc > 1, "which command?");
  Arguments arguments;
  for (int i = 2; i + 1 < argc; i += 2) arguments[std::string(argv[i]).substr(2)] = argv[i + 1];
  const std::string command = argv[1];
  if (command == "version") return version();
  if (command == "serve") return serve_peer(arguments);
  if (command == "write") return write(arguments);
  if (command == "edit") return edit(arguments);
  if (command == "sync") return nhip::bench::sync(arguments);
  if (command == "dump") return dump(arguments);
  if (command == "size") return nhip::bench::size(arguments);
  require(false, "there is no command " + command);
}
