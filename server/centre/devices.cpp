#include "centre/devices.h"

#include <nlohmann/json.hpp>

#include <map>

#include "centre/time_text.h"

namespace nhip::server {
namespace {

using nlohmann::json;

json print(const ReplicaRecord& replica) {
  return {{"replica", replica.replica.text()},
          {"client", replica.client},
          {"last_contact", iso_text(replica.last_contact)},
          {"clock_skew_ms", replica.clock_skew_ms},
          {"schema_version", replica.schema_version},
          {"received_seq", replica.received_seq},
          {"durable_seq", replica.durable_seq},
          {"copy_of", replica.parent == Author{} ? json() : json(replica.parent.text())}};
}

struct Waiting {
  std::uint64_t held = 0, rejected = 0;
};

std::string purges_of(const std::string& device_id) { return "purges " + device_id; }

Result<json> read_purges(ServerStore& store, const std::string& device_id) {
  NHIP_TRY_ASSIGN(const auto text, store.setting(purges_of(device_id)));
  const json list = text ? json::parse(*text, nullptr, false) : json::array();
  return list.is_array() ? list : json::array();
}

}  // namespace

Status add_purge(ServerStore& store, const std::string& device_id, const Purge& purge) {
  NHIP_TRY_ASSIGN(json list, read_purges(store, device_id));
  list.push_back({{"feed", purge.feed}, {"replica", purge.replica}, {"at", iso_text(purge.at)}});
  return store.put_setting(purges_of(device_id), list.dump());
}

Result<json> devices(Centre& centre) {
  NHIP_TRY_ASSIGN(const std::vector<Device> all, centre.store().devices());
  NHIP_TRY_ASSIGN(const std::vector<ReplicaRecord> replicas, centre.store().replicas());
  NHIP_TRY_ASSIGN(const std::vector<InboxEntry> inbox, centre.store().inbox());
  std::map<std::string, Waiting> waiting;
  for (const InboxEntry& entry : inbox) {
    Waiting& of_device = waiting[entry.device_id];
    ++(entry.state == "held" ? of_device.held : of_device.rejected);
  }
  json list = json::array();
  for (const Device& device : all) {
    json copies = json::array();
    for (const ReplicaRecord& replica : replicas) {
      if (replica.device_id == device.device_id) copies.push_back(print(replica));
    }
    NHIP_TRY_ASSIGN(const json purges, read_purges(centre.store(), device.device_id));
    list.push_back({{"device_id", device.device_id},
                    {"unit_id", device.unit_id},
                    {"role", device.role},
                    {"label", device.label},
                    {"enrolled_at", iso_text(device.enrolled_at)},
                    {"revoked_at", device.revoked_at ? json(iso_text(*device.revoked_at)) : json()},
                    {"pending", waiting[device.device_id].held},
                    {"rejected", waiting[device.device_id].rejected},
                    {"purged", purges},
                    {"replicas", copies}});
  }
  return list;
}

}  // namespace nhip::server
