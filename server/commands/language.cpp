#include "commands/language.h"

#include <array>
#include <cstdlib>

namespace nhip::server {
namespace {

struct ErrorText {
  std::string_view code, vietnamese;
};

constexpr std::array<ErrorText, 53> kErrors = {{
    {"no_centre", "thư mục này không phải là thư mục trung tâm"},
    {"no_data_folder", "chưa cho biết thư mục trung tâm"},
    {"centre_exists", "thư mục này đã có một trung tâm"},
    {"half_made", "thư mục có tệp của trung tâm nhưng thiếu tệp khoá"},
    {"in_use", "thư mục trung tâm đang được một chương trình khác sử dụng"},
    {"damaged_keys", "không đọc được tệp khoá của trung tâm"},
    {"foreign_database", "centre.db và tệp khoá thuộc hai trung tâm khác nhau"},
    {"no_database", "thiếu tệp centre.db"},
    {"not_a_centre", "centre.db không phải là dữ liệu của trung tâm"},
    {"newer_database", "dữ liệu do phiên bản mới hơn ghi; hãy cập nhật chương trình"},
    {"no_folder", "không có thư mục này"},
    {"no_known_files", "thư mục không có tệp nào thuộc định dạng đã biết"},
    {"unreadable_file", "không đọc được tệp"},
    {"unknown_type", "không có loại bản ghi này"},
    {"unknown_unit", "không có đơn vị này"},
    {"unknown_role", "không có vai trò này"},
    {"role_without_replica", "vai trò này làm việc trên trang web, không đăng ký thiết bị"},
    {"bad_label", "nhãn quá dài hoặc có ký tự điều khiển"},
    {"unknown_device", "không có thiết bị này"},
    {"bad_time", "thời điểm không đúng dạng"},
    {"bad_span", "thời hạn không đúng dạng"},
    {"bad_address", "địa chỉ không đúng dạng"},
    {"plain_http",
     "chỉ được dùng HTTP không mã hoá trên chính máy này; nơi khác cần chứng thư TLS"},
    {"bad_certificate", "không dùng được chứng thư hoặc khoá TLS"},
    {"address_in_use", "không mở được cổng này"},
    {"disk_full", "đĩa đã đầy"},
    {"io_error", "lỗi đọc hoặc ghi tệp"},
    {"no_file", "không có tệp này"},
    {"not_a_file", "đây không phải là tệp"},
    {"read_only", "không có quyền đọc hoặc ghi ở đây"},
    {"file_exists", "tệp này đã có; sao lưu không bao giờ ghi đè"},
    {"not_a_backup", "tệp này không phải là bản sao lưu của trung tâm"},
    {"newer_backup",
     "bản sao lưu thuộc phiên bản khác; hãy dùng đúng phiên bản nhipd đã tạo ra nó"},
    {"backup_cut", "bản sao lưu bị cụt; trung tâm hiện tại không bị thay đổi"},
    {"backup_damaged", "bản sao lưu bị hỏng; trung tâm hiện tại không bị thay đổi"},
    {"copy_differs", "bản sao không khớp với dữ liệu đang có"},
    {"other_centre", "bản sao lưu thuộc một trung tâm khác"},
    {"recovery_key_needed", "cần khoá khôi phục: --recovery-key-file TỆP"},
    {"bad_recovery_key", "khoá khôi phục không đúng dạng"},
    {"wrong_recovery_key", "khoá khôi phục không mở được bản sao lưu này"},
    {"damaged_recovery_key", "thiếu hoặc hỏng tệp recovery.pub"},
    {"restore_unfinished", "lần khôi phục trước chưa xong; hãy chạy nhipd restore lại"},
    {"damaged_epoch", "tệp epoch thiếu, hỏng hoặc không khớp với dữ liệu"},
    {"admissions_disagree", "tệp admissions không khớp với dữ liệu"},
    {"damaged_database", "centre.db bị hỏng"},
    {"damaged_centre", "dữ liệu của trung tâm bị hỏng"},
    {"damaged", "centre.db bị hỏng"},
    {"not_a_database", "centre.db không phải là cơ sở dữ liệu"},
    {"head_disagrees", "số đếm của một phạm vi không khớp với các bản ghi"},
    {"digest_disagrees", "dấu vân tay của một phạm vi không khớp với các bản ghi"},
    {"commits_missing", "thiếu một số lần ghi"},
    {"too_short", "tệp kết thúc quá sớm"},
    {"stopped", "công việc bị dừng giữa chừng"},
}};

}  // namespace

std::optional<Language> parse_language(std::string_view text) {
  if (text == "vi") return Language::kVietnamese;
  if (text == "en") return Language::kEnglish;
  return std::nullopt;
}

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const bool vietnamese = std::string_view(value).substr(0, 2) == "vi";
    return vietnamese ? Language::kVietnamese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::string error_text(Language language, std::string_view code) {
  if (language == Language::kEnglish) return {};
  for (const ErrorText& error : kErrors) {
    if (error.code == code) return std::string(error.vietnamese);
  }
  return {};
}

std::string step_text(Language language, std::string_view step) {
  if (step == "copy") return say(language, "Sao chép", "Copying");
  if (step == "write") return say(language, "Ghi bản sao lưu", "Writing the backup");
  if (step == "check") return say(language, "Kiểm tra bản sao lưu", "Checking the backup");
  if (step == "read") return say(language, "Lấy dữ liệu ra", "Taking it out");
  if (step == "store") return say(language, "Kiểm tra dữ liệu", "Checking the database");
  if (step == "digests") return say(language, "Đối chiếu dấu vân tay", "Adding up digests");
  if (step == "backup") return say(language, "Mở thử bản sao lưu", "Opening the newest backup");
  return std::string(step);
}

}  // namespace nhip::server
