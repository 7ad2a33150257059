// The table of everything said, each line in both languages. Vietnamese comes first: it is what
// most people read. Errors of the engine are translated in error_messages.cpp.
#include "messages.h"

#include <cstddef>
#include <cstdlib>
#include <iterator>

namespace nhip::cli {
namespace {

struct Entry {
  Message message;
  std::string_view vietnamese;
  std::string_view english;
};

constexpr Entry kEntries[] = {
    {Message::kProgram, "Nhịp: nhập liệu khi không có mạng, đồng bộ khi có mạng.",
     "Nhịp: enter records offline, sync when there is a connection."},
    {Message::kCommands, "Các lệnh", "Commands"},
    {Message::kOptions, "Tùy chọn", "Options"},
    {Message::kPositionals, "Tham số", "Arguments"},
    {Message::kUsage, "Cách dùng", "Usage"},
    {Message::kHelpEnrol, "Ghi danh máy này với máy chủ trung tâm và tải dữ liệu lần đầu",
     "Enrol this device at the centre and download for the first time"},
    {Message::kHelpPut, "Tạo bản ghi, hoặc sửa khi đã có id (chỉ sửa các trường được nêu)",
     "Create a record, or edit it when its id exists (only the fields given)"},
    {Message::kHelpEdit, "Sửa một số trường của bản ghi", "Change some fields of a record"},
    {Message::kHelpRm, "Xóa bản ghi", "Delete a record"},
    {Message::kHelpUndelete, "Khôi phục bản ghi đã xóa", "Bring a deleted record back"},
    {Message::kHelpGet, "Xem một bản ghi", "Show one record"},
    {Message::kHelpList, "Liệt kê các bản ghi chưa xóa", "List the records that are not deleted"},
    {Message::kHelpImport, "Nhập nhiều bản ghi từ tệp JSONL hoặc CSV",
     "Import records from a JSONL or CSV file"},
    {Message::kHelpExport, "Xuất các bản ghi ra JSONL hoặc CSV", "Export records as JSONL or CSV"},
    {Message::kHelpSync, "Đồng bộ với máy chủ trung tâm", "Sync with the centre"},
    {Message::kHelpStatus, "Tình trạng: còn gì chờ gửi, đã đồng bộ hết chưa",
     "What waits to be sent, and whether everything is synced"},
    {Message::kHelpConflicts, "Các chỗ hai máy cùng sửa, kèm cả hai giá trị",
     "Fields that two devices edited, with both values"},
    {Message::kHelpResolve, "Chọn giá trị đúng cho một chỗ trùng sửa", "Settle a conflict"},
    {Message::kHelpRejected, "Các mục bị từ chối hoặc tạm giữ, lý do và cách xử lý",
     "Rejected and held items, with the reason and what to do"},
    {Message::kHelpWhy, "Bản ghi này đang ở đâu và cần làm gì",
     "Where this record stands and what to do"},
    {Message::kHelpRetry, "Gửi lại mục bị từ chối", "Send a rejected item again"},
    {Message::kHelpHistory, "Các phiên bản của bản ghi mà máy này biết",
     "The versions of a record that this device knows"},
    {Message::kHelpBundle, "Đồng bộ bằng tệp: USB, chat, thư (out: ghi gói, in: nhận gói trả lời)",
     "Sync by file: stick, chat, mail (out: write a bundle, in: take its answer)"},
    {Message::kHelpTargets, "Số liệu của đơn vị, tính ngay trên máy này",
     "The unit's own figures, computed on this device"},
    {Message::kHelpExplain, "Các bản ghi đứng sau một chỉ tiêu", "The records behind a figure"},
    {Message::kOptPeriod, "Kỳ, ví dụ 2026-FY (mặc định: các kỳ đang diễn ra)",
     "Period, such as 2026-FY (default: those that are running)"},
    {Message::kOptUnit, "Đơn vị (mặc định: đơn vị của máy này)", "Unit (default: this device's)"},
    {Message::kOptIndicator, "Mã chỉ tiêu, IND01 đến IND15", "The indicator, IND01 to IND15"},
    {Message::kOptWay, "out: ghi gói để mang đi; in: nhận gói trả lời",
     "out: write a bundle to carry; in: take the answer"},
    {Message::kBundleOut, "Đã ghi gói. Hãy mang tệp này đến văn phòng:",
     "The bundle is written. Carry this file to the office:"},
    {Message::kBundleComplete, "Đã nhận gói trả lời; mọi thứ đã đến nơi.",
     "The answer was taken; everything has arrived."},
    {Message::kBundleMore, "Đã nhận gói trả lời. Còn việc phải gửi: hãy ghi một gói nữa.",
     "The answer was taken. Something is left to carry: write another bundle."},
    {Message::kBundleOvertaken,
     "Gói này đã cũ: một lần đồng bộ mới hơn đã làm xong việc của nó. Không có gì thay đổi.",
     "This answer is old: a newer sync has done its work. Nothing was changed."},
    {Message::kReplicaCopied, "Có một bản sao tệp dữ liệu đang được dùng như máy riêng:",
     "A copy of a replica goes on as one of its own:"},
    {Message::kBytes, "Byte", "Bytes"},
    {Message::kSent, "Đã đến nơi", "Arrived"},
    {Message::kReceived, "Đã nhận", "Received"},
    {Message::kHelpDoctor, "Kiểm tra tệp dữ liệu, tự sửa những gì sửa được mà không mất gì",
     "Examine the replica and mend what can be mended without losing anything"},
    {Message::kHealthy, "Tệp dữ liệu lành lặn. Lần đồng bộ tới sẽ so từng giá trị với trung tâm.",
     "The replica is sound. The next sync compares every value with the centre's."},
    {Message::kNotHealthy,
     "Tệp dữ liệu bị hỏng. Hãy giữ một bản sao các tệp này và báo văn phòng; chưa có gì bị sửa.",
     "The replica is damaged. Keep a copy of its files and tell the office; nothing was changed."},
    {Message::kMended, "đã sửa", "mended"},
    {Message::kBroken, "hỏng", "broken"},
    {Message::kOptReplica,
     "Tệp dữ liệu (mặc định: NHIP_REPLICA, hoặc nhip/replica.db trong thư mục dữ liệu cá nhân)",
     "Replica file (default: NHIP_REPLICA, else nhip/replica.db in the XDG data folder)"},
    {Message::kOptJson, "In kết quả dạng JSON", "Print one JSON value"},
    {Message::kOptLang, "Ngôn ngữ: vi hoặc en", "Language: vi or en"},
    {Message::kOptHelp, "In hướng dẫn này", "Print this help"},
    {Message::kOptVersion, "In phiên bản", "Print the version"},
    {Message::kOptType, "Loại bản ghi, ví dụ activity", "Record type, for example activity"},
    {Message::kOptId, "Id", "Id"},
    {Message::kOptJsonInput, "Bản ghi dạng JSON; bỏ trống hoặc \"-\": đọc từ đầu vào chuẩn",
     "The record as JSON; nothing or \"-\" reads standard input"},
    {Message::kOptAssignments, "trường=giá trị, ví dụ funding.union=500000",
     "field=value, for example funding.union=500000"},
    {Message::kOptWhere, "Chỉ lấy bản ghi có trường bằng giá trị (dùng được nhiều lần)",
     "Only records whose field equals the value (may be repeated)"},
    {Message::kOptFile, "Tệp .jsonl hoặc .csv; \"-\" đọc từ đầu vào chuẩn",
     "A .jsonl or .csv file; \"-\" reads standard input"},
    {Message::kOptFormat, "Định dạng: jsonl hoặc csv", "Format: jsonl or csv"},
    {Message::kOptServer, "Địa chỉ máy chủ, ví dụ https://nhip.example.vn",
     "URL of the centre, for example https://nhip.example.vn"},
    {Message::kOptCode, "Mã ghi danh do cơ quan cấp", "Enrolment code given by the office"},
    {Message::kOptLabel, "Tên gọi của máy này để cơ quan nhận biết",
     "What the office sees in its list of devices"},
    {Message::kOptBudget, "Dừng trước khi vượt quá số byte này",
     "Stop before more bytes have moved"},
    {Message::kOptWatch, "Tiếp tục đồng bộ cho đến khi bấm Ctrl+C", "Keep syncing until Ctrl+C"},
    {Message::kOptOtherServer, "Địa chỉ khác của cùng máy chủ, chỉ cho lần này",
     "Another address of the same centre, for this time"},
    {Message::kOptAll, "Kể cả những chỗ đã giải quyết", "Settled ones too"},
    {Message::kOptKeep, "Giữ giá trị đang dùng (winner) hay giá trị kia (loser)",
     "Keep the value in use (winner) or the other one (loser)"},
    {Message::kOptValue, "Giá trị mới, viết dạng JSON", "A new value, as JSON"},

    {Message::kSaved, "Đã lưu trên máy này.", "Saved on this device."},
    {Message::kDeleted, "Đã xóa {0}.", "Deleted {0}."},
    {Message::kRestored, "Đã khôi phục {0}.", "Restored {0}."},
    {Message::kEnrolled, "Đã ghi danh: máy {0}, đơn vị {1}, vai trò {2}.",
     "Enrolled: device {0}, unit {1}, role {2}."},
    {Message::kFirstDownloadLater, "Máy đã ghi danh xong nhưng chưa tải đủ dữ liệu.",
     "The device is enrolled, but the first download is not complete."},
    {Message::kUnknownField, "Trường \"{0}\" không có trong danh mục; vẫn được giữ và gửi đi.",
     "The field \"{0}\" is not in the schema; it is kept and passed on."},
    {Message::kNoRecords, "Chưa có bản ghi nào.", "No records."},
    {Message::kRecordCount, "{0} bản ghi", "{0} records"},
    {Message::kImportSummary, "Đã đọc {0} dòng: lưu {1}, không nhận {2}.",
     "Read {0} lines: stored {1}, refused {2}."},
    {Message::kImportRefusedLine, "{0}:{1}: {2}", "{0}:{1}: {2}"},
    {Message::kImportStopped, "Dừng lại ở dòng {0}; các dòng trước đó đã xử lý xong.",
     "Stopped at line {0}; the lines before it are done."},
    {Message::kImportProgress, "Đã nhập {0} dòng", "{0} lines imported"},
    {Message::kSyncDone, "Đã đồng bộ: gửi {0}, nhận {1} ({2} byte lên, {3} byte xuống, {4} giây).",
     "Synced: sent {0}, received {1} ({2} bytes up, {3} bytes down, {4} s)."},
    {Message::kSyncIncomplete, "Chưa xong vì đã hết hạn mức; lần sau sẽ tiếp tục.",
     "Not finished: the budget is used up. The next sync goes on."},
    {Message::kSyncVerified, "Dữ liệu trên máy này khớp với máy chủ.",
     "What is here agrees with the centre."},
    {Message::kSyncNotVerified, "Chưa đối chiếu được với máy chủ.",
     "Not yet checked against the centre."},
    {Message::kSyncNeedsPerson, "{0} mục bị từ chối, {1} mục tạm giữ: xem bằng \"nhip rejected\".",
     "{0} rejected and {1} held: see \"nhip rejected\"."},
    {Message::kSyncConflicts, "{0} chỗ trùng sửa cần chọn: xem bằng \"nhip conflicts\".",
     "{0} open conflicts: see \"nhip conflicts\"."},
    {Message::kSyncProgress, "Gửi {0}/{1}, nhận {2}, còn {3}",
     "Sent {0}/{1}, received {2}, {3} left"},
    {Message::kWatchRetry, "{0} Thử lại sau {1} giây.", "{0} Trying again in {1} s."},
    {Message::kDevice, "Máy", "Device"},
    {Message::kUnit, "Đơn vị", "Unit"},
    {Message::kRole, "Vai trò", "Role"},
    {Message::kServer, "Máy chủ", "Centre"},
    {Message::kPending, "Chờ gửi", "Waiting to be sent"},
    {Message::kRejected, "Bị từ chối", "Rejected"},
    {Message::kHeld, "Tạm giữ", "Held"},
    {Message::kOpenConflicts, "Chỗ trùng sửa", "Open conflicts"},
    {Message::kLastSync, "Đồng bộ gần nhất", "Last sync"},
    {Message::kNever, "chưa lần nào", "never"},
    {Message::kSynced, "Máy chủ đã nhận đủ", "Everything received"},
    {Message::kBackedUp, "Đã có trong bản sao lưu", "Backed up"},
    {Message::kYes, "có", "yes"},
    {Message::kNo, "không", "no"},
    {Message::kNotYet, "chưa", "not yet"},
    {Message::kNoConflicts, "Không có chỗ trùng sửa nào.", "No conflicts."},
    {Message::kConflictHead, "{0}: {1} {2}, trường {3}", "{0}: {1} {2}, field {3}"},
    {Message::kConflictWinner, "  đang dùng: {0}  ({1}, {2})", "  in use: {0}  ({1}, {2})"},
    {Message::kConflictLoser, "  giá trị kia: {0}  ({1}, {2})", "  the other: {0}  ({1}, {2})"},
    {Message::kConflictBase, "  trước đó: {0}", "  before: {0}"},
    {Message::kConflictSettled, "  đã giải quyết", "  settled"},
    {Message::kConflictNeedsPerson, "  cần người có trách nhiệm chọn", "  a person must choose"},
    {Message::kConflictCentre, "máy chủ", "the centre"},
    {Message::kConflictHow, "Chọn: nhip resolve ID --keep winner | --keep loser | --value GIÁ_TRỊ",
     "Settle: nhip resolve ID --keep winner | --keep loser | --value JSON"},
    {Message::kResolved, "Đã chọn. Lựa chọn sẽ được gửi khi đồng bộ.",
     "Settled. It is sent with the next sync."},
    {Message::kTrayEmpty, "Không có mục nào bị từ chối hay tạm giữ.",
     "Nothing is rejected or held."},
    {Message::kTrayReason, "  lý do: {0}", "  reason: {0}"},
    {Message::kTrayTodoRejected,
     "Sửa lại bằng \"nhip edit {0} {1} …\"; hoặc gửi lại y nguyên: \"nhip retry {2}\"; hoặc bỏ: "
     "\"nhip rejected --discard {2}\".",
     "Correct it with \"nhip edit {0} {1} …\"; or send it as it is: \"nhip retry {2}\"; or give it "
     "up: \"nhip rejected --discard {2}\"."},
    {Message::kTrayTodoHeld, "Đang chờ ở máy chủ; hãy đồng bộ lại sau hoặc hỏi cơ quan.",
     "It waits at the centre; sync again later or ask the office."},
    {Message::kTrayTodoForbidden,
     "Máy này không được ghi loại dữ liệu đó. Hãy nhờ cơ quan; nội dung vẫn còn ở đây.",
     "This device may not write that. Ask the office; the content stays here."},
    {Message::kWhySynced, "Máy chủ đã nhận bản ghi này.", "The centre has this record."},
    {Message::kWhyPending, "Bản ghi đã lưu trên máy này và đang chờ gửi.",
     "The record is saved here and waits to be sent."},
    {Message::kWhyDeleted, "Bản ghi đã bị xóa.", "The record is deleted."},
    {Message::kWhyDeletedPending, "Bản ghi đã bị xóa trên máy này; việc xóa đang chờ gửi.",
     "The record is deleted here; the deletion waits to be sent."},
    {Message::kWhyRejected, "Máy chủ từ chối thay đổi của bản ghi này: {0}",
     "The centre rejected a change of this record: {0}"},
    {Message::kWhyHeld, "Máy chủ tạm giữ thay đổi của bản ghi này: {0}",
     "The centre holds a change of this record: {0}"},
    {Message::kWhyConflict, "Hai máy cùng sửa trường {0}; cả hai giá trị đều được giữ.",
     "Two devices edited the field {0}; both values are kept."},
    {Message::kTodoNothing, "Không cần làm gì.", "Nothing to do."},
    {Message::kTodoSync, "Chạy \"nhip sync\" khi có mạng.",
     "Run \"nhip sync\" when there is a connection."},
    {Message::kTodoResolve, "Chọn giá trị đúng bằng \"nhip resolve {0} --keep winner|loser\".",
     "Settle it with \"nhip resolve {0} --keep winner|loser\"."},
    {Message::kTodoUndelete, "Muốn lấy lại: \"nhip undelete {0} {1}\".",
     "To bring it back: \"nhip undelete {0} {1}\"."},
    {Message::kRetried, "Sẽ gửi lại ở lần đồng bộ tới.", "It will be sent with the next sync."},
    {Message::kOptDiscard, "Bỏ hẳn mục này (không khôi phục được)", "Give this entry up for good"},
    {Message::kVersionPending, "chờ gửi", "waiting"},
    {Message::kVersionCurrent, "hiện tại", "current"},
    {Message::kVersionReplaced, "đã thay", "replaced"},
    {Message::kTimeUncertain, " (giờ không chắc)", " (time uncertain)"},

    {Message::kErrorWord, "Lỗi", "Error"},
    {Message::kHintWord, "Gợi ý", "Hint"},
    {Message::kNotEnrolled, "Máy này chưa ghi danh ({0}).", "This device is not enrolled ({0})."},
    {Message::kNotEnrolledHint, "Hãy chạy \"nhip enrol --server ĐỊA_CHỈ --code MÃ\".",
     "Run \"nhip enrol --server URL --code CODE\"."},
    {Message::kNotAReplica, "{0} không phải tệp dữ liệu của Nhịp.", "{0} is not a replica."},
    {Message::kNotAReplicaHint, "Hãy chọn tệp khác bằng --replica.",
     "Name another file with --replica."},
    {Message::kNoDataFolder, "Không biết đặt dữ liệu ở đâu.", "No folder to keep the replica in."},
    {Message::kNoDataFolderHint, "Hãy cho biết tệp bằng --replica TỆP hoặc biến NHIP_REPLICA.",
     "Name a file with --replica FILE or NHIP_REPLICA."},
    {Message::kNotUtf8, "Dữ liệu không phải UTF-8 (có thể là bảng mã TCVN3 hoặc VNI).",
     "The data is not UTF-8 (perhaps TCVN3 or VNI)."},
    {Message::kNotUtf8Hint, "Hãy chuyển sang Unicode UTF-8 trước, ví dụ bằng Unikey, rồi nhập lại.",
     "Convert it to Unicode UTF-8 first, for example with Unikey, then try again."},
    {Message::kBrokenJson, "JSON viết chưa đúng.", "This is not valid JSON."},
    {Message::kBrokenJsonHint, "Kiểm tra dấu ngoặc, dấu phẩy và dấu nháy kép.",
     "Check brackets, commas and double quotes."},
    {Message::kNoObject, "Cần một đối tượng JSON {…}.", "A JSON object {…} is needed."},
    {Message::kNoObjectHint, "Nhiều bản ghi: dùng \"nhip import\".",
     "For several records use \"nhip import\"."},
    {Message::kCannotRead, "Không đọc được {0}.", "Cannot read {0}."},
    {Message::kCannotReadHint, "Kiểm tra tên tệp và quyền đọc.", "Check its name and permissions."},
    {Message::kCannotWrite, "Không ghi được kết quả ra đầu ra chuẩn.",
     "The result could not be written to standard output."},
    {Message::kUsageHint, "Xem \"nhip --help\" hoặc \"nhip LỆNH --help\".",
     "See \"nhip --help\" or \"nhip COMMAND --help\"."},
    {Message::kBadAssignment, "\"{0}\" không có dạng trường=giá trị, hoặc trùng với trường khác.",
     "\"{0}\" is not field=value, or names a field twice."},
    {Message::kBadAssignmentHint, "Ví dụ: funding.union=500000",
     "For example: funding.union=500000"},
    {Message::kBadId, "\"{0}\" không phải là id.", "\"{0}\" is not an id."},
    {Message::kBadIdHint, "Id là UUID, ví dụ 01890a5d-ac96-774b-bcce-b302099a8057.",
     "An id is a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057."},
    {Message::kUnknownType, "Không có loại bản ghi \"{0}\".", "There is no record type \"{0}\"."},
    {Message::kUnknownTypeHint, "Các loại: {0}", "Types: {0}"},
    {Message::kFormatUnknown, "Không rõ định dạng của \"{0}\".",
     "The format of \"{0}\" is not known."},
    {Message::kFormatUnknownHint, "Dùng tệp .jsonl hoặc .csv, hoặc --format jsonl|csv|xlsx.",
     "Use a .jsonl or .csv file, or --format jsonl|csv|xlsx."},
    {Message::kXlsxFailed, "Không tạo được tệp XLSX.", "The XLSX file could not be made."},
    {Message::kXlsxFailedHint, "Còn chỗ trên đĩa không? Hoặc dùng --format csv.",
     "Is there room on the disk? Or use --format csv."},
    {Message::kKeepOrValue, "Cần đúng một trong hai: --keep hoặc --value.",
     "Exactly one of --keep and --value is needed."},
    {Message::kKeepOrValueHint,
     "Ví dụ: --keep loser, hoặc --value 120, hoặc --value '\"văn bản\"'.",
     "For example --keep loser, or --value 120, or --value '\"text\"'."},
    {Message::kCsvHeader, "Dòng tiêu đề CSV chưa đúng: cột \"{0}\" trống hoặc bị lặp.",
     "The CSV header is wrong: the column \"{0}\" is empty or repeated."},
    {Message::kCsvHeaderHint, "Dòng đầu phải là tên trường, ví dụ: title,start_date,funding.union",
     "The first line names the fields, for example: title,start_date,funding.union"},
    {Message::kCsvColumns, "Dòng có {0} ô, tiêu đề có {1} cột.",
     "{0} cells, but the header has {1}."},
    {Message::kCsvQuote, "Dấu nháy kép chưa đóng hoặc đặt sai chỗ.",
     "A double quote is not closed or out of place."},
    {Message::kBadNumber, "{0}: \"{1}\" không phải số nguyên.",
     "{0}: \"{1}\" is not a whole number."},
    {Message::kBadNumberHint, "Viết 1500000 hoặc 1.500.000.", "Write 1500000 or 1.500.000."},
    {Message::kBadBoolean, "{0}: \"{1}\" không phải có/không.",
     "{0}: \"{1}\" is not true or false."},
    {Message::kBadDate, "{0}: \"{1}\" không phải ngày.", "{0}: \"{1}\" is not a date."},
    {Message::kBadDateHint, "Viết ngày/tháng/năm, ví dụ 01/06/2026, hoặc 2026-06-01.",
     "Write dd/mm/yyyy, for example 01/06/2026, or 2026-06-01."},
    {Message::kBadReal, "{0}: \"{1}\" không phải số.", "{0}: \"{1}\" is not a number."},
    {Message::kRuleNotChecked, "Chưa kiểm tra được ở máy này, cơ quan sẽ kiểm tra: {0}",
     "Cannot be checked on this device, the office will: {0}"},
    {Message::kImportBrokenRules, "Cần xem lại theo quy tắc: {0}.", "Rules to look at: {0}."},
    {Message::kFieldsLeftOut, "{0} bản ghi có trường mà CSV không có cột, không được xuất: {1}",
     "{0} records have fields that CSV has no column for, left out: {1}"},
    {Message::kFieldsLeftOutHint, "Dùng --format jsonl để xuất đủ.",
     "Use --format jsonl to export everything."},
    {Message::kUnknownWhere, "Loại {0} không có trường \"{1}\".", "{0} has no field \"{1}\"."},
    {Message::kUnknownWhereHint, "Các trường: {0}", "The fields: {0}"},
    {Message::kWhyReturned, "Cơ quan đã trả lại bản ghi này: {0}",
     "The office has returned this record: {0}"},
    {Message::kTodoReturned, "Sửa lại rồi nộp lại.", "Correct it and submit it again."},
};

// The table is in the order of the enum, so looking up is indexing.
constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kEntries); ++i) {
    if (static_cast<std::size_t>(kEntries[i].message) != i) return false;
  }
  return std::size(kEntries) == static_cast<std::size_t>(Message::kTodoReturned) + 1;
}
static_assert(in_order());

bool is_vietnamese(std::string_view locale) {
  return locale == "vi" || locale.starts_with("vi_") || locale.starts_with("vi.");
}

}  // namespace

Language choose_language(std::string_view flag) {
  if (!flag.empty()) return flag == "vi" ? Language::kVietnamese : Language::kEnglish;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return is_vietnamese(value) ? Language::kVietnamese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::string say(Language language, Message message,
                std::initializer_list<std::string_view> values) {
  const Entry& entry = kEntries[static_cast<std::size_t>(message)];
  const std::string_view text =
      language == Language::kVietnamese ? entry.vietnamese : entry.english;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool slot = text[i] == '{' && i + 2 < text.size() && text[i + 1] >= '0' &&
                      text[i + 1] <= '9' && text[i + 2] == '}';
    const auto index = slot ? static_cast<std::size_t>(text[i + 1] - '0') : values.size();
    if (index >= values.size()) {
      out += text[i];
      continue;
    }
    out += values.begin()[index];
    i += 2;
  }
  return out;
}

Status make_status(Language language, Code code, std::string_view name, Message message,
                   Message hint, std::initializer_list<std::string_view> values) {
  return Status(code, std::string(name), say(language, message, values),
                say(language, hint, values));
}

}  // namespace nhip::cli
