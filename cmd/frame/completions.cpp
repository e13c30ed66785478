// SPDX-License-Identifier: MIT
#include "cmd/frame/completions.hpp"

#include "base/text.hpp"
#include "cmd/frame/parse.hpp"

#include <fmt/format.h>

#include <span>

namespace agr::cmd {
namespace {

void offer(std::string& out, std::string_view candidate, std::string_view help, std::string_view prefix) {
  if (candidate.starts_with(prefix))
    out += fmt::format("{}\t{}\n", candidate, help);
}

void offer_options(std::string& out, const std::vector<Option>& options, std::string_view prefix) {
  for (const Option& option : options)
    offer(out, long_name(option), option.help, prefix);
}

/// The words that can follow: each verb once, "fault" for "emulator fault add" and its like.
void offer_verbs(std::string& out, const std::vector<std::string>& before, std::string_view prefix) {
  const CommandSet* set = find_set(before[0]);
  const std::string begun = join(before, " ") + " ";
  std::string_view last;
  for (const Command& command : set != nullptr ? set->commands() : std::vector<Command>()) {
    if (command.hidden || !command.name.starts_with(begun))
      continue;
    const std::string_view rest = command.name.substr(begun.size());
    const std::string_view verb = rest.substr(0, rest.find(' '));
    if (verb != last)
      offer(out, verb, command.summary, prefix);
    last = verb;
  }
}

/// How far a line has been typed.
struct Located {
  const Command* command = nullptr;
  std::size_t words = 0;           ///< arguments given so far
  const Option* pending = nullptr; ///< the option whose value comes next
};

const Option* option_named(const Command& command, std::string_view name) {
  for (const auto* options : {&command.options, &global_options()})
    for (const Option& option : *options)
      for (const std::string& one : split(option.names, ','))
        if (one == name)
          return &option;
  return nullptr;
}

Located locate(const std::vector<std::string>& before) {
  Located found;
  std::size_t next = before.size();
  for (; next > 0 && found.command == nullptr; --next)
    found.command = find_command(join(std::span(before).first(next), " "));
  if (found.command == nullptr)
    return found;
  for (std::size_t i = next + 1; i < before.size(); ++i) {
    if (found.pending != nullptr) {
      found.pending = nullptr;
      continue;
    }
    const Option* option = before[i].starts_with('-') ? option_named(*found.command, before[i]) : nullptr;
    if (option != nullptr && !option->value.empty() && !option->optional_value)
      found.pending = option;
    else if (!before[i].starts_with('-'))
      ++found.words;
  }
  return found;
}

const Argument* argument_at(const Command& command, std::size_t index) {
  return index < command.arguments.size() ? &command.arguments[index] : nullptr;
}

} // namespace

std::string completions(const std::vector<std::string>& words, const IdsOf& ids_of) {
  std::string out;
  const std::string prefix = words.empty() ? "" : words.back();
  const std::vector<std::string> before(words.begin(), words.empty() ? words.end() : words.end() - 1);
  if (before.empty()) {
    for (const CommandSet& set : command_sets())
      if (!set.summary.empty())
        offer(out, set.word, set.summary, prefix);
    return out;
  }
  const Located found = locate(before);
  if (found.command == nullptr) {
    offer_verbs(out, before, prefix);
    return out;
  }
  const Option* pending = found.pending;
  if (pending != nullptr)
    for (const std::string_view choice : pending->choices)
      offer(out, choice, pending->help, prefix);
  else if (prefix.starts_with('-'))
    for (const auto* options : {&found.command->options, &global_options()})
      offer_options(out, *options, prefix);
  else if (const Argument* argument = argument_at(*found.command, found.words); argument != nullptr && ids_of)
    for (const auto& [id, what] : ids_of(argument->name))
      offer(out, id, what, prefix);
  return out;
}

} // namespace agr::cmd
