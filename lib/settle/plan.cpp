// SPDX-License-Identifier: MIT
#include "settle/plan.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "settle/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace agr::settle {
namespace {

using agentsgethired::Contract;
using agentsgethired::Settlement;

constexpr std::string_view k_kind = "agr settlement plan";
constexpr int k_version = 1;

/// A draft with the statement it stands on.
struct Due {
  const Statement* statement;
  const Settlement* settlement;
  std::optional<Time> created;
};

/// Oldest first, each once, however often it was listed.
std::vector<Due> drafts(const Facts& facts, const Policy& policy) {
  std::vector<Due> due;
  std::set<std::string> seen;
  for (const auto& statement : facts.statements)
    for (const auto& settlement : statement.settlements)
      if (is_paid_by(statement.contract, facts.payer_id) &&
          (settlement.is_draft() || settlement.status() == "failed") &&
          selects(policy, settlement.rail(), statement.contract.id()) && seen.insert(settlement.id()).second)
        due.push_back({&statement, &settlement, parse_time(settlement.raw()["createdAt"].text())});
  std::ranges::sort(due, [](const Due& a, const Due& b) {
    return std::pair(a.created, a.settlement->id()) < std::pair(b.created, b.settlement->id());
  });
  return due;
}

std::string reason_for(const Due& due) {
  const auto memo = due.settlement->raw()["memo"].text();
  const auto agreed = due.statement->contract.money();
  return fmt::format("draft under a contract over {}{}",
                     agreed.amount ? agreed.to_string() : "an open amount",
                     memo.empty() ? "" : ": " + shorten(memo, 60));
}

Decimal paid_under(const Statement& statement, const std::string& currency) {
  Decimal sum;
  for (const auto& settlement : statement.settlements)
    if (const auto money = settlement.money();
        settlement.is_paid() && money.amount && money.currency == currency)
      sum = sum + *money.amount;
  return sum;
}

/// What holds a payment back whatever the policy says: doubt about this very payment.
std::optional<Objection> doubt(const Due& due, const Facts& facts, const Order& order) {
  const auto tried = facts.tried.find(due.settlement->id());
  if (tried != facts.tried.end() && is_open(tried->second))
    return Objection{"open", "an earlier payment of it is open: nobody knows yet whether it was made"};
  if (tried != facts.tried.end() && tried->second == State::executed)
    return Objection{"contradiction", "this machine paid it, and the marketplace shows it as not paid"};
  if (!due.settlement->is_draft())
    return Objection{"failed", "an earlier payment of it failed; it is tried again by hand"};
  // More than agreed is judged over all of a contract's settlements, and a service that shows no destination
  // is not strange.
  const auto strange = std::ranges::find_if(order.warnings, [](const receipt::Finding& warning) {
    return warning.code != "destination_hidden" && warning.code != "settlement_over";
  });
  if (strange != order.warnings.end())
    return Objection{strange->code, strange->message};
  const auto& current = due.statement->current_destination;
  if (current && !same_destination(*current, order.line.obligation.destination))
    return Objection{"destination_changed",
                     "the worker takes money elsewhere now than the contract has frozen"};
  return {};
}

/// More than the contract agreed on, counting what is paid and what this plan pays, is how a duplicate draft
/// would be paid twice.
std::optional<Objection> too_much(const Due& due, const Obligation& owed, Decimal planned) {
  const auto agreed = due.statement->contract.money();
  if (!agreed.amount || agreed.currency != owed.currency)
    return {};
  const auto sum = paid_under(*due.statement, owed.currency) + planned + owed.amount;
  if (sum <= *agreed.amount)
    return {};
  return Objection{"over_contract",
                   fmt::format("with it the contract would have paid {} {}, it agreed on {}", sum.money(),
                               printable(owed.currency), agreed.amount->money())};
}

PlanLine unpayable(const Due& due, const Facts& facts, const Error& why) {
  const auto money = due.settlement->money();
  return {.owed = {.origin = facts.origin,
                   .contract_id = due.statement->contract.id(),
                   .settlement_id = due.settlement->id(),
                   .rail = due.settlement->rail(),
                   .amount = money.amount.value_or(Decimal()),
                   .currency = money.currency,
                   .destination = due.statement->contract.destination(),
                   .receipt_reference = {}},
          .key = {},
          .agent_id = due.statement->contract.agent_id(),
          .reason = reason_for(due),
          .objection = Objection{"not_payable", why.message}};
}

json::Value to_json(const Purses& purses) {
  auto value = json::Value::object();
  for (const auto& [purse, sum] : purses)
    value.set(purse, sum.money());
  return value;
}

json::Value to_json(const PlanLine& line) {
  const auto& owed = line.owed;
  return json::Value::object({{"settlement", owed.settlement_id},
                              {"contract", owed.contract_id},
                              {"agent", line.agent_id},
                              {"verdict", line.is_held() ? "hold" : "pay"},
                              {"rail", owed.rail},
                              {"amount", owed.amount},
                              {"currency", owed.currency},
                              {"payee", payee_of(owed.destination)},
                              {"destination", owed.destination},
                              {"reason", line.is_held() ? line.objection->why : line.reason},
                              {"code", line.is_held() ? line.objection->code : ""},
                              {"key", line.key}});
}

json::Value without_hash(const Plan& plan) {
  auto lines = json::Value::array();
  for (const auto& line : plan.lines)
    lines.push(to_json(line));
  return json::Value::object({{"kind", k_kind},
                              {"version", k_version},
                              {"origin", plan.origin},
                              {"made", rfc3339(plan.made)},
                              {"totals", to_json(plan.totals())},
                              {"lines", std::move(lines)}});
}

tl::unexpected<Error> no_plan(std::string_view why) {
  return fail({.kind = Kind::usage,
               .message = fmt::format("this is no plan of agr: {}", why),
               .hint = "agr settle plan -o FILE makes one"});
}

Result<PlanLine> line_from(const json::Value& value, const std::string& origin) {
  const auto amount = Decimal::parse(value["amount"].text());
  const bool held = value["verdict"].text() != "pay";
  if (value["settlement"].text().empty() || (!amount && !held))
    return no_plan("a line names no settlement or no amount");
  PlanLine line{.owed = {.origin = origin,
                         .contract_id = value["contract"].text(),
                         .settlement_id = value["settlement"].text(),
                         .rail = value["rail"].text(),
                         .amount = amount.value_or(Decimal()),
                         .currency = value["currency"].text(),
                         .destination = value["destination"],
                         .receipt_reference = {}},
                .key = value["key"].text(),
                .agent_id = value["agent"].text(),
                .reason = value["reason"].text()};
  if (held)
    line.objection = Objection{value["code"].text(), value["reason"].text()};
  else if (line.key != key_of(line.owed))
    return no_plan("a line's key does not follow from what it pays");
  return line;
}

} // namespace

std::vector<PlanLine> Plan::payable() const {
  std::vector<PlanLine> some;
  std::ranges::copy_if(lines, std::back_inserter(some), [](const PlanLine& line) { return !line.is_held(); });
  return some;
}

Purses Plan::totals() const {
  Purses sums;
  for (const auto& line : lines)
    if (!line.is_held())
      sums[purse_of(line.owed.currency)] = sums[purse_of(line.owed.currency)] + line.owed.amount;
  return sums;
}

bool is_paid_by(const Contract& contract, const std::string& payer_id) {
  return contract.agent_id() != payer_id && (contract.buyer_id().empty() || contract.buyer_id() == payer_id);
}

Plan make_plan(const Facts& facts, const Policy& policy, Time now) {
  Plan plan{.origin = facts.origin, .made = now, .lines = {}};
  Judge judge(policy, facts.spent);
  std::map<std::pair<std::string, std::string>, Decimal> planned; // by contract and currency
  for (const auto& due : drafts(facts, policy)) {
    const auto order = assess(facts.origin, *due.settlement, due.statement->contract);
    if (!order) {
      plan.lines.push_back(unpayable(due, facts, order.error()));
      continue;
    }
    const auto& owed = order->line.obligation;
    auto& under = planned[{owed.contract_id, owed.currency}];
    const auto agent = due.statement->contract.agent_id();
    auto objection = doubt(due, facts, *order);
    if (!objection && !policy.allow_over)
      objection = too_much(due, owed, under);
    if (!objection)
      objection = judge.objection(owed, agent);
    if (!objection)
      under = under + owed.amount;
    plan.lines.push_back({.owed = owed,
                          .key = order->line.key,
                          .agent_id = agent,
                          .reason = reason_for(due),
                          .objection = std::move(objection)});
  }
  return plan;
}

json::Value to_json(const Plan& plan) {
  auto value = without_hash(plan);
  value.set("hash", file_hash(value));
  return value;
}

std::string file_hash(json::Value file) {
  file.remove("hash");
  return hex(crypto::sha256(json::write(file)));
}

std::string hash_of(const Plan& plan) {
  return file_hash(without_hash(plan));
}

Result<Plan> plan_from(const json::Value& file) {
  if (file["kind"].text() != k_kind)
    return no_plan("it does not say that it is one");
  if (file["version"].as_integer() != k_version)
    return no_plan(fmt::format("it is of version {}", printable(file["version"].text())));
  if (file_hash(file) != file["hash"].text())
    return fail({.kind = Kind::conflict,
                 .message = "the plan was changed since it was made: its hash does not fit",
                 .hint = "nothing was sent; make a new plan with agr settle plan"});
  Plan plan{.origin = file["origin"].text(),
            .made = parse_rfc3339(file["made"].text()).value_or(Time()),
            .lines = {}};
  for (const auto& value : file["lines"].items()) {
    AGR_TRY_ASSIGN(auto line, line_from(value, plan.origin));
    plan.lines.push_back(std::move(line));
  }
  return plan;
}

} // namespace agr::settle
