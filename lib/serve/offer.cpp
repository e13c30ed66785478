// SPDX-License-Identifier: MIT
#include "serve/offer.hpp"

#include "agrenting/decode.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::serve {
namespace {

constexpr std::size_t k_summary_columns = 60;

std::string summary_of(const agrenting::Hiring& hiring) {
  std::string text = hiring.capability.empty() ? "work" : hiring.capability;
  if (hiring.price)
    text += " for " + hiring.price->money();
  if (!hiring.task.empty())
    text += ": " + hiring.task;
  return shorten(printable(text), k_summary_columns);
}

Dispatch dispatch_of(const agrenting::Hiring& hiring) {
  return Dispatch{.id = hiring.raw["dispatch_id"].text(),
                  .number = hiring.raw["trace_attempt"].as_integer(),
                  .started = hiring.started_at};
}

} // namespace

Offer offer_of(const agrenting::Hiring& hiring) {
  auto object = hiring.raw;
  object.set("id", hiring.id); // whichever name it came under
  object.set("delivery_mode", hiring.delivery_mode);
  return Offer{.id = hiring.id,
               .status = hiring.status,
               .deadline = hiring.deadline_at,
               .dispatch = dispatch_of(hiring),
               .hiring = json::write(object),
               .summary = summary_of(hiring)};
}

void add_missing(Offer& offer, const json::Value& members) {
  if (members.members().empty())
    return;
  auto hiring = json::parse(offer.hiring).value_or(json::Value::object());
  for (const auto& [name, value] : members.members())
    if (hiring[name].is_null())
      hiring.set(name, value);
  offer.hiring = json::write(hiring);
}

Result<HiringsListed> read_offers(const json::Value& document) {
  AGR_TRY_ASSIGN(const auto page, agrenting::read_hirings(document));
  HiringsListed listed;
  for (const auto& hiring : page.items)
    listed.offers.push_back(offer_of(hiring));
  return listed;
}

Result<HiringsListed> read_resource(const json::Value& result) {
  const auto& contents = result["contents"].items();
  if (contents.empty())
    return fail(Error{Kind::protocol, "the list of pending work came without contents"});
  AGR_TRY_ASSIGN(const auto document, json::parse(contents.front()["text"].text()));
  return read_offers(document);
}

} // namespace agr::serve
