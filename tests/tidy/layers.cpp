// Reads the link table of the CMake files and holds includes against it.
#include "tidy/layers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <sstream>

namespace nhip::tidy {
namespace {

constexpr std::string_view kVocabulary = "engine/include/nhip";

// Which linked target gives the right to include a third-party header. A name that ends in '/' is a
// prefix.
struct ThirdParty {
  std::string_view header;
  std::string_view target;
};
constexpr std::array<ThirdParty, 11> kThirdParty = {{
    {"sqlite3.h", "SQLite::SQLite3"},
    {"curl/", "CURL::libcurl"},
    {"nlohmann/", "nlohmann_json::nlohmann_json"},
    {"httplib.h", "PkgConfig::httplib"},
    {"sodium.h", "PkgConfig::sodium"},
    {"utf8proc.h", "PkgConfig::utf8proc"},
    {"xlsxwriter.h", "PkgConfig::xlsxwriter"},
    {"CLI/", "CLI11::CLI11"},
    {"openssl/", "OpenSSL::SSL"},
    {"zstd.h", "PkgConfig::zstd"},
    {"zdict.h", "PkgConfig::zstd"},
}};

// Third-party targets that one folder alone, or two, may link.
struct Confined {
  std::string_view target;
  std::array<std::string_view, 2> folders;
};
constexpr std::array<Confined, 8> kConfined = {{
    {"SQLite::SQLite3", {"engine/store", "server/store"}},
    {"CURL::libcurl", {"engine/transport", ""}},
    {"PkgConfig::httplib", {"server/http", ""}},
    {"PkgConfig::sodium", {"engine/crypto", ""}},
    {"PkgConfig::utf8proc", {"engine/text", ""}},
    {"PkgConfig::xlsxwriter", {"server/exports", "client-cli"}},
    {"CLI11::CLI11", {"client-cli", "server"}},
    {"PkgConfig::zstd", {"engine/protocol", ""}},
}};

// The operating system's own headers, and who may ask for them.
constexpr std::array<std::string_view, 15> kSystemHeaders = {
    "sys/",  "unistd.h", "fcntl.h",   "signal.h", "poll.h",    "dirent.h", "netinet/", "malloc.h",
    "arpa/", "netdb.h",  "termios.h", "spawn.h",  "pthread.h", "errno.h",  "time.h"};
bool may_ask_the_system(std::string_view folder) {
  // engine/replica writes its key file, mode 0600, beside the database.
  return folder == "engine/store" || folder == "engine/replica" || folder == "client-cli" ||
         folder.substr(0, 6) == "server";
}

bool names(std::string_view pattern, std::string_view header) {
  if (pattern.back() == '/') return header.substr(0, pattern.size()) == pattern;
  return header == pattern;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// "core PUBLIC a b PRIVATE c" after the name has been taken off.
void read_links(const std::vector<std::string>& words, Layer& layer) {
  std::vector<std::string>* links = nullptr;
  for (const std::string& word : words) {
    if (word == "PUBLIC") {
      links = &layer.public_links;
    } else if (word == "PRIVATE") {
      links = &layer.private_links;
    } else if (links != nullptr) {
      links->push_back(word);
    }
  }
}

std::string without_comments(const std::string& cmake) {
  return std::regex_replace(cmake, std::regex("#[^\n]*"), "");
}

const SourceFile* find(const Tree& tree, std::string_view path) {
  const auto it = std::find_if(tree.begin(), tree.end(),
                               [&](const SourceFile& file) { return file.path == path; });
  return it == tree.end() ? nullptr : &*it;
}

// Every call of `command` in a CMake file, its arguments as words.
std::vector<std::vector<std::string>> calls(const Tree& tree, std::string_view path,
                                            const std::string& command) {
  std::vector<std::vector<std::string>> found;
  const SourceFile* file = find(tree, path);
  if (file == nullptr) return found;
  const std::string text = without_comments(file->text);
  const std::regex call("\\b" + command + "\\(([^)]*)\\)");
  for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it) {
    found.push_back(words_of((*it)[1].str()));
  }
  return found;
}

void add_layers(const Tree& tree, const std::string& room, const std::string& command,
                const std::string& prefix, Layers& layers) {
  for (const auto& words : calls(tree, room + "/CMakeLists.txt", command)) {
    Layer layer{room + "/" + words.at(0), prefix + words.at(0), {}, {}};
    read_links(words, layer);
    layers.in_order.push_back(std::move(layer));
  }
}

void add_program(const Tree& tree, const std::string& room, const std::string& target,
                 Layers& layers) {
  Layer layer{room, target, {}, {}};
  for (const auto& words : calls(tree, room + "/CMakeLists.txt", "target_link_libraries")) {
    if (words.at(0) == target) read_links(words, layer);
  }
  layers.in_order.push_back(std::move(layer));
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool links(const Layer& layer, std::string_view target) {
  return contains(layer.public_links, target) || contains(layer.private_links, target);
}

struct Include {
  std::size_t line;
  std::string header;
  bool quoted;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]");
  const std::string code = code_only(file.text);
  const auto code_lines = lines_of(code);
  const auto lines = lines_of(file.text);
  std::vector<Include> includes;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (code_lines[i].find("#") == std::string_view::npos) continue;
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(lines[i].begin(), lines[i].end(), match, pattern)) continue;
    includes.push_back({i + 1, match[2].str(), match[1].str() == "\""});
  }
  return includes;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The file a quoted include names: beside the including file, or below one of the roots that
// targets of its room see.
std::optional<std::string> resolve(const Tree& tree, const SourceFile& file,
                                   const std::string& header) {
  for (const std::string& root : {folder_of(file.path), std::string("engine/include"),
                                  std::string("engine"), std::string("server")}) {
    std::string path = root + "/" + header;
    if (find(tree, path) != nullptr) return path;
  }
  return std::nullopt;
}

// Folders whose headers a layer may include: what it links, and what that passes on.
std::set<std::string> visible_folders(const Layers& layers, const Layer& layer) {
  std::set<std::string> folders = {layer.folder, std::string(kVocabulary)};
  std::vector<std::string> open = layer.public_links;
  open.insert(open.end(), layer.private_links.begin(), layer.private_links.end());
  while (!open.empty()) {
    const Layer* next = layers.of_target(open.back());
    open.pop_back();
    if (next == nullptr || !folders.insert(next->folder).second) continue;
    open.insert(open.end(), next->public_links.begin(), next->public_links.end());
  }
  return folders;
}

std::string judge_embedded(const Layers& layers, const Layer& layer, const std::string& header) {
  const auto it = layers.embedded.find(header);
  if (it == layers.embedded.end()) return "no such embedded file: " + header;
  return links(layer, it->second) ? "" : "includes " + header + " without linking " + it->second;
}

// Headers that bring in json.hpp, themselves or through others: 2 s of compiling in each file that
// includes them.
std::set<std::string> heavy_headers(const Tree& tree) {
  std::set<std::string> heavy;
  for (std::size_t before = 1; before != heavy.size();) {
    before = heavy.size();
    for (const SourceFile& file : tree) {
      if (!file.is_header()) continue;
      for (const Include& include : includes_of(file)) {
        const auto path = include.quoted ? resolve(tree, file, include.header) : std::nullopt;
        if (include.header == "nlohmann/json.hpp" || (path && heavy.count(*path) != 0))
          heavy.insert(file.path);
      }
    }
  }
  return heavy;
}

std::string judge_quoted(const Tree& tree, const Layers& layers, const Layer& layer,
                         const std::set<std::string>& heavy, const SourceFile& file,
                         const std::string& header) {
  if (header.rfind("nhip_embedded/", 0) == 0) return judge_embedded(layers, layer, header);
  const std::optional<std::string> path = resolve(tree, file, header);
  if (!path) return "includes a file that is not there: " + header;
  const std::string folder = folder_of(*path);
  if (heavy.count(*path) != 0 && folder != folder_of(file.path))
    return header + " brings in json.hpp; outside its folder json_fwd.hpp must do";
  // The client proves that the public headers are enough for a program.
  const std::set<std::string> visible =
      layer.folder == "client-cli" ? std::set<std::string>{"client-cli", std::string(kVocabulary)}
                                   : visible_folders(layers, layer);
  return visible.count(folder) != 0 ? "" : layer.folder + " may not include " + header;
}

std::string judge_angled(const Layer& layer, const std::string& header) {
  if (header.find_first_of("./") == std::string::npos) return "";  // the standard library
  for (const std::string_view system : kSystemHeaders) {
    if (!names(system, header)) continue;
    return may_ask_the_system(layer.folder) ? ""
                                            : layer.folder + " may not include <" + header + ">";
  }
  for (const ThirdParty& known : kThirdParty) {
    if (!names(known.header, header)) continue;
    return links(layer, known.target) ? "" : layer.folder + " may not include <" + header + ">";
  }
  return "includes <" + header + ">, which belongs to no linked package";
}

// The vocabulary is all that a program that embeds the engine sees: standard library and itself.
std::string judge_vocabulary(const Include& include) {
  if (include.quoted)
    return include.header.rfind("nhip/", 0) == 0 ? ""
                                                 : "a public header includes " + include.header;
  return include.header.find_first_of("./") == std::string::npos
             ? ""
             : "a public header includes <" + include.header + ">";
}

const Layer* layer_of(const Layers& layers, const SourceFile& file) {
  return layers.of_folder(folder_of(file.path));
}

}  // namespace

const Layer* Layers::of_target(const std::string& target) const {
  const auto it = std::find_if(in_order.begin(), in_order.end(),
                               [&](const Layer& layer) { return layer.target == target; });
  return it == in_order.end() ? nullptr : &*it;
}

const Layer* Layers::of_folder(const std::string& folder) const {
  const auto it = std::find_if(in_order.begin(), in_order.end(),
                               [&](const Layer& layer) { return layer.folder == folder; });
  return it == in_order.end() ? nullptr : &*it;
}

std::set<std::string> Layers::reach(const Layer& layer) const {
  std::set<std::string> reached;
  std::vector<const Layer*> open = {&layer};
  while (!open.empty()) {
    const Layer* next = open.back();
    open.pop_back();
    if (!reached.insert(next->target).second) continue;
    for (const auto* list : {&next->public_links, &next->private_links}) {
      for (const std::string& target : *list) {
        const Layer* linked = of_target(target);
        if (linked != nullptr) open.push_back(linked);
      }
    }
  }
  return reached;
}

Layers read_layers(const Tree& tree) {
  Layers layers;
  add_layers(tree, "engine", "nhip_layer", "nhip_", layers);
  add_layers(tree, "server", "nhip_server_layer", "nhipd_", layers);
  add_program(tree, "server", "nhipd", layers);
  add_program(tree, "client-cli", "nhip", layers);
  for (const auto& words : calls(tree, "schema/CMakeLists.txt", "nhip_embed")) {
    layers.embedded["nhip_embedded/" + words.at(1) + ".h"] = words.at(0);
  }
  return layers;
}

Complaints arrow_complaints(const Layers& layers) {
  Complaints complaints;
  std::set<std::string> above;
  for (const Layer& layer : layers.in_order) {
    above.insert(layer.target);
    for (const auto* list : {&layer.public_links, &layer.private_links}) {
      for (const std::string& target : *list) {
        if (layers.of_target(target) != nullptr && above.count(target) == 0)
          complaints.push_back(layer.folder + " links " + target + ", which stands below it");
      }
    }
    for (const Confined& confined : kConfined) {
      const auto& folders = confined.folders;
      if (links(layer, confined.target) &&
          std::find(folders.begin(), folders.end(), layer.folder) == folders.end())
        complaints.push_back(layer.folder + " may not link " + std::string(confined.target));
    }
    const std::set<std::string> reached = layers.reach(layer);
    // The server shares what both ends do, and nothing of what only a device does.
    for (const char* device_only : {"nhip_replica", "nhip_sync", "nhip_transport", "nhip_api"}) {
      if (layer.folder.rfind("server", 0) == 0 && reached.count(device_only) != 0)
        complaints.push_back(layer.folder + " reaches " + device_only);
    }
    for (const char* wire : {"nhip_transport", "nhip_protocol"}) {
      if (layer.folder == "engine/store" && reached.count(wire) != 0)
        complaints.push_back(std::string("engine/store reaches ") + wire);
    }
    if (layer.folder == "engine/protocol" && reached.count("nhip_store") != 0)
      complaints.push_back("engine/protocol reaches nhip_store");
  }
  return complaints;
}

Complaints include_complaints(const Tree& tree, const Layers& layers) {
  const std::set<std::string> heavy = heavy_headers(tree);
  Complaints complaints;
  for (const SourceFile& file : tree) {
    const std::string_view room = file.room();
    if (!file.is_cpp() || room == "tests" || room == "schema") continue;
    const bool vocabulary = folder_of(file.path) == kVocabulary;
    const Layer* layer = layer_of(layers, file);
    if (layer == nullptr && !vocabulary) {
      complaints.push_back(complaint(file, 1, "stands in no layer"));
      continue;
    }
    for (const Include& include : includes_of(file)) {
      const std::string what = vocabulary ? judge_vocabulary(include)
                               : include.quoted
                                   ? judge_quoted(tree, layers, *layer, heavy, file, include.header)
                                   : judge_angled(*layer, include.header);
      if (!what.empty()) complaints.push_back(complaint(file, include.line, what));
    }
  }
  return complaints;
}

}  // namespace nhip::tidy
