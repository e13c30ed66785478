// SPDX-License-Identifier: MIT
#include "settle/pay.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::settle {
namespace {

using agentsgethired::Settlement;

Paid ended(const PlanLine& line, Outcome outcome, Error why) {
  return {.line = line, .outcome = outcome, .reference = {}, .error = std::move(why)};
}

Error moved(const PlanLine& line, std::string_view how) {
  return {.kind = Kind::conflict,
          .message = fmt::format("settlement {} is not what the plan says: {}", line.owed.settlement_id, how),
          .hint = "nothing was sent for it; make a new plan"};
}

/// The order for a line, if what it pays is still exactly what the plan says.
Result<Order> same_as_planned(const PlanLine& line, const Settlement& settlement, const Desk& desk) {
  AGR_TRY_ASSIGN(const auto contract, desk.around.marketplace.contract(line.owed.contract_id));
  auto order = assess(line.owed.origin, settlement, contract);
  if (!order)
    return fail(moved(line, order.error().message));
  if (order->line.key != line.key)
    return fail(moved(line, fmt::format("it is {} {} to {} by {} now", order->line.obligation.amount.money(),
                                        printable(order->line.obligation.currency),
                                        printable(payee_of(order->line.obligation.destination)),
                                        printable(order->line.obligation.rail))));
  return order;
}

/// Found paid by an earlier run: the marketplace must agree.
Paid confirm(const PlanLine& line, const Desk& desk) {
  const auto seen = desk.around.marketplace.read(line.owed.settlement_id);
  if (!seen)
    return ended(line, Outcome::unknown, seen.error());
  if (seen->is_paid())
    return {.line = line, .outcome = Outcome::already_paid, .reference = seen->reference()};
  return ended(
      line, Outcome::refused,
      {.kind = Kind::conflict,
       .message = fmt::format("this machine paid settlement {}, and the marketplace shows it as \"{}\"",
                              line.owed.settlement_id, printable(seen->status())),
       .hint = "nothing was sent; ask the marketplace before anything is paid again"});
}

Paid execute(const PlanLine& line, const Line& payment, Execution::Start start, const Desk& desk) {
  const auto ending = run(payment, start, desk.around);
  Paid paid{.line = line, .outcome = Outcome::unknown, .sent = start != Execution::Start::look};
  if (!ending) {
    paid.error = ending.error();
    return paid;
  }
  if (ending->state == State::executed)
    paid.outcome = Outcome::paid;
  else if (ending->state == State::refused)
    paid.outcome = Outcome::refused;
  paid.reference = ending->seen ? ending->seen->reference() : "";
  paid.error = ending->error;
  return paid;
}

/// Takes the receipt in, and refuses what a person would be asked about.
Result<Order> with_receipt(const PlanLine& line, const Settlement& settlement, const Desk& desk) {
  const auto now = desk.around.clock.now();
  AGR_TRY_ASSIGN(auto evidence, obtain(line.owed, line.key, desk.around.journal, desk.receipts, now));
  evidence.field = desk.receipt_field;
  AGR_TRY_ASSIGN(const auto contract, desk.around.marketplace.contract(line.owed.contract_id));
  AGR_TRY_ASSIGN(auto order, prepare(line.owed.origin, settlement, contract, evidence, now));
  const auto unproven =
      std::ranges::find(order.warnings, std::string("amount_unverified"), &receipt::Finding::code);
  if (unproven != order.warnings.end() && !desk.accept_unproven)
    return fail({.kind = Kind::money,
                 .message = fmt::format("the receipt for settlement {} does not prove the amount: {}",
                                        line.owed.settlement_id, unproven->message),
                 .hint = "have the command print {\"receipt\": …, \"requirements\": …}, or accept such "
                         "receipts with --yes",
                 .code = unproven->code});
  return order;
}

Paid pay_fresh(const PlanLine& line, const Desk& desk) {
  const auto seen = desk.around.marketplace.read(line.owed.settlement_id);
  if (!seen)
    return ended(line, Outcome::refused, seen.error());
  auto order = same_as_planned(line, *seen, desk);
  if (!order)
    return ended(line, order.error().kind == Kind::conflict ? Outcome::moved : Outcome::refused,
                 order.error());
  if (line.owed.rail != "stripe")
    order = with_receipt(line, *seen, desk);
  if (order)
    if (const auto reused = check_reuse(desk.around.journal, order->line); !reused)
      order = fail(reused.error());
  if (!order)
    return ended(line, order.error().kind == Kind::outcome_unknown ? Outcome::unknown : Outcome::held,
                 order.error());
  return execute(line, order->line, Execution::Start::fresh, desk);
}

Paid held(const PlanLine& line) {
  const bool open = line.objection->code == "open";
  return ended(
      line, open ? Outcome::unknown : Outcome::held,
      {.kind = open ? Kind::outcome_unknown : Kind::money,
       .message = line.objection->why,
       .hint = open ? fmt::format("agr settle execute {} reads it back", line.owed.settlement_id) : "",
       .code = line.objection->code});
}

Paid pay_line(const PlanLine& line, const Desk& desk) {
  if (line.is_held())
    return held(line);
  const auto known = desk.around.journal.find(line.owed.origin, line.owed.settlement_id);
  if (!known)
    return ended(line, Outcome::refused, known.error());
  if (*known && is_open((*known)->state))
    return execute(line, **known, Execution::Start::look, desk);
  if (*known && (*known)->state == State::executed)
    return confirm(line, desk);
  return pay_fresh(line, desk);
}

/// Whether the next line would likely meet the same trouble, or add to it.
bool stops(const Paid& last, const Desk& desk) {
  if (last.sent && last.outcome == Outcome::unknown)
    return !desk.keep_going;
  if (last.line.is_held() || !last.error)
    return false;
  const auto kind = last.error->kind;
  return kind == Kind::auth || kind == Kind::unavailable || kind == Kind::rate_limited ||
         kind == Kind::internal;
}

PlanLine as_line(const Line& payment) {
  return {.owed = payment.obligation,
          .key = payment.key,
          .agent_id = {},
          .reason = "left open by an earlier run"};
}

} // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
  case Outcome::paid:
    return "paid";
  case Outcome::already_paid:
    return "already_paid";
  case Outcome::held:
    return "held";
  case Outcome::moved:
    return "moved";
  case Outcome::refused:
    return "refused";
  case Outcome::unknown:
    return "unknown";
  case Outcome::not_tried:
    return "not_tried";
  }
  return "unknown";
}

Result<void> still_holds(const Plan& plan, const Desk& desk) {
  for (const auto& line : plan.payable()) {
    AGR_TRY_ASSIGN(const auto known, desk.around.journal.find(line.owed.origin, line.owed.settlement_id));
    if (known && (is_open(known->state) || known->state == State::executed))
      continue;
    AGR_TRY_ASSIGN(const auto seen, desk.around.marketplace.read(line.owed.settlement_id));
    AGR_TRY(same_as_planned(line, seen, desk));
  }
  return {};
}

Result<std::vector<Paid>> look_again(const std::string& origin, const Desk& desk) {
  AGR_TRY_ASSIGN(const auto open, desk.around.journal.lines(true));
  std::vector<Paid> made;
  for (const auto& payment : open) {
    if (payment.obligation.origin != origin)
      continue;
    auto found = execute(as_line(payment), payment, Execution::Start::look, desk);
    if (found.outcome == Outcome::paid)
      made.push_back(std::move(found));
  }
  return made;
}

std::vector<Paid> pay(const Plan& plan, const Desk& desk) {
  std::vector<Paid> report;
  bool stopped = false;
  for (const auto& line : plan.lines) {
    report.push_back(stopped && !line.is_held() ? Paid{.line = line} : pay_line(line, desk));
    stopped |= stops(report.back(), desk);
  }
  return report;
}

std::optional<Kind> verdict_on(const std::vector<Paid>& report) {
  const auto is_done = [](const Paid& line) {
    return line.outcome == Outcome::paid || line.outcome == Outcome::already_paid;
  };
  const auto trouble = std::ranges::find_if_not(report, is_done);
  if (trouble == report.end())
    return {};
  if (std::ranges::any_of(report, is_done))
    return Kind::partial;
  const auto worst = std::ranges::find(report, Outcome::unknown, &Paid::outcome);
  if (worst != report.end())
    return Kind::outcome_unknown;
  const auto real =
      std::ranges::find_if(report, [](const Paid& line) { return line.outcome != Outcome::held; });
  const auto& first = real == report.end() ? *trouble : *real;
  return first.error ? first.error->kind : Kind::failed;
}

} // namespace agr::settle
