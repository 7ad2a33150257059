// Inserts and one-field updates, the engine and plain SQLite by turns on the same rows, both
// durable.
#include "bench/local_figures.h"

#include <filesystem>
#include <memory>

#include "bench/activities.h"
#include "bench/plain_database.h"
#include "nhip/replica.h"
#include "nhip_embedded/union_registry.h"

namespace nhip::bench {
namespace {

using Times = std::vector<double>;

struct Measured {
  Times batch, batch_sql, single, update_batch, update_single;
};

std::unique_ptr<Replica> new_replica(const std::string& path) {
  OpenOptions options;
  options.path = path;
  options.schema_json = embedded::union_registry();
  options.create = true;
  options.default_unit = "U-01";
  auto replica = Replica::open(std::move(options));
  require(replica.ok(),
          "cannot make a replica: " + (replica.ok() ? "" : replica.status().message()));
  return std::move(replica).value();
}

void check(const Status& status) { require(status.ok(), status.message()); }

std::vector<Value> insert_values(const Activity& activity) {
  std::vector<Value> values = {Value(Bytes(activity.id.bytes.begin(), activity.id.bytes.end()))};
  values.insert(values.end(), activity.columns.begin(), activity.columns.end());
  return values;
}

// The rows of one run; none of its numbers appears in another part of the run.
class Rows {
 public:
  Rows(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) activities_.push_back(make_activity(first + i));
    for (const Activity& activity : activities_) json_.push_back(activity.json());
  }
  const std::vector<Activity>& activities() const { return activities_; }
  const std::vector<std::string>& json() const { return json_; }

 private:
  std::vector<Activity> activities_;
  std::vector<std::string> json_;
};

template <typename Body>
void timed(Times& times, const Body& body) {
  const Stopwatch watch;
  body();
  times.push_back(watch.seconds());
}

// Calls `each` with the numbers of the rows of one batch after the other, `around` with each batch.
template <typename Around>
void in_batches(std::uint64_t rows, std::uint64_t batch, const Around& around) {
  for (std::uint64_t first = 0; first < rows; first += batch) {
    around(first, std::min(rows, first + batch));
  }
}

void insert_plain(PlainDatabase& plain, const Activity& activity) {
  static const std::string row = insert_activity_sql();
  static const std::string topic_row = insert_topic_sql();
  const std::vector<Value> values = insert_values(activity);
  plain.run(row, values);
  for (const std::string& topic : activity.topics) plain.run(topic_row, {values[0], Value(topic)});
}

Status insert_by_sql(Transaction& transaction, const Activity& activity) {
  static const std::string row = insert_activity_sql();
  static const std::string topic_row = insert_topic_sql();
  const std::vector<Value> values = insert_values(activity);
  NHIP_TRY(transaction.execute(row, values));
  for (const std::string& topic : activity.topics) {
    NHIP_TRY(transaction.execute(topic_row, {values[0], Value(topic)}));
  }
  return {};
}

std::vector<Value> note_of(const Activity& activity, const std::string& note) {
  return {Value(Bytes(activity.id.bytes.begin(), activity.id.bytes.end())), Value(note)};
}

void run_plain(const std::string& path, const std::vector<std::string>& tables, const Sizes& sizes,
               const Rows& many, const Rows& few, bool with_session, Measured& measured) {
  PlainDatabase plain(path, with_session);
  for (const std::string& table : tables) plain.run(table);
  const auto in_transaction = [&](const auto& body) { plain.transaction(body); };
  timed(measured.batch, [&] {
    in_batches(many.activities().size(), sizes.batch, [&](std::uint64_t from, std::uint64_t to) {
      in_transaction([&] {
        for (std::uint64_t i = from; i < to; ++i) insert_plain(plain, many.activities()[i]);
      });
    });
  });
  timed(measured.single, [&] {
    for (const Activity& activity : few.activities()) {
      in_transaction([&] { insert_plain(plain, activity); });
    }
  });
  timed(measured.update_batch, [&] {
    in_batches(many.activities().size(), sizes.batch, [&](std::uint64_t from, std::uint64_t to) {
      in_transaction([&] {
        for (std::uint64_t i = from; i < to; ++i) {
          plain.run(update_note_sql(), note_of(many.activities()[i], "đã kiểm tra"));
        }
      });
    });
  });
  timed(measured.update_single, [&] {
    for (const Activity& activity : few.activities()) {
      in_transaction([&] { plain.run(update_note_sql(), note_of(activity, "đã kiểm tra")); });
    }
  });
}

// The same rows through the engine: as JSON records, then others as SQL.
void run_engine(const std::string& path, const Sizes& sizes, const Rows& many, const Rows& by_sql,
                const Rows& few, Measured& measured) {
  const std::unique_ptr<Replica> replica = new_replica(path);
  timed(measured.batch, [&] {
    in_batches(many.json().size(), sizes.batch, [&](std::uint64_t from, std::uint64_t to) {
      check(replica->write([&](Transaction& transaction) -> Status {
        for (std::uint64_t i = from; i < to; ++i) {
          const auto id = transaction.put("activity", many.json()[i]);
          if (!id.ok()) return id.status();
        }
        return {};
      }));
    });
  });
  timed(measured.batch_sql, [&] {
    in_batches(by_sql.activities().size(), sizes.batch, [&](std::uint64_t from, std::uint64_t to) {
      check(replica->write([&](Transaction& transaction) -> Status {
        for (std::uint64_t i = from; i < to; ++i) {
          NHIP_TRY(insert_by_sql(transaction, by_sql.activities()[i]));
        }
        return {};
      }));
    });
  });
  timed(measured.single, [&] {
    for (const std::string& json : few.json()) check(replica->put("activity", json).status());
  });
  timed(measured.update_batch, [&] {
    in_batches(many.activities().size(), sizes.batch, [&](std::uint64_t from, std::uint64_t to) {
      check(replica->write([&](Transaction& transaction) -> Status {
        for (std::uint64_t i = from; i < to; ++i) {
          NHIP_TRY(
              transaction.execute(update_note_sql(), note_of(many.activities()[i], "đã kiểm tra")));
        }
        return {};
      }));
    });
  });
  timed(measured.update_single, [&] {
    for (const Activity& activity : few.activities()) {
      check(replica->write([&](Transaction& transaction) {
        return transaction.execute(update_note_sql(), note_of(activity, "đã kiểm tra"));
      }));
    }
  });
}

void add_ratio(const std::string& name, const Times& engine, const Times& plain, std::uint64_t rows,
               const Sizes& sizes, const std::string& meaning, Report& report) {
  const double ours = median(engine), theirs = median(plain);
  const double per_row = 1e6 / static_cast<double>(rows);
  report.add(name, ours / theirs, "x",
             {{"engine_us_per_row", ours * per_row},
              {"plain_us_per_row", theirs * per_row},
              {"rows", static_cast<double>(rows)},
              {"runs", static_cast<double>(sizes.runs)}},
             meaning);
}

}  // namespace

void local_figures(const std::string& folder, const Sizes& sizes, Report& report) {
  const std::uint64_t many_rows = sizes.batch * sizes.batches;
  const Rows many(0, many_rows), by_sql(many_rows, many_rows), few(2 * many_rows, sizes.singles);
  const std::string model = folder + "/model.db";
  new_replica(model).reset();
  const std::vector<std::string> tables = record_tables_of(model);

  Measured plain, engine, session;
  for (int run = 0; run < sizes.runs; ++run) {
    const std::string number = std::to_string(run);
    run_plain(folder + "/plain" + number + ".db", tables, sizes, many, few, false, plain);
    run_plain(folder + "/session" + number + ".db", tables, sizes, many, few, true, session);
    run_engine(folder + "/engine" + number + ".db", sizes, many, by_sql, few, engine);
  }
  add_ratio("insert_batch", engine.batch, plain.batch, many_rows, sizes,
            "records as JSON, transactions of 1,000, against plain SQLite", report);
  add_ratio("insert_batch_sql", engine.batch_sql, plain.batch, many_rows, sizes,
            "the same by SQL inside the engine's transaction", report);
  add_ratio("insert_single", engine.single, plain.single, sizes.singles, sizes,
            "one record in each durable transaction", report);
  add_ratio("update_batch", engine.update_batch, plain.update_batch, many_rows, sizes,
            "one field of each row by SQL, transactions of 1,000", report);
  add_ratio("update_single", engine.update_single, plain.update_single, sizes.singles, sizes,
            "one field, each in a durable transaction", report);
  const std::string same = "the same by SQLite's session extension, a changeset kept for each";
  add_ratio("session_insert_batch", session.batch, plain.batch, many_rows, sizes, same, report);
  add_ratio("session_insert_single", session.single, plain.single, sizes.singles, sizes, same,
            report);
  add_ratio("session_update_batch", session.update_batch, plain.update_batch, many_rows, sizes,
            same, report);
}

}  // namespace nhip::bench
