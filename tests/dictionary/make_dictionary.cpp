// Makes schema/protocol/v1.dictionary-1, the preset dictionary of the binary encoding, from the
// schema and its demo records: what devices and centres are going to say, said once.
//
//     make_dictionary OUT
//
// It loads the demo folder into a centre, puts the records into messages of the kinds that are
// small and frequent (one new record, an edit, nothing to do), and gives zstd their packed streams.
// The same sources and the same libzstd give the same bytes. A dictionary that was ever spoken
// never changes: another one gets another number.
#include <zdict.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "nhip/version.h"
#include "nhip_embedded/union_registry.h"
#include "protocol/binary_encoding.h"

namespace nhip {
namespace {

constexpr std::size_t kDictionaryBytes = std::size_t{24} << 10;
constexpr std::int64_t kNow = 1'790'000'000'000;
constexpr std::size_t kPageRows = 24;
constexpr std::uint16_t kFirstTypeOfTheSchema = 16;

using server::StoredRow;

// The packed stream of a message, which is all that a dictionary is for.
template <typename Message>
std::string packed_stream(const Message& message, protocol::WireKind kind) {
  protocol::Frames frames;
  const Bytes bytes = protocol::encode_binary(message, {0, false});
  if (!protocol::take_apart(bytes, kind, frames).ok()) std::abort();
  return {frames.packed.begin(), frames.packed.end()};
}
std::string packed_stream(const protocol::SyncRequest& message) {
  return packed_stream(message, protocol::WireKind::kSyncRequest);
}
std::string packed_stream(const protocol::SyncResponse& message) {
  return packed_stream(message, protocol::WireKind::kSyncAnswer);
}

std::vector<std::string> feeds_of(const StoredRow& row) {
  if (row.scope.rfind("unit/", 0) != 0) return {"*"};
  return {row.scope, "shared"};
}

protocol::SyncRequest request_of(const StoredRow& row, std::uint64_t number) {
  protocol::SyncRequest request;
  request.protocol = kProtocolVersion;
  request.schema_version = 1;
  request.client = std::string("nhip ") + NHIP_VERSION;
  request.clock_ms = kNow;
  request.answer_bytes_max = 128u << 10;
  request.epoch = "0123456789abcdef";
  request.token = "000102030405060708090a0b";
  request.received = number;
  for (const std::string& feed : feeds_of(row)) {
    protocol::FeedRequest asked;
    asked.feed = feed;
    asked.cursor = {request.epoch, 100 + number, 0x0123456789ABCDEF, {}, 100 + number};
    request.feeds.push_back(asked);
  }
  return request;
}

core::Operation operation_of(const StoredRow& row, std::uint64_t number) {
  core::Operation operation;
  operation.seq = number + 1;
  operation.type = row.type;
  operation.id = row.id;
  operation.scope = row.scope;
  operation.stamp = core::make_hlc(kNow - 60'000);
  for (const auto& [key, value] : row.row.cells) operation.changes.push_back({key, value});
  return operation;
}

protocol::SyncRequest one_new(const StoredRow& row, std::uint64_t number) {
  protocol::SyncRequest request = request_of(row, number);
  core::Group group;
  group.operations.push_back(operation_of(row, number));
  group.operations.back().seen = 100 + number;
  request.push.push_back(std::move(group));
  return request;
}

protocol::SyncRequest one_edit(const StoredRow& row, std::uint64_t number) {
  protocol::SyncRequest request = one_new(row, number);
  core::Operation& operation = request.push.front().operations.front();
  const std::size_t kept = number % operation.changes.size();
  operation.changes = {operation.changes[kept]};
  operation.held = 50 + number;
  return request;
}

protocol::SyncResponse answer_of(const StoredRow& row, std::uint64_t number) {
  protocol::SyncResponse answer;
  answer.protocol = kProtocolVersion;
  answer.schema_version = 1;
  answer.epoch = "0123456789abcdef";
  answer.server_ms = kNow;
  answer.granted = feeds_of(row);
  answer.received_seq = number;
  answer.durable_seq = number;
  for (const std::string& feed : answer.granted) {
    protocol::FeedAnswer told;
    told.feed = feed;
    told.cursor = {answer.epoch, 100 + number, 0x0123456789ABCDEF, {}, 100 + number};
    told.head = told.cursor.seq;
    told.digest = {1, 2};
    answer.feeds.push_back(told);
  }
  return answer;
}

protocol::SyncResponse accepted(const StoredRow& row, std::uint64_t number) {
  protocol::SyncResponse answer = answer_of(row, number);
  protocol::GroupVerdict verdict;
  verdict.first = verdict.last = number + 1;
  verdict.seqs = {101 + number};
  answer.verdicts.push_back(verdict);
  answer.received_seq = number + 1;
  return answer;
}

protocol::RowUpdate update_of(const StoredRow& row, std::uint64_t seq) {
  protocol::RowUpdate update;
  update.type = row.type;
  update.id = row.id;
  update.seq = seq;
  update.row.cells = row.row.cells;
  update.row.versions.base = {core::make_hlc(kNow - 60'000), Author{1, 1}, seq};
  return update;
}

protocol::SyncResponse page_of(const std::vector<StoredRow>& rows, std::size_t first) {
  protocol::SyncResponse answer = answer_of(rows[first], first);
  const std::size_t last = std::min(rows.size(), first + kPageRows);
  for (std::size_t i = first; i < last && rows[i].type == rows[first].type; ++i)
    answer.feeds.front().rows.push_back(update_of(rows[i], 101 + i));
  return answer;
}

std::vector<StoredRow> demo_rows(const Schema& schema) {
  const auto store = server::make_memory_store();
  server::CentreKeys keys;
  server::Centre centre(*store, schema, keys, crypto::random_bytes);
  const auto loaded = server::load_folder(centre, NHIP_SCHEMA_DIR "/demo", kNow, {});
  if (!loaded.ok()) std::abort();
  std::vector<StoredRow> rows;
  for (const Type& type : schema.types()) {
    if (type.number < kFirstTypeOfTheSchema) continue;
    static_cast<void>(store->each_row(type.number, [&](const StoredRow& row) {
      rows.push_back(row);
      return true;
    }));
  }
  return rows;
}

struct Samples {
  std::string bytes;
  std::vector<std::size_t> sizes;
  void add(const std::string& sample) {
    bytes += sample;
    sizes.push_back(sample.size());
  }
};

// What matters most stands last, nearest to what is going to be packed: the types in reverse, so
// that activities are at the end, and small messages behind pages.
std::string content_of(const std::vector<StoredRow>& rows) {
  std::string content;
  const auto add_per_type = [&](bool of_units_alone, const auto& write) {
    for (std::size_t i = rows.size(); i-- > 0;) {
      const bool begins = i == 0 || rows[i].type != rows[i - 1].type;
      const bool wanted = !of_units_alone || rows[i].scope.rfind("unit/", 0) == 0;
      if (begins && wanted) content += write(i);
    }
  };
  add_per_type(false, [&](std::size_t i) { return packed_stream(page_of(rows, i)); });
  add_per_type(true, [&](std::size_t i) { return packed_stream(one_new(rows[i], i)); });
  content += packed_stream(accepted(rows.front(), 7));
  content += packed_stream(answer_of(rows.front(), 7));
  content += packed_stream(one_edit(rows.front(), 7));
  content += packed_stream(request_of(rows.front(), 7));
  std::printf("%zu bytes of messages\n", content.size());
  const std::size_t most = kDictionaryBytes - (std::size_t{1} << 10);  // the rest are zstd's tables
  return content.size() > most ? content.substr(content.size() - most) : content;
}

int make(const char* path) {
  crypto::initialise();
  const auto schema = Schema::parse(std::string(embedded::union_registry()));
  if (!schema.ok()) return 1;
  const std::vector<StoredRow> rows = demo_rows(*schema);
  Samples samples;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    samples.add(packed_stream(one_new(rows[i], i)));
    samples.add(packed_stream(one_edit(rows[i], i)));
    samples.add(packed_stream(accepted(rows[i], i)));
    samples.add(packed_stream(request_of(rows[i], i)));
    samples.add(packed_stream(answer_of(rows[i], i)));
  }
  const std::string content = content_of(rows);
  std::string dictionary(kDictionaryBytes, '\0');
  ZDICT_params_t settings{};
  settings.compressionLevel = 19;
  settings.dictID = protocol::kDictionaryNewest;
  const std::size_t size = ZDICT_finalizeDictionary(
      dictionary.data(), dictionary.size(), content.data(), content.size(), samples.bytes.data(),
      samples.sizes.data(), static_cast<unsigned>(samples.sizes.size()), settings);
  if (ZDICT_isError(size) != 0) {
    std::fprintf(stderr, "make_dictionary: %s\n", ZDICT_getErrorName(size));
    return 1;
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(dictionary.data(), static_cast<std::streamsize>(size));
  std::printf("%zu records, %zu samples, %zu bytes of content, dictionary of %zu bytes\n",
              rows.size(), samples.sizes.size(), content.size(), size);
  return out.good() ? 0 : 1;
}

}  // namespace
}  // namespace nhip

int main(int argc, char** argv) {
  if (argc == 2) return nhip::make(argv[1]);
  std::fprintf(stderr, "usage: make_dictionary OUT\n");
  return 2;
}
