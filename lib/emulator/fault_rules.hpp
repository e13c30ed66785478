// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/faults.hpp"
#include "emulator/marketplace.hpp"
#include "emulator/world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agr::emulator {

/// Which requests, or events of the streams they opened, go wrong, how, and how often (`agr help
/// emulator-faults`). Rules are part of the world: kept, put into snapshots, and the same seed and the
/// same requests meet the same faults.
extern const std::string_view k_fault_schema;

/// What a rule is compared with: a request, or an event and the request that opened its stream.
struct Subject {
  std::string method;
  std::string path;
  std::optional<Who> who = {};
  std::string_view text = {}; ///< the body, or the event
};

enum class Scope { requests, events };

/// Adds the rule a JSON object describes; gives it as list_rules shows it. Refuses with 400.
Result<json::Value> add_rule(Turn& turn, const json::Value& rule);
Result<json::Value> list_rules(World& world);
/// Takes one rule away, or all. Refuses with 404.
Result<void> clear_rules(Turn& turn, std::optional<std::int64_t> id);

/// The fault that meets this subject now. Every rule that fits counts it; the first one that is due acts.
Result<std::optional<Fault>> take_fault(Turn& turn, const Subject& subject, Scope scope);

} // namespace agr::emulator
