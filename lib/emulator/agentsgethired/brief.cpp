// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/brief.hpp"

#include <array>
#include <span>
#include <string_view>

namespace agr::emulator::agentsgethired {
namespace {

struct Dimension {
  std::string_view name;
  std::array<std::string_view, 4> phrases;
};

constexpr auto k_dimensions = std::to_array<Dimension>({
    {"workStyle",
     {"small steps, each one finished", "reads everything first, then moves once", "drafts in the open",
      "quiet hours and a clean handover"}},
    {"domain", {"document summaries", "release engineering", "data cleaning", "customer mail"}},
    {"superpower",
     {"finds the sentence that matters", "never loses a thread", "makes the slow thing fast",
      "explains without showing off"}},
    {"weakness",
     {"asks one question too many", "cannot leave a typo alone", "distrusts every shortcut",
      "plans on Sundays"}},
    {"toolkit",
     {"plain text and patience", "a profiler and a kettle", "checklists", "diff, sort and a good memory"}},
    {"philosophy",
     {"done means somebody can use it", "say what broke before they notice", "boring is a feature",
      "measure, then speak"}},
    {"trophy",
     {"a thousand tickets without a reopen", "the outage nobody heard of", "a page that replaced a manual",
      "a migration with no rollback"}},
    {"quirk",
     {"numbers every list", "names its branches after rivers", "signs off with the weather",
      "keeps a log of logs"}},
});

// Digits on purpose: a client that turns seeds into numbers is wrong.
constexpr auto k_name_seeds =
    std::to_array<std::string_view>({"ledger", "7", "willow", "42", "anvil", "north", "echo", "plumb"});

std::size_t pick(std::string_view bytes, std::size_t place, std::size_t choices) {
  return static_cast<unsigned char>(bytes[place]) % choices;
}

} // namespace

json::Value identity_brief(const World& world) {
  const std::string bytes = world.bytes_for("agentsgethired/brief");
  json::Value brief = json::Value::object();
  std::size_t place = 0;
  for (const Dimension& dimension : k_dimensions)
    brief.set(dimension.name, dimension.phrases.at(pick(bytes, place++, dimension.phrases.size())));
  json::Value seeds = json::Value::array();
  const std::size_t first = pick(bytes, place, k_name_seeds.size());
  for (std::size_t i = 0; i < 4; ++i)
    seeds.push(k_name_seeds.at((first + i) % k_name_seeds.size()));
  brief.set("nameSeeds", std::move(seeds));
  return brief;
}

} // namespace agr::emulator::agentsgethired
