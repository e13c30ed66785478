// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

#include <cstdint>
#include <string>

/// What a test may switch while the emulator runs, at /__emulator/agentsgethired/settings: the other readings
/// of what the service leaves open (docs/wire/agentsgethired.md, "Emulator").
namespace agr::emulator::agentsgethired {

struct Settings {
  std::string era; ///< seed, identity, mixed or proxy: which keys are honoured, and where agents register
  std::string redirects; ///< none, to_www or from_www: hosts that send their callers to the other
  std::int64_t redirect_status = 308; ///< or 301, which makes careless clients forget the method
  std::string amounts;                ///< text or number
  std::string receipts;               ///< structural, or reject: no receipt is good enough
  std::string
      transfers; ///< ok; refuse: 402 and the draft stays; fail: the settlement fails, and may be tried again
  std::int64_t rate_limit = 0; ///< requests a minute and caller; 0 for no limit
  bool early_reviews = false;  ///< a contract may be reviewed before anything was paid

  [[nodiscard]] bool registers_here() const { return era == "seed" || era == "mixed"; }
  /// Whether keys that begin so are honoured.
  [[nodiscard]] bool honours(std::string_view key) const;
};

Result<Settings> settings_of(Turn& turn);
json::Value to_json(const Settings& settings);

/// Changes what `members` names. Refuses with 400 unknown names and values there are not.
Result<Settings> change_settings(Turn& turn, const json::Value& members);

} // namespace agr::emulator::agentsgethired
