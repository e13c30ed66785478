// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/agentsgethired_views.hpp"
#include "cmd/agentsgethired/spending.hpp"
#include "cmd/agentsgethired/till.hpp"
#include "cmd/frame/input.hpp"
#include "settle/checks.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Settlement;
using settle::Execution;
using settle::Line;

constexpr std::size_t k_longest_receipt = 64 * 1024;

/// What one `settle execute` works with.
struct Desk {
  const Invocation& given;
  Context& context;
  Till& till;
  std::string id;
};

/// The command may pay, so a person is asked before it runs. A receipt that is kept is never given up for
/// another question: it may be the only proof of a payment.
Result<void> agree_to_ask(const Desk& desk, const settle::Obligation& owed, bool has_command) {
  AGR_TRY_ASSIGN(const auto kept, desk.till.journal->receipt_of(owed));
  const bool again = desk.given.has("--ask-again");
  if (again && kept && !kept->answer.empty())
    return fail({Kind::conflict,
                 fmt::format("the receipt command has answered for settlement {}", printable(desk.id)),
                 "leave out --ask-again to use its receipt, or hand in another with --receipt"});
  if (!has_command || (kept && !again))
    return {};
  AGR_TRY(desk.context.confirm(
      fmt::format("Have the receipt command see to {} for {}?", amount_of(owed), payee_of(owed))));
  if (!kept)
    return {};
  return desk.till.journal->drop_receipt(owed, "a person has it asked again", desk.context.env.clock.now());
}

/// The receipt from --receipt, or the one that is kept, or from the receipt command.
Result<settle::Evidence> receipt_for(const Desk& desk, const settle::Order& order) {
  if (const auto file = desk.given.maybe("--receipt")) {
    settle::Evidence evidence;
    AGR_TRY_ASSIGN(evidence.text, read_input(*file, desk.context, k_longest_receipt));
    if (trim(evidence.text).empty())
      return fail({Kind::usage, fmt::format("the receipt {} is empty", printable(*file))});
    return evidence;
  }
  if (order.line.obligation.rail == "stripe")
    return settle::Evidence();
  const auto& owed = order.line.obligation;
  if (desk.context.globals.dry_run)
    return settle::obtain(owed, order.line.key, *desk.till.journal, {}, desk.context.env.clock.now());
  AGR_TRY_ASSIGN(const auto command, receipt_command(desk.given, desk.context));
  AGR_TRY(agree_to_ask(desk, owed, command != nullptr));
  return settle::obtain(owed, order.line.key, *desk.till.journal, command, desk.context.env.clock.now());
}

Result<settle::Evidence> evidence_of(const Desk& desk, const settle::Order& order) {
  AGR_TRY_ASSIGN(auto evidence, receipt_for(desk, order));
  if (const auto file = desk.given.maybe("--requirements")) {
    AGR_TRY_ASSIGN(evidence.requirements, read_object(*file, desk.context));
  }
  evidence.field = desk.given.maybe("--receipt-field").value_or(evidence.field);
  evidence.raw = desk.given.has("--receipt-raw");
  return evidence;
}

/// [settle] holds for a payment by hand as well.
Result<void> within_limits(const Desk& desk, const settle::Order& order, const std::string& agent_id) {
  AGR_TRY_ASSIGN(auto policy, policy_of(desk.given, desk.context));
  policy.receipts = true;
  policy.max_total.reset(); // one payment that somebody asked for by name is no run
  AGR_TRY_ASSIGN(auto spent, spent_lately(*desk.till.journal, desk.context));
  const auto& owed = order.line.obligation;
  auto objection = settle::selects(policy, owed.rail, owed.contract_id)
                       ? settle::Judge(policy, std::move(spent)).objection(owed, agent_id)
                       : settle::Objection{"rail", fmt::format("{} is not among the rails", owed.rail)};
  if (!objection)
    return {};
  return fail({.kind = Kind::money,
               .message = fmt::format("settlement {} is beyond what [settle] allows here: {}",
                                      printable(desk.id), objection->why),
               .hint = fmt::format("nothing was sent; the limits are in {}", desk.context.paths().config),
               .code = objection->code});
}

Result<settle::Order> order_of(const Desk& desk) {
  AGR_TRY_ASSIGN(const auto settlement, desk.till.counter.read(desk.id));
  AGR_TRY_ASSIGN(const auto contract, desk.till.counter.contract(settlement.contract_id()));
  AGR_TRY_ASSIGN(const auto bare, settle::assess(desk.till.origin, settlement, contract));
  AGR_TRY(within_limits(desk, bare, contract.agent_id()));
  AGR_TRY_ASSIGN(const auto evidence, evidence_of(desk, bare));
  return settle::prepare(desk.till.origin, settlement, contract, evidence, desk.context.env.clock.now());
}

Result<void> agree(const Desk& desk, const settle::Order& order) {
  for (const auto& warning : order.warnings)
    desk.context.say(fmt::format("Note: {}.", printable(warning.message)));
  const auto& owed = order.line.obligation;
  if (owed.rail == "stripe")
    return desk.context.confirm(fmt::format("Pay {} by stripe to {}?", amount_of(owed), payee_of(owed)));
  return desk.context.confirm(fmt::format("Hand in receipt {} for {} paid by {} to {}?",
                                          printable(owed.receipt_reference), amount_of(owed), owed.rail,
                                          payee_of(owed)));
}

/// A second request over Stripe may move money a second time: it takes more than a yes.
Result<void> agree_again(const Desk& desk, const Line& line) {
  if (line.obligation.rail != "stripe")
    return desk.context.confirm(
        fmt::format("Send the same receipt for settlement {} once more?", printable(desk.id)));
  auto typed = desk.given.maybe("--confirm");
  if (!typed && desk.context.interactive()) {
    desk.context.env.console.err.write(fmt::format(
        "A transfer of {} may already be on its way. Type the settlement's id to send the request again: ",
        amount_of(line.obligation)));
    AGR_TRY_ASSIGN(typed, desk.context.env.console.in.line());
  }
  if (!typed)
    return fail({Kind::usage,
                 "a second Stripe request may pay twice, so it needs the settlement's id once more",
                 fmt::format("agr settle execute {0} --resume --confirm {0}", printable(desk.id))});
  if (trim(*typed) != desk.id)
    return fail({Kind::cancelled, "that is another id; nothing was sent"});
  return {};
}

Result<Reply> dry_run(const Desk& desk, const Line& line) {
  AGR_TRY_ASSIGN(auto request,
                 encode(desk.till.service.endpoint(), operations::k_execute, execute_call(line)));
  AGR_TRY(desk.context.send(std::move(request)));
  return Reply{};
}

Result<Reply> reply_of(const Desk& desk, const Line& line, const settle::Ending& ending) {
  const bool is_receipt = line.obligation.rail != "stripe";
  if (ending.state != settle::State::executed) {
    auto error =
        ending.error.value_or(Error{.kind = Kind::internal, .message = "the payment ended without a reason"});
    if (error.hint.empty() && is_receipt)
      error.hint = "the receipt is kept in the journal; do not pay again before this is understood";
    return fail(std::move(error));
  }
  desk.context.say(is_receipt ? "Settled: the receipt was taken."
                              : "Sent: the transfer is ordered. A bank has paid nothing yet.");
  auto value = ending.seen->raw();
  value.set("idempotency_key", line.key);
  return Reply{.value = std::move(value), .view = view_of_settlement()};
}

Result<Reply> carry_out(const Desk& desk, const Line& line, Execution::Start start) {
  AGR_TRY_ASSIGN(const auto ending, settle::run(line, start, around(desk.till, desk.given, desk.context)));
  return reply_of(desk, line, ending);
}

/// An earlier run left this payment open: it is read back, and sent again only with --resume.
Result<Reply> go_on(const Desk& desk, const Line& line) {
  const bool again = desk.given.has("--resume");
  if (again && desk.context.globals.dry_run)
    return dry_run(desk, line);
  desk.context.say(fmt::format("A payment of this settlement is open since {}; reading it back first.",
                               relative(line.created, desk.context.env.clock.now())));
  if (again)
    AGR_TRY(agree_again(desk, line));
  return carry_out(desk, line, again ? Execution::Start::try_again : Execution::Start::look);
}

/// Nothing is open: everything is checked, agreed to, and sent once.
Result<Reply> pay(const Desk& desk) {
  AGR_TRY_ASSIGN(const auto order, order_of(desk));
  AGR_TRY(settle::check_reuse(*desk.till.journal, order.line));
  if (desk.context.globals.dry_run)
    return dry_run(desk, order.line);
  AGR_TRY(agree(desk, order));
  return carry_out(desk, order.line, Execution::Start::fresh);
}

/// The payment was made by an earlier run: there is nothing left to do, unless the marketplace forgot it.
Result<Reply> already_done(const Desk& desk, const Line& line) {
  AGR_TRY_ASSIGN(auto value, desk.till.service.one(operations::k_settlement, {.ids = {desk.id}}));
  const auto when = relative(line.updated, desk.context.env.clock.now());
  if (const Settlement settlement(value); !settlement.is_paid())
    return fail(
        {Kind::conflict,
         fmt::format(
             "settlement {} was executed {} from this machine, but the marketplace shows it as \"{}\"",
             printable(desk.id), when, printable(settlement.status())),
         "nothing was sent; ask the marketplace before anything is paid again"});
  desk.context.say(fmt::format("Nothing to do: this was executed {}.", when));
  value.set("idempotency_key", line.key);
  return Reply{.value = std::move(value), .view = view_of_settlement()};
}

Result<Reply> run_execute(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(auto till, open_till(context));
  AGR_TRY_ASSIGN(const auto id, whole_id(context, IdKind::settlement, given.text("SETTLEMENT")));
  // Where nobody is asked, nobody sees which settlement a beginning stood for.
  if (id != given.text("SETTLEMENT") && context.globals.yes)
    return fail({Kind::usage,
                 fmt::format("with --yes the whole id is needed, and \"{}\" is the beginning of one",
                             printable(given.text("SETTLEMENT"))),
                 fmt::format("agr settle execute {} --yes", printable(id))});
  const Desk desk{given, context, till, id};
  AGR_TRY_ASSIGN(const auto line, till.journal->find(till.origin, desk.id));
  if (line && settle::is_open(line->state))
    return go_on(desk, *line);
  if (given.has("--resume"))
    return fail({Kind::conflict, fmt::format("no payment of settlement {} is open", printable(desk.id)),
                 "leave out --resume"});
  if (line && line->state == settle::State::executed)
    return already_done(desk, *line);
  return pay(desk);
}

} // namespace

Command settle_execute_command() {
  return Command{
      .name = "settle execute",
      .effect = Effect::money,
      .summary = "Pay one settlement, once",
      .about =
          "Stripe settlements are paid by the service when this runs. For x402 and MPP you have paid the "
          "contract's "
          "frozen destination already and hand in the receipt: it is checked before it is sent, and kept. "
          "What is "
          "about to happen is written to disk before the request. When no clear answer comes, the "
          "settlement is read "
          "back for a minute; a payment whose outcome stays unknown is never sent again by itself. agr help "
          "settlements tells the whole story.",
      .arguments = {{"SETTLEMENT", "the settlement's id, or the beginning of it"}},
      .options =
          {{"--receipt", "FILE", "x402 and MPP: the receipt, as header value or JSON (- for standard input)"},
           {"--requirements", "FILE", "What the payer agreed to, as JSON: proves the amount of a receipt"},
           {"--receipt-raw", "", "Send the receipt as it was given instead of decoded"},
           {"--receipt-field", "NAME", "The member it goes under (providerReceipt)"},
           receipt_command_option(),
           {"--ask-again", "", "Have the receipt command asked once more, though it may have paid"},
           patience_option(),
           {"--resume", "", "An earlier run left it open: read it back and send the same request again"},
           {"--confirm", "ID", "With --resume over Stripe: the settlement's id once more"}},
      .examples = {{"Pay a Stripe settlement from a script", "agr settle execute 51d0… --yes"},
                   {"Hand in an x402 receipt", "agr settle execute 51d0… --receipt payment-response.txt"},
                   {"See what would be sent", "agr settle execute 51d0… --dry-run"}},
      .run = run_execute};
}

} // namespace agr::cmd
