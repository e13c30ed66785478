// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/whole_id.hpp"

#include "agentsgethired/types.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/seen_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Operation;
using agentsgethired::Service;

constexpr std::size_t k_least = 4;  // shorter beginnings say too little
constexpr std::size_t k_whole = 36; // a UUID
constexpr std::size_t k_most_named = 5;

/// How a kind is asked for: one by its id, and all of them. Settlements are listed by contract only.
struct Rule {
  IdKind kind;
  std::string_view name; ///< as operations call it, and arguments in capitals
  const Operation* one;
  const Operation* all;
};
constexpr std::array k_rules{
    Rule{IdKind::agent, "agent", &operations::k_agent_reviews, &operations::k_browse},
    Rule{IdKind::role, "role", &operations::k_role, &operations::k_roles},
    Rule{IdKind::application, "application", &operations::k_application, &operations::k_applications},
    Rule{IdKind::contract, "contract", &operations::k_contract, &operations::k_contracts},
    Rule{IdKind::settlement, "settlement", &operations::k_settlement, &operations::k_settlements},
};

const Rule* rule_named(std::string_view name) {
  const auto* at = std::ranges::find(k_rules, name, &Rule::name);
  return at == k_rules.end() ? nullptr : at;
}

/// A word about something, for somebody who sees its id: its title, or how it stands.
std::string what_of(const json::Value& item) {
  if (const auto title = item.first_of({"title", "name"}).text(); !title.empty())
    return printable(title);
  const agentsgethired::Money money{item.first_of({"paymentAmount", "amount"}).as_decimal(),
                                    item.first_of({"paymentCurrency", "currency"}).text()};
  return printable(trim(fmt::format("{} {}", item["status"].text(), money.to_string())));
}

std::vector<SeenId> seen_of(const std::vector<json::Value>& items) {
  std::vector<SeenId> ids;
  for (const auto& item : items)
    ids.push_back({item["id"].text(), what_of(item)});
  return ids;
}

/// The origin the ids belong to; empty when the configuration cannot be read.
std::string origin_of(Context& context) {
  const auto settings = context.settings();
  const auto url = settings ? Url::parse((*settings)->agentsgethired.url) : fail({});
  return url ? url->origin() : std::string();
}

/// As many as can be had: what cannot be listed is not found, and that is what the caller will say.
std::vector<SeenId> listed(const Service& service, const Rule& rule) {
  if (rule.kind != IdKind::settlement)
    return seen_of(service.list(*rule.all).value_or(std::vector<json::Value>()));
  std::vector<SeenId> all;
  for (const auto& contract : service.list(operations::k_contracts).value_or(std::vector<json::Value>()))
    std::ranges::move(
        seen_of(
            service.list(*rule.all, {.ids = {contract["id"].text()}}).value_or(std::vector<json::Value>())),
        std::back_inserter(all));
  return all;
}

std::vector<SeenId> beginning_with(const std::string& text, std::vector<SeenId> ids) {
  std::erase_if(ids, [&](const SeenId& one) { return !one.id.starts_with(text); });
  std::ranges::sort(ids, {}, &SeenId::id);
  const auto doubles = std::ranges::unique(ids, {}, &SeenId::id);
  ids.erase(doubles.begin(), doubles.end());
  return ids;
}

std::string named(const std::vector<SeenId>& ids) {
  std::vector<std::string> names;
  for (const auto& one : ids)
    if (names.size() < k_most_named)
      names.push_back(fmt::format("{} ({})", printable(one.id), one.what));
  return join(names, ", ") + (ids.size() > k_most_named ? ", …" : "");
}

/// Whether an error says that nothing has this id. Some services call a text that cannot be one bad input.
bool is_nobodys(const Error& error) {
  const int status = error.http_status.value_or(0);
  return status == 400 || status == 404 || status == 410 || status == 422;
}

} // namespace

Result<std::string> whole_id(Context& context, IdKind kind, const std::string& text) {
  if (text.size() < k_least || text.size() >= k_whole)
    return text;
  const Rule& rule = *std::ranges::find(k_rules, kind, &Rule::kind);
  auto known = seen_ids(context.paths(), origin_of(context), rule.name);
  if (std::ranges::find(known, text, &SeenId::id) != known.end())
    return text;
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  const auto literal = service.body(*rule.one, {.ids = {text}});
  if (literal || literal.error().kind == Kind::forbidden)
    return text;
  if (!is_nobodys(literal.error()))
    return fail(literal.error());
  std::ranges::move(listed(service, rule), std::back_inserter(known));
  const auto found = beginning_with(text, std::move(known));
  if (found.empty())
    return fail(
        {.kind = Kind::not_found,
         .message = fmt::format("no {} has the id {}, nor one that begins so", rule.name, printable(text)),
         .hint = "give the whole id, if you have it from elsewhere"});
  if (found.size() > 1)
    return fail({.kind = Kind::usage,
                 .message = fmt::format("{} is the beginning of {} ids", printable(text), found.size()),
                 .hint = fmt::format("one of: {}", named(found))});
  context.say(fmt::format("{} is {} {}", printable(text), rule.name, named(found)));
  return found.front().id;
}

void remember(Context& context, const Operation& operation, const std::vector<json::Value>& items) {
  if (rule_named(operation.one) != nullptr)
    remember_ids(context.paths(), origin_of(context), operation.one, seen_of(items));
}

std::vector<std::pair<std::string, std::string>> known_ids(Context& context, std::string_view argument) {
  std::vector<std::pair<std::string, std::string>> out;
  if (const auto* rule = rule_named(lower(argument)))
    for (const auto& seen : seen_ids(context.paths(), origin_of(context), rule->name))
      out.emplace_back(seen.id, seen.what);
  return out;
}

} // namespace agr::cmd
