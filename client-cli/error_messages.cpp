// Errors of the engine and the centre in Vietnamese. The engine speaks English and names its errors
// with stable words; the words select the sentence here. A status with Vietnamese letters is the
// client's own and already in the person's language.
#include <algorithm>
#include <string>

#include "messages.h"

namespace nhip::cli {
namespace {

struct NamedError {
  std::string_view name;
  std::string_view message;
  std::string_view hint;
  bool with_detail;  // the engine's words name the field or the value's limits
};

constexpr NamedError kNamedErrors[] = {
    {"connection_refused", "Máy chủ không trả lời ở địa chỉ này.",
     "Dữ liệu vẫn còn nguyên trên máy; hãy thử lại sau.", false},
    {"cancelled", "Đã dừng theo yêu cầu.", "Chạy lại lệnh để tiếp tục.", false},
    {"bad_code", "Mã ghi danh phải có 25 chữ và số, chia thành năm nhóm.",
     "Nhập đúng như trên giấy.", false},
    {"not_the_centre", "Nơi trả lời ở địa chỉ này không phải máy chủ trung tâm.",
     "Kiểm tra địa chỉ và kết nối mạng.", false},
    {"wrong_code", "Mã ghi danh không đúng.", "Kiểm tra lại từng ký tự của mã.", false},
    {"used_code", "Mã ghi danh đã được dùng.", "Xin cơ quan cấp mã mới.", false},
    {"expired_code", "Mã ghi danh đã hết hạn.", "Xin cơ quan cấp mã mới.", false},
    {"wrong_server", "Máy chủ này không phải nơi cấp mã ghi danh.",
     "Kiểm tra địa chỉ máy chủ; không có gì bí mật đã được gửi đi.", false},
    {"not_enrolled", "Máy này chưa ghi danh.",
     "Hãy chạy \"nhip enrol --server ĐỊA_CHỈ --code MÃ\".", false},
    {"already_enrolled", "Máy này đã ghi danh rồi.", "Dùng \"nhip sync\", hoặc --replica tệp khác.",
     false},
    {"revoked", "Máy này đã bị thu hồi quyền.",
     "Hãy liên hệ cơ quan; dữ liệu trên máy vẫn xem và xuất được.", false},
    {"plain_http", "Không gửi dữ liệu qua HTTP không mã hóa.", "Dùng địa chỉ https://.", false},
    {"busy", "Một chương trình khác đang dùng tệp dữ liệu.", "Đợi giây lát rồi thử lại.", false},
    {"unknown_type", "Không có loại bản ghi này.", "Xem lại tên loại, ví dụ activity.", true},
    {"not_found", "Không tìm thấy bản ghi.", "Kiểm tra loại và id.", false},
    {"sealed_field", "Trường này thuộc dữ liệu nhạy cảm, bản này chưa nhận.",
     "Bỏ trường đó rồi lưu lại.", true},
    {"missing_field", "Thiếu trường bắt buộc.", "Bổ sung trường đó.", true},
    {"wrong_type", "Giá trị sai kiểu.", "Văn bản đặt trong dấu nháy kép; số viết liền.", true},
    {"out_of_range", "Số nằm ngoài khoảng cho phép.", "Kiểm tra lại con số.", true},
    {"bad_date", "Ngày không có thật hoặc viết chưa đúng.", "Viết dạng 2026-06-01.", true},
    {"too_long", "Nội dung quá dài.", "Rút ngắn lại.", true},
    {"bad_id", "Id chưa đúng dạng.", "Id là UUID chữ thường.", true},
    {"bundle_cut", "Gói bị cụt: thiếu phần cuối.",
     "Chép lại và đợi chép xong; chưa có gì trong gói này được dùng.", false},
    {"bundle_damaged", "Gói bị hỏng trên đường đi.",
     "Chép lại gói gốc; chưa có gì trong gói này được dùng.", false},
    {"bundle_forged", "Gói không có chữ ký của trung tâm.", "Xin văn phòng gói trả lời mới.",
     false},
    {"not_a_bundle", "Tệp này không phải gói đồng bộ.",
     "Chọn tệp do \"nhip bundle out\" hoặc trung tâm ghi ra.", false},
    {"not_an_answer", "Đây là gói gửi lên trung tâm, không phải gói trả lời.",
     "Mang gói này đến văn phòng: nhipd bundle in TỆP --reply TỆP", false},
    {"newer_bundle", "Gói do phiên bản mới hơn ghi.",
     "Hãy cập nhật chương trình; gói vẫn dùng được.", false},
    {"other_centre", "Gói này là của một trung tâm khác.",
     "Dùng gói trả lời của trung tâm mà máy này đã ghi danh.", false},
    {"other_replica", "Gói này trả lời cho một máy khác.",
     "Dùng gói trả lời cho chính gói mà máy này đã ghi.", false},
    {"no_replica", "Không có tệp dữ liệu ở đây.",
     "Ghi danh máy này trước: nhip enrol --server ĐỊA_CHỈ --code MÃ", false},
    {"not_a_replica", "Tệp này không phải dữ liệu của Nhịp; nó không bị thay đổi.",
     "Chỉ tệp khác bằng --replica.", false},
    {"not_a_database", "Tệp này không phải cơ sở dữ liệu, hoặc đã hỏng phần đầu.",
     "Kiểm tra tên tệp; giữ nguyên tệp nếu nó từng là dữ liệu của máy này.", false},
    {"newer_replica", "Dữ liệu trên máy do phiên bản mới hơn ghi; nó không bị thay đổi.",
     "Hãy cập nhật chương trình.", false},
    {"incompatible_schema", "Chương trình này mô tả bản ghi khác với dữ liệu trên máy.",
     "Dùng đúng chương trình đã tạo ra dữ liệu; dữ liệu không bị thay đổi.", true},
    {"replica_upgraded", "Một chương trình mới hơn vừa nâng cấp dữ liệu trên máy này.",
     "Đóng chương trình rồi mở lại; chưa có gì bị mất.", false},
    {"other_schema", "Trung tâm này làm việc với loại bản ghi khác.",
     "Ghi danh bằng chương trình dành cho trung tâm đó.", false},
    {"client_too_old", "Trung tâm không còn nhận phiên bản này.",
     "Hãy cập nhật chương trình; dữ liệu trên máy vẫn còn nguyên.", false},
    {"critical_unknown", "Nội dung nhận được cần một phiên bản mới hơn.",
     "Hãy cập nhật chương trình; dữ liệu trên máy vẫn còn nguyên.", false},
    {"no_key", "Thiếu hoặc hỏng tệp khóa của máy này.",
     "Tệp khóa nằm cạnh tệp dữ liệu. Không có nó thì phải ghi danh lại; bản ghi vẫn xem được.",
     false},
    {"disk_full", "Ổ đĩa đã đầy; thay đổi này chưa được lưu.", "Giải phóng ổ đĩa rồi lưu lại.",
     false},
    {"read_only", "Không có quyền ghi vào tệp dữ liệu hoặc thư mục chứa nó.",
     "Kiểm tra quyền của tệp và thư mục.", false},
    {"io_error", "Lỗi đọc hoặc ghi đĩa.", "Kiểm tra ổ đĩa hoặc thẻ nhớ còn gắn và còn tốt.", false},
    {"in_use", "Một chương trình khác đang ghi vào tệp dữ liệu.", "Đợi giây lát rồi thử lại.",
     false},
    {"already_settled", "Xung đột này đã được giải quyết.", "Xem bằng: nhip conflicts --all",
     false},
    {"needs_lead",
     "Xung đột về tiền, số đếm hoặc trạng thái cuối do người phụ trách đơn vị hoặc cơ quan giải "
     "quyết.",
     "Cho người phụ trách xem: nhip conflicts", false},
    {"not_deleted", "Bản ghi này chưa bị xóa.", "Không cần khôi phục.", false},
    {"office_only", "Chỉ cơ quan được ghi loại bản ghi này.", "Đề nghị cơ quan sửa.", true},
    {"read_only_type", "Không ghi được loại bản ghi này.", "Chọn loại bản ghi khác.", true},
    {"write_not_allowed", "SQL của ứng dụng chỉ được ghi vào bảng bản ghi.",
     "Dùng lệnh nhip, hoặc chỉ sửa bảng bản ghi.", false},
    {"key_changed", "Trường này thuộc khóa của bản ghi, không sửa được.",
     "Tạo bản ghi mới với khóa mới.", true},
    {"constraint", "Giá trị sai kiểu cột hoặc trùng id.", "Kiểm tra lại giá trị và id.", true},
    {"record_too_large", "Bản ghi lớn hơn 1 MB.", "Rút ngắn nội dung hoặc chia nhỏ.", false},
    {"transaction_too_large", "Một lần lưu có nhiều nhất 1.000 bản ghi và 2 MB.",
     "Lưu thành nhiều lần nhỏ hơn.", false},
    {"not_in_tray", "Không có gì với id này bị trả lại hoặc tạm giữ.",
     "Xem những gì cần người xử lý: nhip rejected", false},
    {"unknown_unit", "Máy này chưa có đơn vị đó.", "Chạy \"nhip sync\" để nhận bảng đơn vị.",
     false},
    {"unknown_period", "Máy này chưa có kỳ báo cáo đó.", "Chạy \"nhip sync\" để nhận các kỳ.",
     false},
    {"interrupted", "Công việc bị dừng giữa chừng.", "Chạy lại lệnh để tiếp tục.", false},
    {"breaks_rule", "Bản ghi chưa nộp được vì vi phạm quy tắc.",
     "Sửa lại, hoặc giữ làm bản nháp rồi nộp sau.", true},
};

std::string_view sentence_of(Code code) {
  switch (code) {
    case Code::kOk: return "";
    case Code::kUnavailable: return "Không kết nối được với máy chủ. Không mất dữ liệu nào.";
    case Code::kBusy: return "Tệp dữ liệu đang được dùng.";
    case Code::kUnauthenticated: return "Máy chủ không nhận máy này.";
    case Code::kForbidden: return "Máy này không được phép làm việc đó.";
    case Code::kVersion: return "Máy này và máy chủ khác phiên bản; cần cập nhật.";
    case Code::kCorrupt: return "Tệp dữ liệu bị hỏng.";
    case Code::kMalformed: return "Dữ liệu viết chưa đúng.";
    case Code::kInvalid: return "Dữ liệu chưa hợp lệ.";
    case Code::kNotFound: return "Không tìm thấy.";
    case Code::kConflict: return "Trạng thái hiện tại không cho phép.";
    case Code::kLimit: return "Vượt quá giới hạn.";
    case Code::kDiskFull: return "Ổ đĩa đã đầy; chưa lưu được gì.";
    case Code::kUsage: return "Câu lệnh chưa đúng.";
    case Code::kInternal: return "Lỗi bên trong chương trình.";
  }
  return "";
}

std::string_view todo_of(Code code) {
  switch (next_step(code)) {
    case NextStep::kNothing: return "";
    case NextStep::kRetryLater: return "Hãy thử lại sau.";
    case NextStep::kAskAPerson: return "Hãy liên hệ cơ quan.";
    case NextStep::kUpdate: return "Hãy cập nhật chương trình.";
    case NextStep::kKeepEvidence: return "Giữ nguyên tệp và báo cho người phụ trách.";
    case NextStep::kCorrectInput: return "Hãy sửa lại rồi thử lại.";
  }
  return "";
}

bool has_own_words(const std::string& message) {
  return std::any_of(message.begin(), message.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

ErrorText describe(Language language, const Status& status) {
  if (language == Language::kEnglish) return {status.message(), status.hint()};
  const auto* named = std::find_if(std::begin(kNamedErrors), std::end(kNamedErrors),
                                   [&](const NamedError& e) { return e.name == status.name(); });
  if (has_own_words(status.message())) {
    // The message of a rule comes from the schema; what to do about it is said here.
    const bool own_hint = named == std::end(kNamedErrors) || has_own_words(status.hint());
    return {status.message(), own_hint ? status.hint() : std::string(named->hint)};
  }
  if (named == std::end(kNamedErrors)) {
    const std::string detail = status.message().empty() ? "" : " (" + status.message() + ")";
    return {std::string(sentence_of(status.code())) + detail, std::string(todo_of(status.code()))};
  }
  std::string message(named->message);
  if (named->with_detail && !status.message().empty()) message += " (" + status.message() + ")";
  return {std::move(message), std::string(named->hint)};
}

}  // namespace nhip::cli
