// What the commands say to people, in both languages; and the JSON of a load's report.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "centre/centre.h"
#include "commands/language.h"

namespace nhip::server {

nlohmann::json load_json(const LoadReport& report);
std::string load_text(const LoadReport& report, Language language);

std::string enrol_text(const MadeCode& made, Language language);
std::string revoked_text(const std::string& device_id, Language language);
// The others take the JSON that the command prints.
std::string devices_text(const nlohmann::json& list, Language language);
std::string records_text(const Type& type, const nlohmann::json& list, Language language);
std::string conflicts_text(const nlohmann::json& list, Language language);
std::string inbox_text(const nlohmann::json& list, Language language);
std::string verdict_text(bool approved, Language language);
std::string review_text(const nlohmann::json& list, Language language);

}  // namespace nhip::server
