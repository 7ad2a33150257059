// Reconciliation and offers in the binary encoding, and lists of names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "protocol/wire_streams.h"

namespace nhip::protocol {

void write_reconcile(const std::vector<ReconcileRequest>& requests, WireWriter& out);
std::vector<ReconcileRequest> read_reconcile_requests(WireReader& in);

void write_reconcile(const std::vector<ReconcileAnswer>& answers, std::int64_t begin_ms,
                     WireWriter& out);
std::vector<ReconcileAnswer> read_reconcile_answers(std::int64_t begin_ms, WireReader& in);

void write_offers(const std::vector<Offer>& offers, std::int64_t begin_ms, WireWriter& out);
std::vector<Offer> read_offers(std::int64_t begin_ms, WireReader& in);

// Scopes and feeds, at most kFeedsMax.
void write_name_list(const std::vector<std::string>& names, WireWriter& out);
std::vector<std::string> read_name_list(WireReader& in);

}  // namespace nhip::protocol
