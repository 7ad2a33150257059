#include "bench/gate/stages.h"

#include <algorithm>
#include <memory>

#include "bench/activities.h"
#include "bench/measure.h"
#include "bench/plain_database.h"
#include "nhip/replica.h"
#include "nhip_embedded/union_registry.h"
#include "protocol/binary_encoding.h"
#include "protocol/json_encoding.h"
#include "protocol/packing.h"
#include "protocol/reconcile.h"
#include "replica/apply.h"
#include "replica/outbox.h"

namespace nhip::bench {
namespace {

constexpr char kFeed[] = "unit/U-01";

void check(const Status& status) { require(status.ok(), status.message()); }

Environment steady_environment() {
  auto now = std::make_shared<std::int64_t>(1'790'000'000'000);
  auto state = std::make_shared<std::uint64_t>(1);
  Environment environment;
  environment.unix_ms = [now] { return ++*now; };
  environment.random = [state](std::uint8_t* out, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      *state = *state * 6364136223846793005u + 1442695040888963407u;
      out[i] = static_cast<std::uint8_t>(*state >> 56);
    }
  };
  return environment;
}

std::unique_ptr<Replica> new_replica(const std::string& path) {
  OpenOptions options;
  options.path = path;
  options.schema_json = embedded::union_registry();
  options.create = true;
  options.default_unit = "U-01";
  options.environment = steady_environment();
  auto replica = Replica::open(std::move(options));
  require(replica.ok(), "cannot make a replica");
  return std::move(replica).value();
}

// As if a centre had been met; its keys are all zero.
void pretend_enrolled(Replica& replica) {
  replica::Enrolment enrolment;
  enrolment.device_id = "D-1";
  enrolment.unit_id = "U-01";
  enrolment.role = "lead";
  enrolment.server = "http://127.0.0.1";
  enrolment.centre_id = "00000000-0000-7000-8000-000000000000";
  check(replica.store().transact([&] { return replica.store().save_enrolment(enrolment); }));
}

std::vector<Value> values_of(const Activity& activity) {
  std::vector<Value> values = {Value(Bytes(activity.id.bytes.begin(), activity.id.bytes.end()))};
  values.insert(values.end(), activity.columns.begin(), activity.columns.end());
  return values;
}

class Gate {
 public:
  explicit Gate(const std::string& folder) : folder_(folder) {}

  void prepare() {
    for (int i = 0; i < 2 * kGateRows; ++i) {
      activities_.push_back(make_activity(static_cast<std::uint64_t>(i)));
      json_.push_back(activities_.back().json());
      values_.push_back(values_of(activities_.back()));
    }
    here_ = new_replica(folder_ + "/here.db");
    there_ = new_replica(folder_ + "/there.db");
    pretend_enrolled(*here_);
    pretend_enrolled(*there_);
    plain_ = std::make_unique<PlainDatabase>(folder_ + "/plain.db");
    for (const std::string& table : record_tables_of(folder_ + "/here.db")) plain_->run(table);
  }

  // The yardstick.
  void plain() {
    plain_->run("BEGIN IMMEDIATE");
    for (int i = 0; i < kGateRows; ++i) {
      const Activity& activity = activities_[static_cast<std::size_t>(i)];
      const std::vector<Value>& values = values_[static_cast<std::size_t>(i)];
      plain_->run(insert_activity_sql(), values);
      for (const std::string& topic : activity.topics)
        plain_->run(insert_topic_sql(), {values[0], Value(topic)});
    }
    plain_->run("COMMIT");
  }

  // Of what an edit is measured against; not judged itself.
  void plain_edit() {
    plain_->run("BEGIN IMMEDIATE");
    for (int i = 0; i < kGateRows; ++i) {
      const std::vector<Value>& values = values_[static_cast<std::size_t>(i)];
      plain_->run(update_note_sql(), {values[0], Value("đã kiểm tra")});
    }
    plain_->run("COMMIT");
  }

  // Records by SQL: what it costs to notice and seal new rows.
  void insert() {
    static const std::string row = insert_activity_sql();
    static const std::string topic_row = insert_topic_sql();
    check(here_->write([&](Transaction& transaction) -> Status {
      for (int i = 0; i < kGateRows; ++i) {
        const std::vector<Value>& values = values_[static_cast<std::size_t>(i)];
        NHIP_TRY(transaction.execute(row, values));
        for (const std::string& topic : activities_[static_cast<std::size_t>(i)].topics)
          NHIP_TRY(transaction.execute(topic_row, {values[0], Value(topic)}));
      }
      return {};
    }));
  }

  // Records as JSON: read, judged, normalised, sealed.
  void put() {
    check(here_->write([&](Transaction& transaction) -> Status {
      for (int i = kGateRows; i < 2 * kGateRows; ++i) {
        const auto id = transaction.put("activity", json_[static_cast<std::size_t>(i)]);
        if (!id.ok()) return id.status();
      }
      return {};
    }));
  }

  // Edits of records that wait to be sent: each is written out first.
  void amend() { edit_all(*here_); }

  // Edits of records that the centre knows: the old values, the difference, the centre's value.
  void seal() { edit_all(*there_); }

  // What waits becomes a request.
  void encode() {
    auto groups = replica::peek_groups(here_->store(), 0, 1);
    require(groups.ok() && !groups->empty(), "nothing waits to be sent");
    request_.push = std::move(groups).value();
    request_.push.resize(1);
    bytes_ = protocol::encode_json(request_);
  }

  // The same in binary: columns, without zstd, whose work would hide them.
  void encode_binary() {
    bytes_ = protocol::encode_binary(request_, {protocol::kDictionaryNewest, false});
  }
  // … and with it.
  void encode_packed() {
    bytes_ = protocol::encode_binary(request_, {protocol::kDictionaryNewest, true});
  }
  // The packed request, read from its bytes as the centre does.
  void decode_packed() {
    const auto request = protocol::decode_binary_request(bytes_);
    require(request.ok() && *request == request_, "a packed request cannot be read");
  }

  // An answer with the same records, read from its bytes.
  void decode() {
    protocol::SyncResponse answer;
    answer.epoch = "e";
    answer.granted = {kFeed};
    protocol::FeedAnswer feed;
    feed.feed = kFeed;
    feed.more = true;
    for (const core::Operation& op : request_.push[0].operations) {
      protocol::RowUpdate row;
      row.type = op.type;
      row.id = op.id;
      row.seq = op.seq;
      row.row.versions.base = {op.stamp, here_->store().author(), op.seq};
      for (const core::Change& change : op.changes)
        core::set_cell(row.row.cells, change.cell, change.value);
      feed.rows.push_back(std::move(row));
    }
    feed.cursor.seq = feed.rows.back().seq;
    answer.feeds.push_back(std::move(feed));
    auto decoded = protocol::decode_sync_response(protocol::encode_json(answer));
    require(decoded.ok(), "an answer cannot be read");
    answer_ = std::move(decoded).value();
  }

  // The centre's part of a value digest; the device's is in `apply`.
  void digest() {
    protocol::FeedAnswer& feed = answer_.feeds[0];
    protocol::ValueDigest values(there_->store().enrolment()->digest_key);
    for (const protocol::RowUpdate& row : feed.rows)
      values.add({row.type, row.id, row.seq, false, &row.row.cells});
    feed.value_digest = values.sum();
  }

  void apply() {
    replica::Repair repair;
    const auto applied = replica::apply(there_->store(), {}, answer_, repair);
    require(applied.ok() && applied->rows == kGateRows, "an answer was not applied");
  }

 private:
  void edit_all(Replica& replica) {
    static const std::string sql = update_note_sql();
    check(replica.write([&](Transaction& transaction) -> Status {
      for (int i = 0; i < kGateRows; ++i) {
        const std::vector<Value>& values = values_[static_cast<std::size_t>(i)];
        NHIP_TRY(transaction.execute(sql, {values[0], Value("đã kiểm tra")}));
      }
      return {};
    }));
  }

  const std::string folder_;
  std::vector<Activity> activities_;
  std::vector<std::string> json_;
  std::vector<std::vector<Value>> values_;
  std::unique_ptr<Replica> here_, there_;
  std::unique_ptr<PlainDatabase> plain_;
  protocol::SyncRequest request_;
  protocol::SyncResponse answer_;
  Bytes bytes_;
};

struct Stage {
  const char* name;
  void (Gate::*run)();
};
constexpr Stage kStages[] = {{"prepare", &Gate::prepare},
                             {"plain", &Gate::plain},
                             {"plain_edit", &Gate::plain_edit},
                             {"insert", &Gate::insert},
                             {"put", &Gate::put},
                             {"amend", &Gate::amend},
                             {"encode", &Gate::encode},
                             {"encode_binary", &Gate::encode_binary},
                             {"encode_packed", &Gate::encode_packed},
                             {"decode_packed", &Gate::decode_packed},
                             {"decode", &Gate::decode},
                             {"digest", &Gate::digest},
                             {"apply", &Gate::apply},
                             {"seal", &Gate::seal}};

}  // namespace

const std::vector<std::string>& gate_stages() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Stage& stage : kStages) all.emplace_back(stage.name);
    return all;
  }();
  return names;
}

// What a stage leaves behind is not taken down: that is work of another one.
void run_stages(const std::string& folder, const std::string& last) {
  auto* gate = new Gate(folder);
  for (const Stage& stage : kStages) {
    (gate->*stage.run)();
    if (last == stage.name) std::quick_exit(0);
  }
  require(false, "there is no stage " + last);
}

}  // namespace nhip::bench
