// A link of 40 kbit/s with 300 ms of latency that breaks off every 30 seconds, on a clock of its
// own: what is to arrive arrives, and little is sent in vain.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "support/fleet.h"

using namespace nhip;
using namespace nhip::test;

namespace {

constexpr std::int64_t kLatencyMs = 300;
constexpr std::int64_t kBytesPerSecond = 40'000 / 8;
constexpr std::int64_t kHeaderBytes = 110;  // of HTTP, each way

// Carries bytes at the speed of the link and counts those that were on the way when it broke.
class SlowLink final : public Transport {
 public:
  SlowLink(Transport& inner, std::int64_t cut_every_ms) : inner_(inner), every_(cut_every_ms) {}

  Result<Response> send(const Request& request) override {
    if (!carry(request.body.size())) return gone();
    auto answer = inner_.send(request);
    if (!answer.ok()) return answer;
    if (!carry(answer->body.size())) return gone();
    ++exchanges;
    return answer;
  }
  void cancel() override {}

  std::int64_t now_ms = 1;
  std::int64_t bytes = 0;
  int exchanges = 0, cuts = 0;

 private:
  static Status gone() { return {Code::kUnavailable, "connection_lost", "The connection broke."}; }

  // The bytes leave one by one; what has left and not arrived when the link breaks is lost, too.
  bool carry(std::size_t body) {
    const std::int64_t size = static_cast<std::int64_t>(body) + kHeaderBytes;
    const std::int64_t took = size * 1000 / kBytesPerSecond;
    const std::int64_t until_cut = every_ == 0 ? took + kLatencyMs + 1 : every_ - now_ms % every_;
    if (took + kLatencyMs < until_cut) {
      now_ms += took + kLatencyMs;
      bytes += size;
      return true;
    }
    now_ms += until_cut;
    bytes += std::min(size, until_cut * kBytesPerSecond / 1000);
    ++cuts;
    return false;
  }

  Transport& inner_;
  const std::int64_t every_;
};

// Words as people use them in titles and notes, in no order.
std::string words(std::mt19937& random, int count) {
  static const std::vector<std::string> kWords = {"tư vấn",
                                                  "chăm sóc",
                                                  "trẻ em",
                                                  "đoàn viên",
                                                  "gia đình",
                                                  "con CNVCLĐ",
                                                  "khám",
                                                  "sức khoẻ",
                                                  "dinh dưỡng",
                                                  "phòng, chống",
                                                  "bạo lực",
                                                  "xâm hại",
                                                  "tặng quà",
                                                  "học bổng",
                                                  "hè",
                                                  "Trung thu",
                                                  "1/6",
                                                  "khoa Nội",
                                                  "khoa Ngoại",
                                                  "khoa Nhi",
                                                  "tọa đàm",
                                                  "tập huấn",
                                                  "kỹ năng",
                                                  "an toàn",
                                                  "đuối nước",
                                                  "giao thông",
                                                  "hội thi",
                                                  "vẽ tranh",
                                                  "đọc sách",
                                                  "tham quan",
                                                  "bảo tàng",
                                                  "công viên",
                                                  "lớp năng khiếu",
                                                  "bơi",
                                                  "võ",
                                                  "tiếng Anh",
                                                  "phụ huynh",
                                                  "ông bà",
                                                  "nuôi dạy",
                                                  "tuổi dậy thì",
                                                  "mạng xã hội",
                                                  "hướng nghiệp",
                                                  "khen thưởng",
                                                  "thành tích",
                                                  "khó khăn",
                                                  "bệnh hiểm nghèo",
                                                  "mồ côi",
                                                  "đỡ đầu",
                                                  "quỹ",
                                                  "vận động",
                                                  "phối hợp",
                                                  "Đoàn Thanh niên",
                                                  "Ban Nữ công",
                                                  "nhà trường",
                                                  "phường",
                                                  "hội trường",
                                                  "trực tuyến",
                                                  "tài liệu",
                                                  "tờ rơi",
                                                  "phát thanh",
                                                  "ca trực",
                                                  "sau giờ làm",
                                                  "cuối tuần",
                                                  "đợt"};
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += kWords[random() % kWords.size()];
  }
  return text;
}

std::string activity(std::mt19937& random) {
  const auto below = [&](unsigned bound) { return std::to_string(random() % bound); };
  return R"({"title":")" + words(random, 9) + R"(","category":"TE0)" + (random() % 2 ? "1" : "2") +
         R"(","start_date":"2026-05-1)" + below(10) + R"(","place":")" + words(random, 3) +
         R"(","status":"DONE","organiser_level":"CDCS","attendance_mode":"HEADCOUNT",)" +
         R"("reached":{"officials":)" + below(300) + R"(,"families":)" + below(900) +
         R"(,"children":)" + below(400) + R"(},"funding":{"union":)" +
         std::to_string(500'000 * (random() % 90)) + R"(},"gifts_count":)" + below(200) +
         R"(,"note":")" + words(random, 12) + R"("})";
}

// A replica whose clocks are the link's.
class Phone {
 public:
  Phone(Fleet& fleet, const std::string& path, std::int64_t cut_every_ms)
      : inner_(fleet), link(inner_, cut_every_ms) {
    OpenOptions options;
    options.path = path;
    options.create = true;
    options.schema_json = fleet.schema_json;
    Environment environment = system_environment();
    environment.unix_ms = [this, begin = fleet.now_ms] { return begin + link.now_ms; };
    environment.steady_ms = [this] { return link.now_ms; };
    environment.sleep_ms = [this](std::int64_t ms) { link.now_ms += ms; };
    options.environment = environment;
    auto opened = Replica::open(options);
    REQUIRE(opened.ok());
    replica = std::move(opened).value();
    const auto code =
        server::make_code(*fleet.centre, "U-01", "lead", "phone", 3'600'000, fleet.now_ms);
    REQUIRE(code.ok());
    REQUIRE(enrol(*replica, inner_, {"http://127.0.0.1:1", code->code, "phone"}).ok());
  }

  void enter(int count) {
    const Status written = replica->write([&](Transaction& transaction) -> Status {
      for (int i = 0; i < count; ++i)
        NHIP_TRY(transaction.put("activity", activity(random_)).status());
      return {};
    });
    REQUIRE(written.ok());
  }

  // As often as a person would press the button.
  void sync_until_done() {
    for (int tries = 0; tries < 20; ++tries) {
      const auto report = nhip::sync(*replica, link);
      if (report.ok() && report->verified) return;
    }
    FAIL("the work did not arrive");
  }

 private:
  LoopbackTransport inner_;
  std::mt19937 random_{7};

 public:
  SlowLink link;
  std::unique_ptr<Replica> replica;
};

}  // namespace

TEST_CASE("fleet/slow link: a thousand activities arrive over a link that breaks every 30 seconds",
          "[fleet][wire]") {
  // How long before the link breaks the work begins: within the first chunk, the second, the
  // answer.
  const std::int64_t before_cut = GENERATE(1'700, 4'000);
  Fleet fleet;
  Phone steady(fleet, fleet.folder + "/steady.db", 0);
  Phone cut(fleet, fleet.folder + "/cut.db", 30'000);
  for (Phone* phone : {&steady, &cut}) {
    phone->sync_until_done();
    phone->link.bytes = 0;
    phone->link.now_ms = 30'000 - before_cut;
    for (int i = 0; i < 10; ++i) phone->enter(100);
    phone->sync_until_done();
  }
  CHECK(fleet.records("activity").size() == 2'000);
  CAPTURE(steady.link.bytes, steady.link.exchanges, cut.link.bytes, cut.link.exchanges,
          cut.link.cuts, cut.link.now_ms);
  CHECK(cut.link.cuts > 0);
  CHECK(static_cast<double>(cut.link.bytes) <= 1.2 * static_cast<double>(steady.link.bytes));
}
