// SPDX-License-Identifier: MIT
#include "settle/receipts.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::settle {
namespace {

Error never_answered(const Obligation& owed, std::string_view why) {
  return {.kind = Kind::outcome_unknown,
          .message = fmt::format("the receipt command was asked about settlement {} and {}: it may have paid",
                                 owed.settlement_id, why),
          .hint = fmt::format(
              "find out whether it did; then `agr settle execute {0} --receipt FILE` hands the receipt "
              "in, or `agr settle execute {0} --ask-again` has the command asked once more",
              owed.settlement_id)};
}

Result<Evidence> ask(const Obligation& owed, const std::string& key, Journal& journal,
                     const ReceiptCommand& command, Time now) {
  AGR_TRY(journal.asked_receipt(owed, now));
  auto answer = command(as_asked(owed, key));
  if (!answer && (answer.error().kind == Kind::pending || answer.error().kind == Kind::config)) {
    AGR_TRY(journal.drop_receipt(owed, answer.error().message, now));
    return fail(std::move(answer).error());
  }
  if (!answer)
    return fail(never_answered(owed, fmt::format("failed ({})", answer.error().message)));
  if (trim(*answer).empty())
    return fail(never_answered(owed, "answered nothing"));
  if (const auto kept = journal.got_receipt(owed, *answer, now); !kept)
    return fail({.kind = Kind::outcome_unknown,
                 .message = fmt::format("the receipt for settlement {} could not be kept: {}",
                                        owed.settlement_id, kept.error().message),
                 .hint = fmt::format("keep it yourself, it may prove a payment: {}", trim(*answer))});
  return evidence_in(*answer);
}

} // namespace

json::Value as_asked(const Obligation& owed, const std::string& key) {
  return json::Value::object({{"settlement", owed.settlement_id},
                              {"contract", owed.contract_id},
                              {"rail", owed.rail},
                              {"amount", owed.amount},
                              {"currency", owed.currency},
                              {"payee", payee_of(owed.destination)},
                              {"destination", owed.destination},
                              {"marketplace", owed.origin},
                              {"key", key}});
}

Evidence evidence_in(std::string_view answer) {
  const auto value = json::parse(answer).value_or(json::Value());
  if (!value.has("receipt"))
    return {.text = std::string(trim(answer))};
  const auto& receipt = value["receipt"];
  Evidence evidence{.text = receipt.is_string() ? receipt.text() : json::write(receipt)};
  if (!value["requirements"].is_null())
    evidence.requirements = value["requirements"];
  return evidence;
}

Result<Evidence> obtain(const Obligation& owed, const std::string& key, Journal& journal,
                        const ReceiptCommand& command, Time now) {
  AGR_TRY_ASSIGN(const auto kept, journal.receipt_of(owed));
  if (kept && kept->answer.empty())
    return fail(never_answered(owed, "never answered"));
  if (kept)
    return evidence_in(kept->answer);
  if (!command)
    return fail(
        {.kind = Kind::usage,
         .message = fmt::format("settlement {} is paid by {}: the receipt of the payment is needed",
                                owed.settlement_id, owed.rail),
         .hint =
             "pay the frozen destination first, then hand in what the payment answered with --receipt FILE; "
             "or name a program that does both with --receipt-command"});
  return ask(owed, key, journal, command, now);
}

} // namespace agr::settle
