// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <string_view>

/// What a test may switch while the emulator runs, at /__emulator/agrenting/settings. The service's documents
/// contradict each other; the default is what serves every documented client, the switches are the other
/// readings (docs/wire/agrenting.md, "Settings").
namespace agr::emulator::agrenting {

extern const std::string_view k_setting_schema;

struct Settings {
  ProbePolicy probe = ProbePolicy::strict; ///< unless set: what the world was started with
  std::int64_t capacity = 1;               ///< hirings an agent may have open at once
  bool rate_limits = true;                 ///< the same
  bool agent_limits = false;               ///< agents have a share of requests too
  bool newer_tools = false;                ///< the tools of later versions of the service
  bool relative_endpoint = false;          ///< the endpoint event has a path, not an address
  bool errors_as_object = false;           ///< 401 with {"errors": {"message"}}
  bool conflict_on_key = false;            ///< a reused key is 409 IDEMPOTENCY_CONFLICT
  bool queued_in_pending = false;          ///< an agent reads of work before the probe is over
  bool always_in_progress = false;         ///< hire_agent says so before the probe is over
  bool head_405_is_alive = false;          ///< 405 and 501 to HEAD count as an answer
  bool payments_fail = false;              ///< 402 for every request that moves money in or out
  bool public_callbacks = false;           ///< callback addresses must be https and not of this machine
};

Result<Settings> settings_of(Turn& turn);
json::Value to_json(const Settings& settings);

/// Changes what `members` names. Refuses (422) unknown names and values of another type, and (409) less room
/// than some agent needs now.
Result<Settings> change_settings(Turn& turn, const json::Value& members);

} // namespace agr::emulator::agrenting
