// Reconciliation, offers and receipts in JSON. Grammar: schema/protocol/v1.md, "Recovery".
#pragma once

#include <vector>

#include "protocol/json_reader.h"
#include "protocol/json_rows.h"
#include "protocol/messages.h"

namespace nhip::protocol {

void add_cursor(Json& out, const Cursor& cursor);
Cursor read_cursor(ObjectReader& in);
std::string read_feed_name(ObjectReader& in, Fault& fault);

Json reconcile_json(const ReconcileRequest& request);
void read_reconcile(const Json& json, Fault& fault, ReconcileRequest& request);
Json reconcile_json(const ReconcileAnswer& answer, const AuthorTable& authors);
void read_reconcile(const Json& json, const std::vector<Author>& authors, Fault& fault,
                    ReconcileAnswer& answer);

Json offer_json(const Offer& offer, const AuthorTable& authors);
void read_offer(const Json& json, const std::vector<Author>& authors, Fault& fault, Offer& offer);

Json receipt_json(const Receipt& receipt);
void read_receipt(const Json& json, Fault& fault, Receipt& receipt);

}  // namespace nhip::protocol
