// Offers: records of a history that a restore cut off, brought back by the devices that still have
// them.
//
// A state counts once, however many devices offer it: what was taken over of a record is remembered
// by the number it had. A later state of the same lost history supersedes an earlier one; against
// what was written here since, it is concurrent and the field's policy decides, with a conflict
// record for what loses. What was never lost is not taken: the device is told the record's true
// state instead, and nothing that was deleted here rises again.
#pragma once

#include <map>
#include <vector>

#include "centre/centre.h"
#include "centre/intake.h"
#include "centre/rights.h"

namespace nhip::server {

// The highest number that this request proves we gave out and do not have: the whole folder was put
// back and nothing else told us. Proof is a receipt of ours for an offered record, or that the
// replica knows more of its own operations to be received than we do. 0: no proof.
Result<std::uint64_t> proof_of_loss(Centre& centre, const Principal& who,
                                    const protocol::SyncRequest& request, std::int64_t now);

// Names a word of a replica's own that it showed by an offer to know; OfferedState::begins.
std::uint64_t own_word(const Author& author, core::Hlc stamp);
// Names a word that came back with a state somebody offered.
std::uint64_t taken_word(const Author& author, core::Hlc stamp);

// Inside a transaction. Returns the records to tell the device about, each with the scope it had
// them in: every offered one. `epoch`: the request's.
Result<std::map<Intake::RecordKey, std::string>> take_offers(
    Centre& centre, const Principal& who, const Rights& rights,
    const std::vector<protocol::Offer>& offers, const std::string& epoch, std::int64_t now);

}  // namespace nhip::server
