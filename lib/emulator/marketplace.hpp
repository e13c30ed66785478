// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/ledger.hpp"
#include "emulator/timers.hpp"
#include "emulator/who.hpp"
#include "emulator/world.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace agr::emulator {

/// One marketplace, as the core sees it. Each function runs inside one transaction. A request is turned down
/// with refuse(), before anything was changed; any other error undoes the step and is a fault.
struct Marketplace {
  std::string_view name;                     ///< also the `marketplace` of its accounts and timers
  std::span<const std::string_view> schemas; ///< CREATE … IF NOT EXISTS, one script per subject
  std::span<const Invariant> invariants;     ///< of its own tables, checked after every step
  std::span<const Invariant> audits;         ///< the same, too dear for every step

  Result<void> (*seed)(Turn&);   ///< makes the default world, once
  Result<void> (*resume)(Turn&); ///< at every start: forgets what died with the connections, sets timers anew

  bool (*owns)(std::string_view path); ///< its own paths, and those under /__emulator/<name>/
  Result<Reply> (*handle)(Turn&, const Request&);
  /// The answer to a request that failed, in this marketplace's envelope; runs after everything was undone.
  Result<Response> (*explain)(Turn&, const Request&, const Error&);
  Result<void> (*on_timer)(Turn&, const Timer&);
  std::span<const std::string_view> questions;   ///< timers, by kind, that end somebody's time to answer
  Result<void> (*on_event)(Turn&, const Event&); ///< ids it does not know are another's

  /// Its member of the ready file: ids and credentials of the default world.
  json::Value (*describe)(const World&);

  /// Whose credential a request carries; changes nothing. May be left out: then nobody is known by name.
  Result<std::optional<Who>> (*who)(Turn&, const Request&) = nullptr;
};

/// All of them. The first that owns a path serves it; the last owns every path.
std::span<const Marketplace* const> marketplaces();

} // namespace agr::emulator
