#include "indicators/influence.h"

#include <set>

namespace nhip::indicators {

void each_used_record(const Ledger& ledger, const PeriodDates& period, Instant as_of,
                      const std::function<void(const Record&, const Facts&)>& each) {
  const NameId period_name = ledger.names().of(period.code);
  std::set<Id> documents;
  const auto concerns = [&](const Facts* facts) {
    return facts != nullptr && !facts->deleted && !std::holds_alternative<Ack>(facts->body) &&
           may_concern(*facts, period, period_name, ledger.words());
  };
  ledger.each_record([&](const Record& record) {
    const Facts* facts = record.as_of(as_of);
    if (!concerns(facts)) return;
    if (std::holds_alternative<Document>(facts->body)) documents.insert(record.id);
    each(record, *facts);
  });
  ledger.each_record([&](const Record& record) {
    const Facts* facts = record.as_of(as_of);
    if (facts == nullptr || facts->deleted) return;
    const Ack* ack = std::get_if<Ack>(&facts->body);
    if (ack != nullptr && documents.contains(ack->document)) each(record, *facts);
  });
}

}  // namespace nhip::indicators
