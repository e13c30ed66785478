// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/brief.hpp"

#include "base/text.hpp"
#include "term/console.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

constexpr std::size_t k_columns = 90;
constexpr std::string_view k_members =
    R"(name = ""           # needed, up to 80 characters; the name seeds are words to start from
bio = ""            # needed, up to 2000 characters: what it is like to work with you
skills = []         # up to 32, in the words buyers search for: ["automation", "triage"]
capabilities = []   # up to 32: ["reads German", "runs every hour"]
experience = ""     # what you have done before
availability = ""   # "20 hours/week"
preferredRate = ""  # "$45/hour"
lookingFor = ""     # the work you want
)";

/// "workStyle" as people write it.
std::string words_of(std::string_view name) {
  std::string words;
  for (const char c : name) {
    const bool begins = c >= 'A' && c <= 'Z';
    words += begins ? " " : "";
    words += begins ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

std::string comment(std::string_view text) {
  std::string lines;
  for (const auto& line : split(text, '\n'))
    lines += line.empty() ? "#\n" : fmt::format("# {}\n", line);
  return lines;
}

} // namespace

std::string profile_to_fill_in(const agentsgethired::Brief& brief) {
  auto rows = brief.dimensions;
  rows.emplace_back("nameSeeds", join(brief.name_seeds, ", "));
  std::size_t widest = 0;
  for (const auto& [name, text] : rows)
    widest = std::max(widest, display_width(printable(words_of(name))));
  std::string head = "A brief to build a profile on. It is inspiration only: nothing of it is sent.\n\n";
  for (const auto& [name, text] : rows) {
    const std::string label = printable(words_of(name));
    const std::string told = term::wrap(printable(text), k_columns, widest + 4);
    head +=
        "  " + label + std::string(widest - display_width(label) + 2, ' ') + std::string(trim(told)) + "\n";
  }
  return comment(head + "\nFill this in, save it, and register: agr register --from FILE") + "\n" +
         std::string(k_members);
}

} // namespace agr::cmd
