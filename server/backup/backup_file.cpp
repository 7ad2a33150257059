#include "backup/backup_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "centre/json_gate.h"
#include "core/bytes.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "nhip backup ";
constexpr std::string_view kVersionLine = "1\n";
constexpr std::size_t kVersionDigitsMax = 8;
constexpr std::uint64_t kHeadBytesMax = 1u << 20;
constexpr std::uint64_t kPartBytes = 64u << 10;
constexpr std::uint64_t kPartsPerStep = 16;

Status damaged(const std::string& what) {
  return {Code::kMalformed, "backup_damaged", "this backup is damaged: " + what,
          "use another backup; the centre was not touched"};
}

Status cut(std::uint64_t missing) {
  return {Code::kMalformed, "backup_cut",
          "this backup was cut: its last " + std::to_string(missing) + " bytes are missing",
          "copy it again from where it came, or use another; the centre was not touched"};
}

Status not_a_backup() {
  return {Code::kMalformed, "not_a_backup", "this file is no backup of a centre",
          "give a file that nhipd backup made, or one of backups/ in the centre's folder"};
}

Status stopped() {
  return {Code::kUnavailable, "stopped", "the work was stopped", "begin it again"};
}

std::uint64_t parts_of(std::uint64_t bytes) { return (bytes + kPartBytes - 1) / kPartBytes; }

std::size_t part_size(std::uint64_t bytes, std::uint64_t part) {
  return static_cast<std::size_t>(std::min(kPartBytes, bytes - part * kPartBytes));
}

Bytes text_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

std::string head_text(const BackupHead& head) {
  return json{{"centre_id", head.centre_id.text()},
              {"epoch", head.epoch},
              {"taken_at", head.taken_at},
              {"last_commit", head.last_commit},
              {"records", head.records},
              {"database_bytes", head.database_bytes},
              {"client", head.client},
              {"sealed_keys", crypto::base64(head.sealed_keys)}}
      .dump();
}

Result<BackupHead> parse_head(std::string_view text) {
  const Status unreadable = damaged("its head cannot be read");
  const Result<json> parsed = parse_json_text(text);
  if (!parsed.ok() || !parsed->is_object()) return unreadable;
  const auto words = [&](const char* name) {
    const auto it = parsed->find(name);
    return it != parsed->end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  bool numbers = true;
  const auto number = [&](const char* name) {
    const auto it = parsed->find(name);
    const bool found = it != parsed->end() && it->is_number_unsigned();
    numbers = numbers && found;
    return found ? it->get<std::uint64_t>() : 0;
  };
  BackupHead head;
  const auto id = Id::parse(words("centre_id"));
  const auto keys = crypto::from_base64(words("sealed_keys"));
  head.epoch = words("epoch");
  head.client = words("client");
  head.taken_at = static_cast<std::int64_t>(number("taken_at"));
  head.last_commit = number("last_commit");
  head.records = number("records");
  head.database_bytes = number("database_bytes");
  // A length that no file has would overflow what is counted with it.
  if (!numbers || !id || !keys || head.database_bytes > (1ull << 50)) return unreadable;
  head.centre_id = *id;
  head.sealed_keys = *keys;
  return head;
}

crypto::Hash hash_whole(Bytes before, const std::vector<crypto::Hash>& parts) {
  for (const crypto::Hash& part : parts) before.insert(before.end(), part.begin(), part.end());
  return crypto::hash(before);
}

// The version line, from just behind the magic.
Status read_version(PlainFile& file) {
  std::string line;
  while (line.size() < kVersionDigitsMax && (line.empty() || line.back() != '\n')) {
    std::uint8_t byte = 0;
    NHIP_TRY(file.read({&byte, 1}));
    line += static_cast<char>(byte);
  }
  if (line == kVersionLine) return {};
  if (line.find_first_not_of("0123456789\n") != std::string::npos || line.size() < 2 ||
      line.back() != '\n') {
    return not_a_backup();
  }
  return {Code::kVersion, "newer_backup",
          "this backup is of version " + line.substr(0, line.size() - 1) +
              ", this program knows version 1",
          "restore it with the version of nhipd that made it, or update nhipd"};
}

// A file that ends within its first bytes is a cut backup as long as they are those of one.
Status too_short(const Status& status) {
  if (status.name() != "too_short") return status;
  return {Code::kMalformed, "backup_cut", "this backup was cut: only its first bytes are there",
          "copy it again from where it came, or use another; the centre was not touched"};
}

}  // namespace

Status write_backup(const std::string& path, BackupHead head, const std::string& database,
                    const crypto::KeyPair& signing, const StepsDone& steps) {
  NHIP_TRY_ASSIGN(PlainFile in, PlainFile::read_from(database));
  NHIP_TRY_ASSIGN(PlainFile out, PlainFile::write_to(path));
  head.database_bytes = in.size();
  const std::string text = head_text(head);
  core::Writer opening;
  opening.raw(crypto::as_bytes(kMagic));
  opening.raw(crypto::as_bytes(kVersionLine));
  opening.fixed64(text.size());
  opening.raw(crypto::as_bytes(text));
  const Bytes before = opening.take();
  NHIP_TRY(out.write(before));
  std::vector<crypto::Hash> hashes;
  Bytes buffer(kPartBytes);
  const std::uint64_t parts = parts_of(in.size());
  for (std::uint64_t part = 0; part < parts; ++part) {
    const std::span<std::uint8_t> bytes(buffer.data(), part_size(in.size(), part));
    NHIP_TRY(in.read(bytes));
    NHIP_TRY(out.write(bytes));
    hashes.push_back(crypto::hash(bytes));
    if (steps && part % kPartsPerStep == 0 && !steps(part + 1, parts)) return stopped();
  }
  for (const crypto::Hash& hash : hashes) NHIP_TRY(out.write(hash));
  const crypto::Hash whole = hash_whole(before, hashes);
  NHIP_TRY(out.write(whole));
  NHIP_TRY(out.write(signing.sign(whole)));
  return out.flush();
}

Result<BackupFile> BackupFile::open(const std::string& path) {
  NHIP_TRY_ASSIGN(PlainFile file, PlainFile::read_from(path));
  BackupFile backup(std::move(file));
  std::string magic(std::min<std::uint64_t>(kMagic.size(), backup.bytes()), '\0');
  const std::span<std::uint8_t> into(reinterpret_cast<std::uint8_t*>(magic.data()), magic.size());
  NHIP_TRY(backup.file_.read(into));
  if (magic.empty() || magic != kMagic.substr(0, magic.size())) return not_a_backup();
  if (const Status version = magic.size() < kMagic.size()
                                 ? Status(Code::kMalformed, "too_short", "")
                                 : read_version(backup.file_);
      !version.ok()) {
    return too_short(version);
  }
  Bytes length(8);
  if (const Status read = backup.file_.read(length); !read.ok()) return too_short(read);
  core::Reader reader(length);
  const std::uint64_t head_bytes = reader.fixed64();
  if (head_bytes > kHeadBytesMax) return damaged("its head cannot be read");
  Bytes head(static_cast<std::size_t>(head_bytes));
  if (const Status read = backup.file_.read(head); !read.ok()) return too_short(read);
  NHIP_TRY_ASSIGN(backup.head_,
                  parse_head({reinterpret_cast<const char*>(head.data()), head.size()}));
  Bytes& before = backup.before_database_;
  before = text_bytes(std::string(kMagic) + std::string(kVersionLine));
  before.insert(before.end(), length.begin(), length.end());
  before.insert(before.end(), head.begin(), head.end());

  const std::uint64_t whole = before.size() + backup.head_.database_bytes +
                              parts_of(backup.head_.database_bytes) * sizeof(crypto::Hash) +
                              sizeof(crypto::Hash) + sizeof(crypto::Signature);
  if (backup.bytes() < whole) return cut(whole - backup.bytes());
  if (backup.bytes() > whole) return damaged("something stands behind its end");
  return backup;
}

Status BackupFile::read_parts(PlainFile* out, std::vector<crypto::Hash>& found,
                              const StepsDone& steps) {
  Bytes buffer(kPartBytes);
  const std::uint64_t parts = parts_of(head_.database_bytes);
  for (std::uint64_t part = 0; part < parts; ++part) {
    const std::span<std::uint8_t> bytes(buffer.data(), part_size(head_.database_bytes, part));
    NHIP_TRY(file_.read(bytes));
    if (out != nullptr) NHIP_TRY(out->write(bytes));
    found.push_back(crypto::hash(bytes));
    if (steps && part % kPartsPerStep == 0 && !steps(part + 1, parts)) return stopped();
  }
  return {};
}

Status BackupFile::read(const std::string& database, const StepsDone& steps) {
  std::vector<crypto::Hash> found;
  if (database.empty()) {
    NHIP_TRY(read_parts(nullptr, found, steps));
  } else {
    NHIP_TRY_ASSIGN(PlainFile out, PlainFile::write_to(database));
    NHIP_TRY(read_parts(&out, found, steps));
    NHIP_TRY(out.flush());
  }
  std::vector<crypto::Hash> written(found.size());
  for (crypto::Hash& hash : written) NHIP_TRY(file_.read(hash));
  NHIP_TRY(file_.read(whole_));
  NHIP_TRY(file_.read(signature_));
  for (std::size_t part = 0; part < found.size(); ++part) {
    if (found[part] == written[part]) continue;
    return damaged("bytes " + std::to_string(part * kPartBytes) + " to " +
                   std::to_string(part * kPartBytes + part_size(head_.database_bytes, part)) +
                   " of its database are not as they were written");
  }
  if (hash_whole(before_database_, written) == whole_) return {};
  return damaged("its head or its list of hashes is not as it was written");
}

bool BackupFile::is_signed_by(const crypto::PublicKey& key) const {
  return crypto::verify(key, whole_, signature_);
}

}  // namespace nhip::server
