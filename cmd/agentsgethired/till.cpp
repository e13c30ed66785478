// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/till.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "process/filter.hpp"
#include "serve/handler.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Contract;
using agentsgethired::Settlement;

/// A transfer takes its time, and giving up early helps nobody.
constexpr Millis k_answer_patience{60'000};
/// What a receipt command says with its exit code: nothing was paid, ask again later.
constexpr int k_not_yet = 75;

template <class T>
Result<T> as(Result<json::Value> value) {
  if (!value)
    return fail(std::move(value).error());
  return T(std::move(*value));
}

Result<std::string> answer_of(const process::Filtered& filtered, const std::string& program) {
  using How = process::Filtered::How;
  switch (filtered.how) {
  case How::signalled:
    return fail({Kind::failed, fmt::format("{} was ended by signal {}", program, filtered.code)});
  case How::timed_out:
    return fail({Kind::failed, fmt::format("{} did not end in time and was killed", program)});
  case How::wrote_too_much:
    return fail({Kind::failed, fmt::format("{} wrote more than a receipt can hold and was killed", program)});
  case How::exited:
    break;
  }
  if (filtered.code == k_not_yet)
    return fail(
        {Kind::pending, fmt::format("{} says that nothing was paid yet (exit code {})", program, k_not_yet)});
  if (filtered.code != 0)
    return fail({Kind::failed, fmt::format("{} ended with exit code {}", program, filtered.code)});
  return filtered.output;
}

} // namespace

Result<Settlement> Counter::execute(const settle::Line& line) {
  auto call = execute_call(line);
  call.before_moving = [&](const agentsgethired::Service& there) { return look_there(line, there); };
  return as<Settlement>(m_service.one(operations::k_execute, call));
}

Result<void> Counter::look_there(const settle::Line& line, const agentsgethired::Service& there) {
  AGR_TRY_ASSIGN(const auto seen, as<Settlement>(there.one(operations::k_settlement,
                                                           {.ids = {line.obligation.settlement_id}})));
  if (seen.status() != line.status_before)
    return fail({Kind::conflict,
                 fmt::format("the marketplace moved to {}, which shows settlement {} as \"{}\"",
                             there.endpoint().url, line.obligation.settlement_id, printable(seen.status()))});
  return m_journal.remark(
      "moved",
      json::Value::object({{"settlement", line.obligation.settlement_id},
                           {"note", fmt::format("the request goes to {}", there.endpoint().url)}}),
      m_clock.now());
}
Result<Settlement> Counter::read(const std::string& id) {
  return as<Settlement>(m_service.one(operations::k_settlement, {.ids = {id}}));
}
Result<Contract> Counter::contract(const std::string& id) {
  return as<Contract>(m_service.one(operations::k_contract, {.ids = {id}}));
}

Result<settle::Journal> open_journal(Context& context) {
  AGR_TRY_ASSIGN(const auto path, context.state_file("settlements.db"));
  return settle::Journal::open(path);
}

Result<Till> open_till(Context& context) {
  AGR_TRY_ASSIGN(const auto lock_path, context.state_file("settle.lock"));
  AGR_TRY_ASSIGN(auto lock, process::Lock::take(lock_path, "settlements are being paid",
                                                "wait for it to end, then look at `agr settle status`"));
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto url, Url::parse(service.endpoint().url));
  AGR_TRY_ASSIGN(auto opened, open_journal(context));
  auto journal = std::make_unique<settle::Journal>(std::move(opened));
  Counter counter(service, *journal, context.env.clock);
  return Till{.lock = std::move(lock),
              .service = service,
              .origin = url.origin(),
              .journal = std::move(journal),
              .counter = std::move(counter)};
}

settle::Surroundings around(Till& till, const Invocation& given, Context& context) {
  settle::Surroundings around{.marketplace = till.counter,
                              .journal = *till.journal,
                              .clock = context.env.clock,
                              .progress = [&context](std::string_view what) { context.progress(what); }};
  around.patience = given.seconds("--look-for").value_or(around.patience);
  return around;
}

Option patience_option() {
  return {"--look-for", "SECONDS", "How long to look for the outcome after an unclear answer (61)",
          Option::Type::seconds};
}

Result<settle::ReceiptCommand> receipt_command(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  auto words = settings->spending.receipt_command;
  if (const auto text = given.maybe("--receipt-command")) {
    AGR_TRY_ASSIGN(words, serve::split_command(*text));
  }
  if (words.empty())
    return settle::ReceiptCommand();
  const auto path = context.env.environment.get("PATH").value_or("/usr/bin:/bin");
  AGR_TRY_ASSIGN(auto command, serve::resolve(std::move(words), path));
  process::Filter filter{.argv = std::move(command),
                         .environment = serve::inheritable(context.env.environment.lines())};
  return [filter = std::move(filter)](const json::Value& obligation) -> Result<std::string> {
    AGR_TRY_ASSIGN(const auto filtered, process::run_filter(filter, json::write(obligation) + "\n"));
    return answer_of(filtered, filter.argv.front());
  };
}

Option receipt_command_option() {
  return {"--receipt-command", "COMMAND",
          "x402 and MPP: a program that reads the obligation as JSON, sees to the payment, and prints its "
          "receipt"};
}

agentsgethired::Call execute_call(const settle::Line& line) {
  return {.ids = {line.obligation.settlement_id},
          .body = json::parse(line.body).value_or(json::Value::object()),
          .idempotency_key = line.key,
          .timeout = k_answer_patience};
}

std::string amount_of(const settle::Obligation& owed) {
  return printable(fmt::format("{} {}", owed.amount.money(), owed.currency));
}

std::string payee_of(const settle::Obligation& owed) {
  const auto payee = settle::payee_of(owed.destination);
  return payee.empty() ? "a destination the service does not show" : printable(payee);
}

} // namespace agr::cmd
