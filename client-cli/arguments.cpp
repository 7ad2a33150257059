// CLI11 reports by exceptions; they end here and go no further.
#include "arguments.h"

#include <CLI/CLI.hpp>

#include <string_view>
#include <utility>
#include <vector>

#include "nhip/version.h"

namespace nhip::cli {
namespace {

void add_positionals(CLI::App& app, std::uint32_t takes, Arguments& into, Language language) {
  if (takes & kTakesType) {
    app.add_option("TYPE", into.type, say(language, Message::kOptType))->required();
  }
  if (takes & kTakesId) {
    app.add_option("ID", into.id, say(language, Message::kOptId))->required();
  }
  if (takes & kTakesJson) {
    app.add_option("JSON", into.json, say(language, Message::kOptJsonInput));
  }
  if (takes & kTakesAssignments) {
    app.add_option("FIELD=VALUE", into.assignments, say(language, Message::kOptAssignments))
        ->required();
  }
  if (takes & kTakesWay) {
    app.add_option("out|in", into.way, say(language, Message::kOptWay))
        ->required()
        ->check(CLI::IsMember({"out", "in"}));
  }
  if (takes & kTakesIndicator) {
    app.add_option("IND", into.indicator, say(language, Message::kOptIndicator))->required();
  }
  if (takes & kTakesFile) {
    app.add_option("FILE", into.file, say(language, Message::kOptFile))->required();
  }
}

void add_options(CLI::App& app, std::uint32_t takes, Arguments& into, Language language) {
  if (takes & kTakesWhere) {
    // One value each: a value list would swallow what follows.
    app.add_option("--where", into.where, say(language, Message::kOptWhere))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("FIELD=VALUE");
  }
  if (takes & kTakesFormat) {
    app.add_option("--format", into.format, say(language, Message::kOptFormat))
        ->type_name("FORMAT");
  }
  if (takes & kTakesCentre) {
    app.add_option("--server", into.server, say(language, Message::kOptServer))
        ->required()
        ->type_name("URL");
    app.add_option("--code", into.code, say(language, Message::kOptCode))
        ->required()
        ->type_name("CODE");
    app.add_option("--label", into.label, say(language, Message::kOptLabel))->type_name("TEXT");
  }
  if (takes & kTakesSync) {
    app.add_option("--budget", into.budget, say(language, Message::kOptBudget))
        ->check(CLI::PositiveNumber)
        ->type_name("BYTES");
    app.add_flag("--watch", into.watch, say(language, Message::kOptWatch));
    app.add_option("--server", into.server, say(language, Message::kOptOtherServer))
        ->type_name("URL");
  }
  if (takes & kTakesDiscard) {
    app.add_option("--discard", into.discard, say(language, Message::kOptDiscard));
  }
  if (takes & kTakesPeriod) {
    app.add_option("--period", into.period, say(language, Message::kOptPeriod))->type_name("P");
    app.add_option("--unit", into.unit, say(language, Message::kOptUnit))->type_name("U");
  }
  if (takes & kTakesAll) app.add_flag("--all", into.all, say(language, Message::kOptAll));
  if (takes & kTakesSettlement) {
    app.add_option("--keep", into.keep, say(language, Message::kOptKeep))
        ->check(CLI::IsMember({"winner", "loser"}))
        ->type_name("winner|loser");
    app.add_option("--value", into.value, say(language, Message::kOptValue))->type_name("JSON");
  }
}

void set_labels(CLI::App& app, Language language) {
  const auto formatter = app.get_formatter();
  formatter->label("Usage", say(language, Message::kUsage));
  formatter->label("Subcommands", say(language, Message::kCommands));
  formatter->label("Options", say(language, Message::kOptions));
  formatter->label("Positionals", say(language, Message::kPositionals));
  formatter->column_width(28);
}

std::string_view value_of_flag(int argc, const char* const* argv, std::string_view flag) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == flag && i + 1 < argc) return argv[i + 1];
    if (argument.starts_with(flag) && argument.substr(flag.size()).starts_with('=')) {
      return argument.substr(flag.size() + 1);
    }
  }
  return {};
}

}  // namespace

Preferences scan_preferences(int argc, const char* const* argv) {
  Preferences preferences;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") preferences.json = true;
  }
  preferences.language = choose_language(value_of_flag(argc, argv, "--lang"));
  return preferences;
}

Result<Invocation> parse_arguments(int argc, const char* const* argv, Language language) {
  Invocation invocation;
  Arguments& arguments = invocation.arguments;
  CLI::App app(say(language, Message::kProgram), "nhip");
  set_labels(app, language);
  app.set_help_flag("-h,--help", say(language, Message::kOptHelp));
  app.set_version_flag("--version", std::string(NHIP_VERSION), say(language, Message::kOptVersion));
  bool json = false;
  std::string lang;
  app.add_option("--replica", arguments.replica, say(language, Message::kOptReplica))
      ->type_name("FILE");
  app.add_flag("--json", json, say(language, Message::kOptJson));
  app.add_option("--lang", lang, say(language, Message::kOptLang))
      ->check(CLI::IsMember({"vi", "en"}))
      ->type_name("vi|en");
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, const Command*>> parsed;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), say(language, command.help));
    sub->fallthrough();
    add_positionals(*sub, command.takes, arguments, language);
    add_options(*sub, command.takes, arguments, language);
    parsed.emplace_back(sub, &command);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    for (const auto& [sub, command] : parsed) {
      if (sub->parsed()) invocation.text = sub->help("nhip");
    }
    if (invocation.text.empty()) invocation.text = app.help();
    return invocation;
  } catch (const CLI::CallForVersion&) {
    invocation.text = NHIP_VERSION;
    return invocation;
  } catch (const CLI::Error& error) {
    return Status(Code::kUsage, "usage", error.what(), say(language, Message::kUsageHint));
  }
  for (const auto& [sub, command] : parsed) {
    if (!sub->parsed()) continue;
    invocation.command = command;
    if (command->takes & kTakesSettlement) {
      arguments.has_keep = sub->count("--keep") > 0;
      arguments.has_value = sub->count("--value") > 0;
    }
  }
  return invocation;
}

}  // namespace nhip::cli
