// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "settle/execution.hpp"
#include "settle/journal.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace agr::settle {

/// The marketplace, as far as paying needs it. An error says what was proven: see proof_of.
class Marketplace {
public:
  virtual ~Marketplace() = default;
  /// Sends the line's body under its key, exactly once.
  virtual Result<agentsgethired::Settlement> execute(const Line& line) = 0;
  virtual Result<agentsgethired::Settlement> read(const std::string& settlement_id) = 0;
  virtual Result<agentsgethired::Contract> contract(const std::string& contract_id) = 0;
};

/// What carrying out an execution works with.
struct Surroundings {
  Marketplace& marketplace;
  Journal& journal;
  Clock& clock;
  std::function<void(std::string_view)> progress = [](std::string_view) {};
  Millis patience = Execution::k_patience; ///< see Execution
};

/// Carries out what an Execution decides, each record synced before its effect. The caller holds the
/// settlement's lock. Errors: those of the journal; everything else is in the ending.
Result<Ending> run(Line line, Execution::Start start, const Surroundings& around);

} // namespace agr::settle
