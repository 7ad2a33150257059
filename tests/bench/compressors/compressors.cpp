// Which compressor, and at which level: bytes and processor time of candidates on what really goes
// over the wire, the packed streams of a page of a first sync and of one new record.
//
//     compressors
//
// zstd has our dictionary for both, as a sync has; the others have none that they would share.
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>

#include "bench/activities.h"
#include "bench/measure.h"
#include "nhip/replica.h"
#include "nhip_embedded/union_registry.h"
#include "nhip_embedded/wire_dictionary_1.h"
#include "protocol/binary_encoding.h"
#include "protocol/token.h"
#include "replica/outbox.h"

namespace nhip::bench {
namespace {

constexpr std::size_t kPageRows = 500;

// The packed streams as they are before compression, and the bytes beside them.
struct Sample {
  std::string name;
  Bytes packed;
  std::size_t beside = 0;
  int repeats = 0;
};

Bytes read_varint_sized(const Bytes& message, std::size_t& beside) {
  core::Reader in(message);
  in.raw(4);    // magic, version, kind, how it is packed
  in.varint();  // dictionary
  const auto bare = static_cast<std::size_t>(in.varint());
  in.raw(bare);
  beside = message.size() - in.left();
  const auto rest = in.raw(in.left());
  return {rest.begin(), rest.end()};
}

std::vector<Sample> make_samples(const std::string& folder) {
  OpenOptions options;
  options.path = folder + "/sample.db";
  options.schema_json = embedded::union_registry();
  options.create = true;
  options.default_unit = "U-01";
  const auto replica = Replica::open(std::move(options));
  require(replica.ok(), "no replica");
  require((*replica)
              ->write([&](Transaction& transaction) -> Status {
                for (std::size_t i = 0; i < kPageRows; ++i)
                  NHIP_TRY(transaction.put("activity", make_activity(i).json()).status());
                return {};
              })
              .ok(),
          "no activities");
  const auto groups = replica::peek_groups((*replica)->store(), 0, std::size_t{64} << 20);
  require(groups.ok() && groups->size() == 1, "no operations");
  protocol::SyncRequest request;
  request.schema_version = 1;
  request.client = "nhip 0.1.0";
  request.clock_ms = 1'790'000'000'000;
  request.answer_bytes_max = 32u << 10;
  request.epoch = "0123456789abcdef";
  request.token = "0123456789abcdef01234567";
  for (const char* feed : {"shared", "unit/U-01", "unit/U-01/sealed"}) {
    protocol::Cursor cursor;
    cursor.epoch = request.epoch;
    cursor.seq = cursor.complete = 2'000;
    cursor.salt = 0x0123456789abcdef;
    request.feeds.push_back({feed, cursor, {}});
  }
  std::vector<Sample> samples;
  for (const bool page : {true, false}) {
    core::Group group = groups->front();
    if (!page) group.operations.resize(1);
    request.received = group.operations.front().seq - 1;
    request.push = {group};
    request.token_next = protocol::next_token(request.token, group);
    Sample sample;
    sample.name = page ? "page of " + std::to_string(kPageRows) : "one record";
    sample.packed = read_varint_sized(protocol::encode_binary(request, {1, false}), sample.beside);
    sample.repeats = page ? 5 : 200;
    samples.push_back(std::move(sample));
  }
  return samples;
}

double cpu_us(int repeats, const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  for (int i = 0; i < repeats; ++i) work();
  return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / repeats;
}

void print(const std::string& name, const Sample& sample, std::size_t bytes, double us,
           double back_us) {
  std::printf("%-22s %-12s %8zu bytes %10.1f us to pack %8.1f us to unpack\n", name.c_str(),
              sample.name.c_str(), bytes, us, back_us);
}

void try_zstd(const Sample& sample, int level, bool with_dictionary) {
  const std::string_view words =
      with_dictionary ? embedded::wire_dictionary_1() : std::string_view();
  const std::unique_ptr<ZSTD_CDict, std::size_t (*)(ZSTD_CDict*)> to(
      ZSTD_createCDict(words.data(), words.size(), level), ZSTD_freeCDict);
  const std::unique_ptr<ZSTD_DDict, std::size_t (*)(ZSTD_DDict*)> from(
      ZSTD_createDDict(words.data(), words.size()), ZSTD_freeDDict);
  Bytes room(ZSTD_compressBound(sample.packed.size())), back(sample.packed.size());
  std::size_t size = 0;
  const double us = cpu_us(sample.repeats, [&] {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0);
    if (with_dictionary) ZSTD_CCtx_refCDict(context, to.get());
    size = ZSTD_compress2(context, room.data(), room.size(), sample.packed.data(),
                          sample.packed.size());
    ZSTD_freeCCtx(context);
  });
  const double back_us = cpu_us(sample.repeats, [&] {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    const std::size_t got = ZSTD_decompress_usingDDict(context, back.data(), back.size(),
                                                       room.data(), size, from.get());
    require(got == back.size(), "zstd");
    ZSTD_freeDCtx(context);
  });
  // The magic number does not travel.
  print("zstd " + std::to_string(level) + (with_dictionary ? " + dictionary" : ""), sample,
        size - 4, us, back_us);
}

void try_zlib(const Sample& sample, int level) {
  Bytes room(compressBound(sample.packed.size())), back(sample.packed.size());
  uLongf size = 0;
  const double us = cpu_us(sample.repeats, [&] {
    size = room.size();
    compress2(room.data(), &size, sample.packed.data(), sample.packed.size(), level);
  });
  const double back_us = cpu_us(sample.repeats, [&] {
    uLongf got = back.size();
    require(uncompress(back.data(), &got, room.data(), size) == Z_OK, "zlib");
  });
  print("zlib " + std::to_string(level), sample, size, us, back_us);
}

void try_brotli(const Sample& sample, int level) {
  Bytes room(BrotliEncoderMaxCompressedSize(sample.packed.size()) + 64);
  std::size_t size = 0;
  const double us = cpu_us(sample.repeats, [&] {
    size = room.size();
    require(
        BrotliEncoderCompress(level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, sample.packed.size(),
                              sample.packed.data(), &size, room.data()) == BROTLI_TRUE,
        "brotli");
  });
  print("brotli " + std::to_string(level), sample, size, us, 0);
}

int run() {
  std::string folder = std::filesystem::temp_directory_path().string() + "/nhip-pack.XXXXXX";
  require(mkdtemp(folder.data()) != nullptr, "cannot make a folder");
  for (const Sample& sample : make_samples(folder)) {
    std::printf("%s: %zu bytes to pack, %zu beside them\n", sample.name.c_str(),
                sample.packed.size(), sample.beside);
    for (const int level : {1, 3, 6, 9, 15, 19}) try_zstd(sample, level, true);
    for (const int level : {1, 3, 19}) try_zstd(sample, level, false);
    for (const int level : {1, 6, 9}) try_zlib(sample, level);
    for (const int level : {1, 5, 9, 11}) try_brotli(sample, level);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return 0;
}

}  // namespace
}  // namespace nhip::bench

int main() { return nhip::bench::run(); }
