// The worked example of the domain, against figures that were calculated by others.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "figures_fixture.h"

namespace nhip::server {
namespace {

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> lines;
  std::istringstream text(read_text(kWorkedExample + "/" + file));
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

json expected() { return json::parse(read_text(kWorkedExample + "/expected.json")); }

std::uint64_t seed() {
  const char* given = std::getenv("NHIP_TEST_SEED");
  return given == nullptr ? 63 : std::strtoull(given, nullptr, 10);
}

}  // namespace

TEST_CASE("figures: the worked example gives the expected figures to the last leaf") {
  FiguresFixture centre;
  centre.load(kWorkedExample);
  const json got = centre.figures();
  INFO(json::diff(expected(), got).dump(1));
  CHECK(got == expected());
}

TEST_CASE("figures: neither the order nor the repetition of lines changes a figure") {
  std::mt19937_64 random(seed());
  INFO("seed " << seed() << "; another one by NHIP_TEST_SEED");
  for (int round = 0; round < 5; ++round) {
    FiguresFixture centre;
    std::vector<std::pair<std::string, std::string>> lines;
    for (const std::string file : {"activities.jsonl", "headcounts.jsonl"}) {
      for (const std::string& line : lines_of(file)) {
        lines.emplace_back(file, line);
        if (random() % 3 == 0) lines.emplace_back(file, line);
      }
    }
    std::shuffle(lines.begin(), lines.end(), random);
    // Loads of some lines each; figures are asked for in between, so the book follows them. The
    // definitions come at any time.
    const std::size_t definitions_at = random() % 4;
    for (std::size_t part = 0; part < 4; ++part) {
      const TempFolder folder;
      for (std::size_t i = part; i < lines.size(); i += 4) {
        std::ofstream(folder.path() + "/" + lines[i].first, std::ios::app)
            << lines[i].second << "\n";
      }
      if (part == definitions_at) {
        for (const std::string file : {"org_units.csv", "periods.json", "survey_forms.json"}) {
          folder.write(file, read_text(kWorkedExample + "/" + file));
        }
      }
      centre.load(folder.path());
      centre.book.forget();
      centre.figures();
    }
    CHECK(centre.figures() == expected());
  }
}

}  // namespace nhip::server
