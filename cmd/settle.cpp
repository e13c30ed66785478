// SPDX-License-Identifier: MIT
#include "agentsgethired/types.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agentsgethired_calls.hpp"
#include "cmd/input.hpp"
#include "cmd/paging.hpp"
#include "crypto/digest.hpp"
#include "process/lock.hpp"
#include "settle/checks.hpp"
#include "settle/run.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Call;
using agentsgethired::Contract;
using agentsgethired::Service;
using agentsgethired::Settlement;
using output::Style;
using settle::Execution;
using settle::Journal;
using settle::Line;

constexpr std::size_t k_longest_receipt = 64 * 1024;
/// A transfer takes its time, and giving up early helps nobody.
constexpr Millis k_patience{60'000};

Result<Reply> run_list(const Invocation& given, Context& context) {
  if (given.has("CONTRACT"))
    return list(given, context, operations::k_settlements, {given.text("CONTRACT")}, list_of_settlements());
  AGR_TRY_ASSIGN(const auto limit, limit_of(given));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto contracts, service.list(operations::k_contracts));
  json::Value::Array all;
  for (const auto& contract : contracts) {
    AGR_TRY_ASSIGN(auto settlements,
                   service.list(operations::k_settlements, {.ids = {Contract(contract).id()}}));
    std::move(settlements.begin(), settlements.end(), std::back_inserter(all));
    if (limit && all.size() >= static_cast<std::size_t>(*limit))
      break;
  }
  if (limit && all.size() > static_cast<std::size_t>(*limit))
    all.resize(static_cast<std::size_t>(*limit));
  return Reply{.value = json::Value(std::move(all)), .view = list_of_settlements()};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  return show(context, operations::k_settlement, given.text("SETTLEMENT"), view_of_settlement());
}

Result<Reply> run_create(const Invocation& given, Context& context) {
  const auto contract = given.text("CONTRACT");
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(auto present, service.list(operations::k_settlements, {.ids = {contract}}));
  const auto settlements = agentsgethired::as<Settlement>(std::move(present));
  AGR_TRY(settle::may_create(settlements, given.has("--another")));
  auto body = json::Value::object();
  if (given.has("--amount"))
    body.set("amount", given.text("--amount"));
  if (given.has("--currency"))
    body.set("currency", given.text("--currency"));
  if (given.has("--memo"))
    body.set("memo", given.text("--memo"));
  return change(context, operations::k_create_settlement, {.ids = {contract}, .body = body},
                view_of_settlement(), "A draft; nothing is paid before agr settle execute.");
}

Call execute_call(const Line& line) {
  return {.ids = {line.obligation.settlement_id},
          .body = json::parse(line.body).value_or(json::Value::object()),
          .idempotency_key = line.key,
          .timeout = k_patience};
}

/// The marketplace, as paying needs it.
class Counter final : public settle::Marketplace {
public:
  explicit Counter(const Service& service) : m_service(service) {}

  Result<Settlement> execute(const Line& line) override {
    return as_settlement(m_service.one(operations::k_execute, execute_call(line)));
  }
  Result<Settlement> read(const std::string& id) override {
    return as_settlement(m_service.one(operations::k_settlement, {.ids = {id}}));
  }

private:
  static Result<Settlement> as_settlement(Result<json::Value> value) {
    if (!value)
      return fail(std::move(value).error());
    return Settlement(std::move(*value));
  }
  const Service& m_service;
};

/// What one `settle execute` works with.
struct Desk {
  const Invocation& given;
  Context& context;
  const Service& service;
  std::string origin;
  std::string id;
};

std::string amount_of(const settle::Obligation& owed) {
  return printable(fmt::format("{} {}", owed.amount.money(), owed.currency));
}

std::string payee_of(const settle::Obligation& owed) {
  const auto& place = owed.destination.is_object()
                          ? owed.destination.first_of({"destination", "address", "payTo"})
                          : owed.destination;
  return place.text().empty() ? "a destination the service does not show" : printable(place.text());
}

Result<settle::Evidence> evidence_of(const Desk& desk) {
  settle::Evidence evidence;
  if (const auto file = desk.given.maybe("--receipt")) {
    AGR_TRY_ASSIGN(evidence.text, read_input(*file, desk.context, k_longest_receipt));
    if (trim(evidence.text).empty())
      return fail({Kind::usage, fmt::format("the receipt {} is empty", printable(*file))});
  }
  if (const auto file = desk.given.maybe("--requirements")) {
    AGR_TRY_ASSIGN(evidence.requirements, read_object(*file, desk.context));
  }
  evidence.field = desk.given.maybe("--receipt-field").value_or(evidence.field);
  evidence.raw = desk.given.has("--receipt-raw");
  return evidence;
}

Result<settle::Order> order_of(const Desk& desk) {
  AGR_TRY_ASSIGN(auto raw, desk.service.one(operations::k_settlement, {.ids = {desk.id}}));
  const Settlement settlement(std::move(raw));
  AGR_TRY_ASSIGN(auto terms, desk.service.one(operations::k_contract, {.ids = {settlement.contract_id()}}));
  AGR_TRY_ASSIGN(const auto evidence, evidence_of(desk));
  return settle::prepare(desk.origin, settlement, Contract(std::move(terms)), evidence,
                         desk.context.env.clock.now());
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
  AGR_TRY_ASSIGN(auto request, encode(desk.service.endpoint(), operations::k_execute, execute_call(line)));
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

Result<Reply> carry_out(const Desk& desk, const Line& line, Execution::Start start, Journal& journal) {
  Counter counter(desk.service);
  AGR_TRY_ASSIGN(const auto ending,
                 settle::run(line, start,
                             {.marketplace = counter,
                              .journal = journal,
                              .clock = desk.context.env.clock,
                              .progress = [&](std::string_view what) { desk.context.progress(what); }}));
  return reply_of(desk, line, ending);
}

/// An earlier run left this payment open: it is read back, and sent again only with --resume.
Result<Reply> go_on(const Desk& desk, const Line& line, Journal& journal) {
  const bool again = desk.given.has("--resume");
  if (again && desk.context.globals.dry_run)
    return dry_run(desk, line);
  desk.context.say(fmt::format("A payment of this settlement is open since {}; reading it back first.",
                               relative(line.created, desk.context.env.clock.now())));
  if (again)
    AGR_TRY(agree_again(desk, line));
  return carry_out(desk, line, again ? Execution::Start::try_again : Execution::Start::look, journal);
}

/// Nothing is open: everything is checked, agreed to, and sent once.
Result<Reply> pay(const Desk& desk, Journal& journal) {
  AGR_TRY_ASSIGN(const auto order, order_of(desk));
  AGR_TRY(settle::check_reuse(journal, order.line));
  if (desk.context.globals.dry_run)
    return dry_run(desk, order.line);
  AGR_TRY(agree(desk, order));
  return carry_out(desk, order.line, Execution::Start::fresh, journal);
}

/// The payment was made by an earlier run: there is nothing left to do, unless the marketplace forgot it.
Result<Reply> already_done(const Desk& desk, const Line& line) {
  AGR_TRY_ASSIGN(auto value, desk.service.one(operations::k_settlement, {.ids = {desk.id}}));
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

Result<Journal> open_journal(Context& context) {
  AGR_TRY_ASSIGN(const auto path, context.state_file("settlements.db"));
  return Journal::open(path);
}

Result<Reply> run_execute(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto url, Url::parse(service.endpoint().url));
  const Desk desk{given, context, service, url.origin(), given.text("SETTLEMENT")};
  const auto name = hex(crypto::sha256(desk.origin + "\n" + desk.id)).substr(0, 32);
  AGR_TRY_ASSIGN(const auto lock_path, context.state_file("settle-" + name + ".lock"));
  AGR_TRY_ASSIGN(const auto lock,
                 process::Lock::take(lock_path, "this settlement is being paid",
                                     "wait for it to end, then look at `agr settle status`"));
  AGR_TRY_ASSIGN(auto journal, open_journal(context));
  AGR_TRY_ASSIGN(const auto line, journal.find(desk.origin, desk.id));
  if (line && settle::is_open(line->state))
    return go_on(desk, *line, journal);
  if (given.has("--resume"))
    return fail({Kind::conflict, fmt::format("no payment of settlement {} is open", printable(desk.id)),
                 "leave out --resume"});
  if (line && line->state == settle::State::executed)
    return already_done(desk, *line);
  return pay(desk, journal);
}

json::Value shown(const Line& line) {
  const auto& owed = line.obligation;
  return json::Value::object({{"settlement", owed.settlement_id},
                              {"contract", owed.contract_id},
                              {"state", settle::name_of(line.state)},
                              {"rail", owed.rail},
                              {"amount", owed.amount},
                              {"currency", owed.currency},
                              {"destination", owed.destination},
                              {"receipt_reference", owed.receipt_reference},
                              {"reference", line.reference},
                              {"attempts", line.attempts},
                              {"note", line.note},
                              {"idempotency_key", line.key},
                              {"origin", owed.origin},
                              {"created", rfc3339(line.created)},
                              {"updated", rfc3339(line.updated)}});
}

Result<Reply> run_status(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(auto journal, open_journal(context));
  AGR_TRY_ASSIGN(const auto lines, journal.lines(!given.has("--all")));
  auto value = json::Value::array();
  for (const auto& line : lines)
    value.push(shown(line));
  return Reply{.value = std::move(value),
               .view = output::list_of({{"SETTLEMENT", "settlement", Style::id},
                                        {"STATE", "state", Style::status},
                                        {"RAIL", "rail"},
                                        {"AMOUNT", "amount", Style::money},
                                        {"CURRENCY", "currency"},
                                        {"ATTEMPTS", "attempts", Style::number},
                                        {"CHANGED", "updated", Style::time},
                                        {"NOTE", "note"}},
                                       "No payment is open.")};
}

} // namespace

const std::vector<Command>& settle_commands() {
  static const Argument k_settlement{"SETTLEMENT", "the settlement's id"};
  static const std::vector<Command> k_commands{
      {.name = "settle list",
       .effect = Effect::read,
       .summary = "List settlements",
       .about = "Without a contract it looks through all of yours, one request for each.",
       .arguments = {{"CONTRACT", "only those of this contract", Argument::Count::maybe}},
       .options = with_paging({}),
       .examples = {{"What is left to pay", "agr settle list --all | awk '$2 == \"draft\"'"}},
       .run = run_list},
      {.name = "settle show",
       .effect = Effect::read,
       .summary = "See one settlement",
       .about = "\"sent\" means that Stripe was told to transfer; no bank has paid yet. \"settled\" means "
                "that a receipt was "
                "handed in. Neither proves that the money has arrived.",
       .arguments = {k_settlement},
       .examples = {{"Its state, for a script", "agr settle show 51d0… --json=status,providerReference"}},
       .run = run_show},
      {.name = "settle create",
       .effect = Effect::money,
       .summary = "Make another draft under a contract",
       .about = "Accepting somebody usually makes the draft already, so a second one is refused unless "
                "--another says that "
                "more is owed. Amount and currency default to the contract's frozen terms.",
       .arguments = {{"CONTRACT", "the contract's id"}},
       .options = {{"--amount", "DECIMAL", "How much", Option::Type::money},
                   {"--currency", "CODE", "In what"},
                   {"--memo", "TEXT", "What for"},
                   {"--another", "", "Even though a draft is waiting"}},
       .examples = {{"The second half",
                     "agr settle create 7c2a… --amount 22.50 --currency USD --memo \"second half\" "
                     "--another"}},
       .run = run_create},
      {.name = "settle execute",
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
       .arguments = {k_settlement},
       .options = {{"--receipt", "FILE",
                    "x402 and MPP: the receipt, as header value or JSON (- for standard input)"},
                   {"--requirements", "FILE",
                    "What the payer agreed to, as JSON: proves the amount of a receipt"},
                   {"--receipt-raw", "", "Send the receipt as it was given instead of decoded"},
                   {"--receipt-field", "NAME", "The member it goes under (providerReceipt)"},
                   {"--resume", "",
                    "An earlier run left it open: read it back and send the same request again"},
                   {"--confirm", "ID", "With --resume over Stripe: the settlement's id once more"}},
       .examples = {{"Pay a Stripe settlement from a script", "agr settle execute 51d0… --yes"},
                    {"Hand in an x402 receipt", "agr settle execute 51d0… --receipt payment-response.txt"},
                    {"See what would be sent", "agr settle execute 51d0… --dry-run"}},
       .run = run_execute},
      {.name = "settle status",
       .effect = Effect::local,
       .summary = "See which payments are open on this machine",
       .about = "Reads this machine's journal and asks nobody. \"intent\" and \"unknown\" both mean that the "
                "request may have "
                "arrived; agr settle execute reads such a settlement back.",
       .options = {{"--all", "", "Also the ones that ended"}},
       .examples = {{"Anything to worry about?", "agr settle status"},
                    {"Every payment ever made from here", "agr settle status --all --json"}},
       .run = run_status}};
  return k_commands;
}

} // namespace agr::cmd
