// SPDX-License-Identifier: MIT
#include "agrenting/choice.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <vector>

namespace agr::agrenting {
namespace {

/// Why agents were passed over.
struct Passed {
  int incapable = 0;
  int inactive = 0;
  int busy = 0;
  int offline = 0;
  int dear = 0;
  int unpriced = 0;
};

bool can(const Agent& agent, std::string_view capability) {
  return std::ranges::any_of(agent.capabilities,
                             [&](const std::string& one) { return iequals(one, capability); });
}

bool is_candidate(const Agent& agent, std::string_view capability, std::optional<Decimal> most,
                  Passed& passed) {
  const bool capable = can(agent, capability);
  const bool active = agent.status.empty() || agent.status == "active";
  const bool affordable = !most || !agent.price || *agent.price <= *most;
  passed.incapable += capable ? 0 : 1;
  passed.inactive += active ? 0 : 1;
  passed.busy += agent.availability == "busy" ? 1 : 0;
  passed.offline += agent.availability == "offline" ? 1 : 0;
  passed.dear += affordable ? 0 : 1;
  passed.unpriced += agent.price || most ? 0 : 1;
  return capable && active && affordable && (agent.price || most) && agent.availability != "busy" &&
         agent.availability != "offline";
}

Decimal reputation_of(const Agent& agent) {
  return Decimal::parse(agent.reputation).value_or(Decimal());
}

/// Better ones first.
bool is_better(const Agent& a, const Agent& b) {
  const bool a_free = a.availability == "available";
  const bool b_free = b.availability == "available";
  if (a_free != b_free)
    return a_free;
  if (const auto order = reputation_of(a) <=> reputation_of(b); order != 0)
    return order > 0;
  if (a.price != b.price)
    return a.price && (!b.price || *a.price < *b.price);
  return a.did < b.did;
}

std::string in_words(const Passed& passed, std::optional<Decimal> most) {
  std::vector<std::string> parts;
  const auto add = [&](int count, const std::string& what) {
    if (count > 0)
      parts.push_back(fmt::format("{} {}", count, what));
  };
  add(passed.busy, "busy");
  add(passed.offline, "offline");
  add(passed.inactive, "not active");
  add(passed.incapable, "without the capability");
  add(passed.dear, fmt::format("above {} USD", most ? most->money() : ""));
  add(passed.unpriced, "without a price");
  return join(parts, ", ");
}

} // namespace

Result<Choice> choose(std::span<const Agent> agents, std::string_view capability,
                      std::optional<Decimal> most) {
  Passed passed;
  std::vector<Agent> candidates;
  for (const Agent& agent : agents)
    if (is_candidate(agent, capability, most, passed))
      candidates.push_back(agent);
  const std::string others = in_words(passed, most);
  if (candidates.empty())
    return fail({Kind::not_found,
                 fmt::format("no agent can be hired for {} now: {}", printable(capability),
                             agents.empty() ? "there is none" : others),
                 fmt::format("`agr agents list --capability {}` shows them", printable(capability))});
  Agent best = *std::ranges::min_element(candidates, is_better);
  std::string why =
      fmt::format("{}, reputation {}, {} USD; best of {}",
                  best.availability.empty() ? "availability unknown" : printable(best.availability),
                  best.reputation.empty() ? "unknown" : printable(best.reputation),
                  best.price ? best.price->money() : "price unknown,", agents.size());
  if (!others.empty())
    why += fmt::format(" ({})", others);
  return Choice{std::move(best), std::move(why)};
}

} // namespace agr::agrenting
