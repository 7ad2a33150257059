// nhipd: the central server and the commands over its folder. Arguments only; what a command does
// stands in server/commands.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "commands/backup.h"
#include "commands/init.h"
#include "commands/serve.h"
#include "commands/session.h"
#include "crypto/keys.h"
#include "nhip/version.h"

namespace {

using nhip::Code;
using nhip::Status;
using nhip::server::Globals;

// Everything that may stand on the command line.
struct Arguments {
  Globals globals;
  std::string language;
  std::string from, folder;
  nhip::server::ServeOptions serve;
  std::string unit, role, label, ttl, device, type, as_of, action, file, reply, recovery_key_file,
      id;
  std::string view, by, indicator, code, at, reason, what;
  bool dry_run = false, is_public = false;
  std::vector<std::string> periods;
};

// Absent options are left out.
nlohmann::json given(std::initializer_list<std::pair<const char*, const std::string&>> options) {
  nlohmann::json args = nlohmann::json::object();
  for (const auto& [name, value] : options) {
    if (!value.empty()) args[name] = value;
  }
  return args;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

void declare_globals(CLI::App& app, Arguments& arguments) {
  app.add_option("--data", arguments.globals.data, "The centre's folder (default: $NHIPD_DATA)");
  app.add_flag("--json", arguments.globals.json, "One JSON value on standard output");
  app.add_option("--lang", arguments.language, "vi or en (default: by the locale)")
      ->check(CLI::IsMember({"vi", "en"}));
  app.set_version_flag("--version", "nhipd " NHIP_VERSION " (protocol " +
                                        std::to_string(nhip::kProtocolVersion) + ")");
  app.require_subcommand(1);
  app.fallthrough();
}

void declare_exports(CLI::App& app, Arguments& arguments) {
  CLI::App* units = app.add_subcommand("units", "Take over a table of units");
  units->add_option("ACTION", arguments.action, "load")->required()->check(CLI::IsMember({"load"}));
  units->add_option("FILE", arguments.file, "A table like org_units.csv")->required();
  units->add_flag("--dry-run", arguments.dry_run, "Only check");
  CLI::App* report = app.add_subcommand("report", "A report filled from records");
  report->add_option("--period", arguments.periods, "Such as 2026-FY")->required()->expected(1);
  report->add_option("--html", arguments.file, "Write it as a page to be printed");
  report->add_option("--unit", arguments.unit, "A unit's; without it the sector's");
  CLI::App* exported = app.add_subcommand("export", "Write figures or records as CSV or XLSX");
  exported->add_option("WHAT", arguments.what, "indicators, completeness or records")
      ->required()
      ->check(CLI::IsMember({"indicators", "completeness", "records"}));
  exported->add_option("FILE", arguments.file, "A file ending in .csv or .xlsx")->required();
  exported->add_option("--period", arguments.periods, "Of these periods only (repeatable)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  exported->add_option("--type", arguments.type, "Of records: their type");
}

void declare_figures(CLI::App& app, Arguments& arguments) {
  CLI::App* indicators = app.add_subcommand("indicators", "Print the figures of periods");
  indicators->add_option("--period", arguments.periods, "Of these periods only (repeatable)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  indicators->add_option("--view", arguments.view, "official, current or both (default)");
  indicators->add_option("--by", arguments.by,
                         "Also by unit, host_type, district, funding or quarter");
  indicators->add_flag("--public", arguments.is_public,
                       "As it may leave the office: small cells hidden");
  CLI::App* explain = app.add_subcommand("explain", "Print the records behind a figure");
  explain->add_option("IND", arguments.indicator, "IND01 to IND15")->required();
  explain->add_option("--period", arguments.periods, "Such as 2026-FY")->required()->expected(1);
  explain->add_option("--unit", arguments.unit, "Of this unit only");
  explain->add_option("--view", arguments.view, "current (default) or official");
  CLI::App* period = app.add_subcommand("period", "List, lock, restate, or compare periods");
  period->add_option("ACTION", arguments.action, "list, load, lock, restate or changes")
      ->required()
      ->check(CLI::IsMember({"list", "load", "lock", "restate", "changes"}));
  period->add_option("CODE", arguments.code, "Such as 2026-FY; of load: a periods.json");
  period->add_flag("--dry-run", arguments.dry_run, "Of load: only check");
  period->add_option("--at", arguments.at, "Lock at this instant, not before now");
  period->add_option("--reason", arguments.reason, "Why official figures are replaced");
  CLI::App* complete = app.add_subcommand("completeness", "Who reported, when, and who has not");
  complete->add_option("--period", arguments.periods, "Of these periods only (repeatable)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  declare_exports(app, arguments);
}

void declare_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* init = app.add_subcommand("init", "Make a centre and print its recovery key once");
  init->add_option("--from", arguments.from, "Also load this folder of records");
  CLI::App* load = app.add_subcommand("load", "Load a folder of records from an older system");
  load->add_option("DIR", arguments.folder, "The folder")->required();
  CLI::App* serve = app.add_subcommand("serve", "Serve devices until SIGTERM or SIGINT");
  serve->add_option("--listen", arguments.serve.listen, "HOST:PORT; port 0 picks a free one")
      ->capture_default_str();
  serve->add_option("--port-file", arguments.serve.port_file, "Write the port to this file");
  serve->add_option("--tls-cert", arguments.serve.tls_cert_file, "Certificate chain (PEM)");
  serve->add_option("--tls-key", arguments.serve.tls_key_file, "Private key (PEM)");
  CLI::App* enrol = app.add_subcommand("enrol", "Make a single-use code for a device");
  enrol->add_option("--unit", arguments.unit, "The device's unit")->required();
  enrol->add_option("--role", arguments.role, "field, lead or office")->required();
  enrol->add_option("--label", arguments.label, "What the list of devices shows");
  enrol->add_option("--ttl", arguments.ttl, "How long the code works, e.g. 45m, 72h, 7d");
  app.add_subcommand("devices", "List devices and their replicas");
  CLI::App* revoke = app.add_subcommand("revoke", "End a device and all its replicas");
  revoke->add_option("DEVICE", arguments.device, "The device's id")->required();
  CLI::App* records = app.add_subcommand("records", "Print records, current or past");
  records->add_option("TYPE", arguments.type, "The type of record")->required();
  records->add_option("--unit", arguments.unit, "Of this unit only");
  records->add_option("--as-of", arguments.as_of, "As known at this instant");
  app.add_subcommand("conflicts", "List open conflicts");
  app.add_subcommand("inbox", "List work that was rejected or is held");
  declare_figures(app, arguments);
  CLI::App* backup = app.add_subcommand("backup", "Make a tested backup, also while serving");
  backup->add_option("FILE", arguments.file, "A new file")->required();
  CLI::App* restore =
      app.add_subcommand("restore", "Put a backup in the place of the present centre");
  restore->add_option("FILE", arguments.file, "The backup")->required();
  restore->add_option("--recovery-key-file", arguments.recovery_key_file,
                      "File with the key that init printed; not needed over the same centre");
  app.add_subcommand("verify", "Check the whole centre and its newest backup");
  CLI::App* review = app.add_subcommand("review", "Submitted work: list it, return or approve it");
  review->add_option("ACTION", arguments.action, "list, return or approve")
      ->required()
      ->check(CLI::IsMember({"list", "return", "approve"}));
  review->add_option("TYPE", arguments.type, "Of return and approve: the type of record");
  review->add_option("ID", arguments.id, "Of return and approve: the record's id");
  review->add_option("--reason", arguments.reason, "Of return: what is to be mended");
  CLI::App* form = app.add_subcommand("form", "Publish a version of a form");
  form->add_option("ACTION", arguments.action, "publish")
      ->required()
      ->check(CLI::IsMember({"publish"}));
  form->add_option("FILE", arguments.file, "One form, or a list like survey_forms.json")
      ->required();
  form->add_flag("--dry-run", arguments.dry_run, "Only check");
  CLI::App* bundle = app.add_subcommand("bundle", "Take a device's bundle and answer it");
  bundle->add_option("ACTION", arguments.action, "in")->required();
  bundle->add_option("FILE", arguments.file, "The device's bundle")->required();
  bundle->add_option("--reply", arguments.reply, "Write the answer bundle here");
}

int run(const std::string& command, Arguments& arguments) {
  const Globals& globals = arguments.globals;
  if (command == "init") {
    return finish(globals, nhip::server::init(globals, arguments.from));
  }
  if (command == "serve") return nhip::server::serve(globals, arguments.serve);
  if (command == "verify") return finish(globals, nhip::server::verify(globals));
  if (command == "restore") {
    return finish(globals,
                  nhip::server::restore(globals, arguments.file, arguments.recovery_key_file));
  }
  nlohmann::json args = given({{"unit", arguments.unit},
                               {"role", arguments.role},
                               {"label", arguments.label},
                               {"ttl", arguments.ttl},
                               {"device", arguments.device},
                               {"type", arguments.type},
                               {"id", arguments.id},
                               {"as_of", arguments.as_of},
                               {"action", arguments.action},
                               {"view", arguments.view},
                               {"by", arguments.by},
                               {"what", arguments.what},
                               {"indicator", arguments.indicator},
                               {"code", arguments.code},
                               {"at", arguments.at},
                               {"reason", arguments.reason},
                               {"period", joined(arguments.periods)}});
  // The running server may stand in another folder than we do.
  std::error_code error;
  if (command == "load") {
    args["dir"] = std::filesystem::absolute(arguments.folder, error).string();
  }
  constexpr std::array<std::string_view, 5> kWithFile = {"backup", "bundle", "export", "units",
                                                         "form"};
  if (std::find(kWithFile.begin(), kWithFile.end(), command) != kWithFile.end()) {
    args["file"] = std::filesystem::absolute(arguments.file, error).string();
  }
  if (command == "report" && !arguments.file.empty()) {
    args["file"] = std::filesystem::absolute(arguments.file, error).string();
  }
  if (command == "period" && arguments.action == "load") {
    args["file"] = std::filesystem::absolute(arguments.code, error).string();
  }
  if (arguments.is_public) args["public"] = "yes";
  if (arguments.dry_run) args["dry_run"] = "yes";
  if (!arguments.reply.empty()) {
    args["reply"] = std::filesystem::absolute(arguments.reply, error).string();
  }
  return finish(globals, nhip::server::run_in_folder(globals, command, args));
}

bool asks_for_json(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    if (std::string_view(words[i]) == "--json") return true;
  }
  return false;
}

}  // namespace

int main(int count, char** words) {
  nhip::crypto::initialise();
  Arguments arguments;
  arguments.globals.language = nhip::server::language_of_environment();
  CLI::App app("The central server of Nhip, and the commands over its folder", "nhipd");
  declare_globals(app, arguments);
  declare_commands(app, arguments);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    // --help and --version come this way too.
    if (error.get_exit_code() == 0) return app.exit(error);
    arguments.globals.json = asks_for_json(count, words);
    return fail(arguments.globals, Status(Code::kUsage, "bad_usage", error.what(), "nhipd --help"));
  }
  if (const auto language = nhip::server::parse_language(arguments.language)) {
    arguments.globals.language = *language;
  }
  if (arguments.globals.data.empty()) {
    if (const char* folder = std::getenv("NHIPD_DATA")) arguments.globals.data = folder;
  }
  if (arguments.globals.data.empty()) {
    return fail(arguments.globals,
                Status(Code::kUsage, "no_data_folder", "say where the centre's folder is",
                       "--data DIR, or the environment's NHIPD_DATA"));
  }
  return run(app.get_subcommands().front()->get_name(), arguments);
}
