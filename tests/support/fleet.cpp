#include "support/fleet.h"

#include <sqlite3.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>

#include "centre/epoch.h"
#include "nhip_embedded/union_registry.h"
#include "record/record_json.h"

namespace nhip::test {

namespace {

template <typename T>
T must(Result<T> result) {
  INFO(result.status().name() << ": " << result.status().message());
  REQUIRE(result.ok());
  return std::move(result).value();
}

void must(const Status& status) {
  INFO(status.name() << ": " << status.message());
  REQUIRE(status.ok());
}

std::string new_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "nhip-fleet-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

// FILE and what begins with its name: the whole replica. What the target had is gone.
void copy_files(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(from).parent_path();
  const auto belongs = [](const fs::path& file, const std::string& replica) {
    const std::string name = fs::path(replica).filename().string();
    const std::string given = file.filename().string();
    return given == name || given.rfind(name + "-", 0) == 0;
  };
  std::vector<fs::path> old, wanted;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (belongs(entry.path(), to)) old.push_back(entry.path());
    if (belongs(entry.path(), from)) wanted.push_back(entry.path());
  }
  for (const fs::path& file : old) fs::remove(file);
  for (const fs::path& file : wanted) fs::copy_file(file, to + file.string().substr(from.size()));
}

std::string path_of(const std::string& url,
                    std::vector<std::pair<std::string, std::string>>& query) {
  const std::string rest = url.substr(url.find('/', url.find("://") + 3));
  const std::size_t mark = rest.find('?');
  if (mark == std::string::npos) return rest;
  const std::string pair = rest.substr(mark + 1);
  query.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
  return rest.substr(0, mark);
}

}  // namespace

Result<Response> LoopbackTransport::send(const Request& request) {
  const Status gone(Code::kUnavailable, "connection_lost", "The connection broke.");
  ++requests;
  if (lose_requests > 0) {
    --lose_requests;
    return gone;
  }
  server::HttpRequest in;
  in.method = request.post ? "POST" : "GET";
  in.path = path_of(request.url, in.query);
  in.authorization = request.authorization;
  in.accept = request.accept;
  in.body = request.body;
  for (const server::Route& route : fleet_.routes) {
    if (route.method != in.method || route.path != in.path) continue;
    const server::HttpReply reply = route.handler(in);
    if (lose_answers > 0) {
      --lose_answers;
      return gone;
    }
    Response out{reply.status, reply.signature, reply.body, request.body.size(), reply.body.size()};
    if (damage_answers > 0 && !out.body.empty()) {
      --damage_answers;
      out.body[out.body.size() / 2] ^= 1;
    }
    return out;
  }
  return gone;
}

Member::Member(Fleet& fleet, std::string path, std::string unit, std::string role,
               const std::string& schema)
    : transport(fleet),
      fleet_(fleet),
      path_(std::move(path)),
      schema_json_(schema.empty() ? fleet.schema_json : schema) {
  open(true);
  const auto code =
      must(server::make_code(*fleet.centre, unit, role, "test", 3'600'000, fleet.now_ms));
  must(enrol(*replica_, transport, {"http://127.0.0.1:1", code.code, "test"}));
}

Member::Member(Fleet& fleet, std::string path)
    : transport(fleet), fleet_(fleet), path_(std::move(path)), schema_json_(fleet.schema_json) {
  open(false);
}

std::string Member::save_files() {
  replica_.reset();
  const std::string saved = path_ + ".saved" + std::to_string(fleet_.now_ms++);
  copy_files(path_, saved);
  open(false);
  return saved;
}

void Member::put_back(const std::string& saved) {
  replica_.reset();
  copy_files(saved, path_);
  open(false);
}

void Member::open(bool create) { replica_ = must(try_open(create)); }

Result<std::unique_ptr<Replica>> Member::try_open(bool create) {
  OpenOptions options;
  options.path = path_;
  options.create = create;
  options.schema_json = schema_json_;
  Environment environment = system_environment();
  environment.unix_ms = [this] { return fleet_.now_ms + clock_error_ms; };
  options.environment = environment;
  return Replica::open(options);
}

Status Member::update(const std::string& schema) {
  const std::string before = schema_json_;
  replica_.reset();
  schema_json_ = schema;
  auto opened = try_open(false);
  const Status status = opened.status();
  if (opened.ok()) {
    replica_ = std::move(opened).value();
  } else {
    schema_json_ = before;
    open(false);
  }
  return status;
}

void Member::reopen() {
  replica_.reset();
  open(false);
}

Id Member::put(const std::string& type, const std::string& json) {
  fleet_.advance(1000);
  return must(replica_->put(type, json));
}

void Member::edit(const std::string& type, const Id& id, const std::string& json) {
  fleet_.advance(1000);
  nlohmann::json object = nlohmann::json::parse(json);
  object["id"] = id.text();
  must(replica_->put(type, object.dump()));
}

void Member::remove(const std::string& type, const Id& id) {
  fleet_.advance(1000);
  must(replica_->remove(type, id));
}

nlohmann::json Member::get(const std::string& type, const Id& id) {
  auto text = replica_->get(type, id);
  return text.ok() ? nlohmann::json::parse(*text) : nlohmann::json();
}

nlohmann::json Member::list(const std::string& type) {
  nlohmann::json all = nlohmann::json::array();
  must(replica_->list(type, [&](std::string_view json) {
    all.push_back(nlohmann::json::parse(json));
    return true;
  }));
  return all;
}

Result<SyncReport> Member::try_sync(std::int64_t patience_ms) {
  fleet_.advance(1000);
  SyncOptions options;
  options.patience_ms = patience_ms;
  return nhip::sync(*replica_, transport, options);
}

SyncReport Member::sync() { return must(try_sync(20'000)); }
ReplicaStatus Member::status() { return must(replica_->status()); }
std::vector<Conflict> Member::conflicts() { return must(replica_->conflicts()); }

void Member::sql(const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path_.c_str(), &db) == SQLITE_OK);
  char* error = nullptr;
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
  INFO(sql << " → " << (error ? error : ""));
  sqlite3_free(error);
  sqlite3_close(db);
  REQUIRE(code == SQLITE_OK);
}

Fleet::Fleet(const std::string& json)
    : folder(new_folder()),
      schema_json(json.empty() ? std::string(nhip::embedded::union_registry()) : json),
      store(server::make_memory_store()),
      schema(std::make_unique<Schema>(must(Schema::parse(schema_json)))),
      keys(std::make_unique<server::CentreKeys>()) {
  crypto::initialise();
  keys->centre_id = *Id::parse("0f0e0d0c-0b0a-4908-8706-050403020100");
  keys->epoch = "e1";
  start();
}

void Fleet::start() {
  centre = std::make_unique<server::Centre>(*store, *schema, *keys, crypto::random_bytes);
  api = std::make_unique<server::CentreApi>(*centre, mutex_, [this] { return now_ms; });
  routes = api->routes();
  centre->set_epoch_opener([this](std::int64_t now, std::uint64_t above) -> Status {
    keys->epoch = "e" + std::to_string(now) + "x";
    NHIP_TRY(store->begin());
    NHIP_TRY(server::open_epoch(*store, keys->epoch, crypto::random_bytes, now, above));
    return store->commit();
  });
}

void Fleet::put_back(const server::ServerStore& from, const std::string& epoch) {
  store = copy_memory_store(from);
  keys->epoch = epoch;
  start();
}

void Fleet::restore(const server::ServerStore& from) {
  store = copy_memory_store(from);
  keys->epoch = "e" + std::to_string(now_ms);
  must(store->begin());
  must(server::open_epoch(*store, keys->epoch, crypto::random_bytes, now_ms));
  must(store->commit());
  start();
}

Member& Fleet::add_copy(Member& of) {
  const std::string saved = of.save_files();
  const std::string path = folder + "/" + std::to_string(members_.size()) + ".db";
  copy_files(saved, path);
  members_.push_back(std::make_unique<Member>(*this, path));
  return *members_.back();
}

void Fleet::update_centre(const std::string& registry) {
  centre.reset();
  schema = std::make_unique<Schema>(must(Schema::parse(registry)));
  start();
}

Fleet::~Fleet() {
  members_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

Member& Fleet::add(const std::string& unit, const std::string& role, const std::string& registry) {
  const std::string path = folder + "/" + std::to_string(members_.size()) + ".db";
  members_.push_back(std::make_unique<Member>(*this, path, unit, role, registry));
  return *members_.back();
}

nlohmann::json Fleet::records(const std::string& type_name, const std::string& unit) {
  nlohmann::json all = nlohmann::json::array();
  const Type& type = *schema->type(type_name);
  must(store->each_row(type.number, [&](const server::StoredRow& row) {
    nlohmann::json record = record::to_json(type, row.id, row.row.cells);
    const bool wanted = unit.empty() || record.value("unit_id", "") == unit;
    if (wanted && !core::is_deleted(row.row.cells)) all.push_back(std::move(record));
    return true;
  }));
  return all;
}

nlohmann::json Fleet::conflicts() { return records("nhip_conflict"); }

}  // namespace nhip::test
