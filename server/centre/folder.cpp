#include "centre/folder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

#include "centre/json_gate.h"
#include "centre/private_file.h"
#include "centre/transaction.h"
#include "store/sqlite_store.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr const char* kEpochSetting = "epoch";
constexpr const char* kCentreSetting = "centre_id";

template <std::size_t N>
std::array<std::uint8_t, N> random_array() {
  std::array<std::uint8_t, N> bytes{};
  crypto::random_bytes(bytes.data(), bytes.size());
  return bytes;
}

std::string new_epoch() { return crypto::hex(random_array<8>()); }

Id new_centre_id() {
  std::array<std::uint8_t, 16> bytes = random_array<16>();
  // RFC 9562 §5.4: version 4, variant 10.
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return *Id::from_bytes(bytes);
}

// 32 bytes as groups of four characters in Crockford's base32 (no I, L, O, U), for paper.
std::string recovery_text(const std::array<std::uint8_t, 32>& seed) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text;
  std::size_t printed = 0;
  unsigned buffer = 0, bits = 0;
  const auto put = [&](unsigned value) {
    if (printed != 0 && printed % 4 == 0) text += '-';
    text += kAlphabet[value & 31u];
    ++printed;
  };
  for (const std::uint8_t byte : seed) {
    buffer = (buffer << 8 | byte) & 0xFFFFu;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      put(buffer >> bits);
    }
  }
  if (bits > 0) put(buffer << (5 - bits));
  return text;
}

std::string keys_text(const CentreKeys& keys) {
  const json text{{"centre_id", keys.centre_id.text()},
                  {"signing_seed", crypto::base64(keys.signing.seed())},
                  {"digest_key", crypto::base64(keys.digest_key)}};
  return text.dump(1) + "\n";
}

Status damaged_keys() {
  return Status(Code::kCorrupt, "damaged_keys", "the keys of this centre cannot be read",
                "restore the folder from a backup; without its keys no device trusts it");
}

Status read_keys(const FolderPaths& paths, CentreKeys& keys) {
  NHIP_TRY_ASSIGN(const std::string text, read_small_file(paths.keys));
  const Result<json> parsed = parse_json_text(text);
  if (!parsed.ok() || !parsed->is_object()) return damaged_keys();
  const auto member = [&](const char* name) {
    const auto it = parsed->find(name);
    return it != parsed->end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  const auto id = Id::parse(member("centre_id"));
  const auto seed = crypto::from_base64(member("signing_seed"));
  const auto digest_key = crypto::from_base64(member("digest_key"));
  if (!id || !seed || seed->size() != 32 || !digest_key ||
      digest_key->size() != keys.digest_key.size()) {
    return damaged_keys();
  }
  keys.centre_id = *id;
  keys.signing = crypto::KeyPair::from_seed(std::span<const std::uint8_t, 32>(*seed));
  std::copy(digest_key->begin(), digest_key->end(), keys.digest_key.begin());
  return {};
}

Status put_settings(ServerStore& store, const CentreKeys& keys) {
  Transaction transaction(store);
  NHIP_TRY(transaction.begin());
  NHIP_TRY(store.put_setting(kCentreSetting, keys.centre_id.text()));
  NHIP_TRY(store.put_setting(kEpochSetting, keys.epoch));
  return transaction.commit();
}

// The epoch outside and inside the database must agree. When they do not, the database was put back
// from a copy of another time (or the file was lost): a new epoch makes devices compare what they
// hold.
Status settle_epoch(const FolderPaths& paths, ServerStore& store, CentreKeys& keys) {
  NHIP_TRY_ASSIGN(const std::optional<std::string> centre_id, store.setting(kCentreSetting));
  if (centre_id != keys.centre_id.text()) {
    return Status(Code::kCorrupt, "foreign_database", "centre.db and keys are of different centres",
                  "put back the files that belong together");
  }
  NHIP_TRY_ASSIGN(const std::optional<std::string> inside, store.setting(kEpochSetting));
  const Result<std::string> outside = read_small_file(paths.epoch);
  if (!outside.ok() && outside.status().code() != Code::kNotFound) return outside.status();
  if (outside.ok() && inside && *outside == *inside + "\n") {
    keys.epoch = *inside;
    return {};
  }
  // The file first: a stop in between leaves them different, and the next start begins again here.
  keys.epoch = new_epoch();
  NHIP_TRY(write_whole(paths.epoch, keys.epoch + "\n", 0600));
  return put_settings(store, keys);
}

}  // namespace

FolderPaths::FolderPaths(const std::string& root)
    : folder(root),
      keys(root + "/keys"),
      recovery(root + "/recovery.pub"),
      epoch(root + "/epoch"),
      database(root + "/centre.db"),
      lock(root + "/lock"),
      run(root + "/run"),
      control(root + "/run/control.json") {}

bool is_centre(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(FolderPaths(folder).keys, error);
}

Result<std::string> CentreFolder::create(const std::string& folder, std::int64_t wait_ms) {
  const FolderPaths paths(folder);
  const Status exists(Code::kConflict, "centre_exists", "there is a centre in this folder already",
                      "choose another folder, or load records into it with: nhipd load");
  if (is_centre(folder)) return exists;
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(folder).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  NHIP_TRY(make_folder(folder));
  NHIP_TRY_ASSIGN(const store::FileLock lock, store::FileLock::take(paths.lock, wait_ms));
  if (is_centre(folder)) return exists;
  if (std::filesystem::exists(paths.database, error)) {
    return Status(Code::kCorrupt, "half_made", "files of a centre are here, but not its keys",
                  "if it never held records, remove the folder and begin again");
  }

  CentreKeys keys;
  keys.centre_id = new_centre_id();
  keys.digest_key = random_array<32>();
  keys.epoch = new_epoch();
  std::array<std::uint8_t, 32> recovery = random_array<32>();
  const crypto::KeyPair recovery_pair = crypto::KeyPair::from_seed(recovery);
  NHIP_TRY(write_whole(paths.recovery, crypto::hex(recovery_pair.public_key()) + "\n", 0600));
  NHIP_TRY(write_whole(paths.epoch, keys.epoch + "\n", 0600));
  NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store,
                  open_sqlite_store(paths.database, true));
  NHIP_TRY(put_settings(*store, keys));
  NHIP_TRY(write_whole(paths.keys, keys_text(keys), 0600));
  return recovery_text(recovery);
}

Result<std::unique_ptr<CentreFolder>> CentreFolder::open(const std::string& folder,
                                                         const Schema& schema,
                                                         std::int64_t wait_ms) {
  FolderPaths paths(folder);
  if (!is_centre(folder)) {
    return Status(Code::kUsage, "no_centre", "there is no centre in " + folder,
                  "make one with: nhipd init --data " + folder);
  }
  NHIP_TRY_ASSIGN(store::FileLock lock, store::FileLock::take(paths.lock, wait_ms));
  std::unique_ptr<CentreFolder> opened(new CentreFolder(std::move(paths), std::move(lock)));
  NHIP_TRY(read_keys(opened->paths_, opened->keys_));
  auto store = open_sqlite_store(opened->paths_.database, false);
  if (!store.ok()) {
    // A centre without its database is damaged, not absent.
    const Status& why = store.status();
    if (why.code() != Code::kNotFound) return why;
    return Status(Code::kCorrupt, "no_database", "centre.db is missing in " + folder,
                  "restore the folder from a backup");
  }
  opened->store_ = std::move(store).value();
  NHIP_TRY(settle_epoch(opened->paths_, *opened->store_, opened->keys_));
  opened->centre_ = std::make_unique<Centre>(
      *opened->store_, schema, opened->keys_,
      [](std::uint8_t* out, std::size_t size) { crypto::random_bytes(out, size); });
  return opened;
}

}  // namespace nhip::server
