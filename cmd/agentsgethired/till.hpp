// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/service.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "process/lock.hpp"
#include "settle/pay.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the commands that pay settlements share.
namespace agr::cmd {

/// The marketplace, as paying needs it. When it sends a payment to its other host, the settlement is read
/// there first, and that it moves is written down.
class Counter final : public settle::Marketplace {
public:
  Counter(agentsgethired::Service service, settle::Journal& journal, Clock& clock)
      : m_service(std::move(service)), m_journal(journal), m_clock(clock) {}
  Result<agentsgethired::Settlement> execute(const settle::Line& line) override;
  Result<agentsgethired::Settlement> read(const std::string& id) override;
  Result<agentsgethired::Contract> contract(const std::string& id) override;

private:
  Result<void> look_there(const settle::Line& line, const agentsgethired::Service& there);
  agentsgethired::Service m_service;
  settle::Journal& m_journal;
  Clock& m_clock;
};

/// Whoever holds the till is the only one who pays from this state folder.
struct Till {
  process::Lock lock;
  agentsgethired::Service service;
  std::string origin;
  std::unique_ptr<settle::Journal> journal;
  Counter counter;
};

/// Takes the lock before anything else is looked at. `context` must outlive it. Errors: Kind::locked at once.
Result<Till> open_till(Context& context);
/// For looking only: no lock.
Result<settle::Journal> open_journal(Context& context);

/// How the marketplace, the journal and the clock are worked with, as the options say.
settle::Surroundings around(Till& till, const Invocation& given, Context& context);
Option patience_option();

/// The program that --receipt-command or the configuration names; nothing when neither does. Errors:
/// Kind::usage when it does not exist.
Result<settle::ReceiptCommand> receipt_command(const Invocation& given, Context& context);
Option receipt_command_option();

agentsgethired::Call execute_call(const settle::Line& line);
/// "45.00 USD"
std::string amount_of(const settle::Obligation& owed);
/// For people: who gets the money.
std::string payee_of(const settle::Obligation& owed);

// Each in the file that is named like it.
Command settle_execute_command();
std::vector<Command> settle_run_commands();

} // namespace agr::cmd
