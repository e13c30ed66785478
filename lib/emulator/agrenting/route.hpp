// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/hirings.hpp"
#include "emulator/router.hpp"
#include "emulator/world.hpp"

#include <span>
#include <string_view>

namespace agr::emulator::agrenting {

/// One request on its way to a handler: routed, its caller known and admitted.
struct Call {
  const Request& request;
  Params path;
  Params query;
  Principal caller;
};

enum class Admits {
  anyone, ///< also without a credential; one that is there must be good
  user,
  agent,
  either,
};

/// Which share of the caller's requests a route takes from (docs/wire/agrenting.md, "Rate limits").
enum class Rate { general, money, withdrawal, login };

struct Route {
  std::string_view id; ///< the row of docs/wire/agrenting.md, "Routes"
  std::string_view method;
  std::string_view pattern;
  Admits admits;
  std::string_view scope; ///< a user token must have it; empty for none
  Result<Reply> (*handler)(Turn&, const Call&);
  Rate rate = Rate::general;
};

/// The whole API: its table of contents.
std::span<const Route> routes();

/// The hiring in the path, when the caller has part in it: 404 for a stranger's token, 403 for another agent.
Result<Hiring> hiring_in(Turn& turn, const Call& call);

} // namespace agr::emulator::agrenting
