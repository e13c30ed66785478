// SPDX-License-Identifier: MIT
// The one place that meets CLI11. It is given the options of a single command; finding that command,
// naming mistakes and handing out positional words are decided here, because it does them poorly.
#include "cmd/frame/parse.hpp"

#include "base/text.hpp"
#include "cmd/frame/help.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace agr::cmd {
namespace {

/// Stands for "given without a value"; cannot come from a real command line, which holds no NUL.
const std::string k_no_value(1, '\0');

bool is_option(std::string_view token) {
  return token.size() > 1 && token.starts_with('-');
}

const Option* find_option(const std::vector<Option>& options, std::string_view token) {
  const std::string_view name = token.substr(0, token.find('='));
  for (const Option& option : options)
    for (const std::string& candidate : split(option.names, ','))
      if (candidate == name)
        return &option;
  return nullptr;
}

Error unknown_option(const std::string& token, const Command& command) {
  std::vector<std::string> known;
  for (const auto* options : {&command.options, &global_options()})
    for (const Option& option : *options)
      for (const std::string& name : split(option.names, ','))
        known.push_back(name);
  const std::string name = token.substr(0, token.find('='));
  const auto meant = name.starts_with("--") ? did_you_mean(name, known) : std::nullopt;
  return {Kind::usage, fmt::format("agr {} has no option {}", command.name, printable(name)),
          meant ? fmt::format("did you mean {}?", *meant) : fmt::format("see agr {} --help", command.name)};
}

struct Located {
  const CommandSet* set = nullptr;
  const Command* command = nullptr;
  std::vector<std::string> rest; // everything but the command's own words
  std::string word;              // what stood where the command should, when there is none
};

/// Finds the command among options that may stand before it.
Located locate(const std::vector<std::string>& head) {
  Located found;
  std::vector<std::size_t> word_places;
  for (std::size_t i = 0; i < head.size() && word_places.size() < 3; ++i) {
    if (!is_option(head[i])) {
      word_places.push_back(i);
      continue;
    }
    const Option* option = find_option(global_options(), head[i]);
    const bool takes_next = option != nullptr && !option->value.empty() && !option->optional_value &&
                            head[i].find('=') == std::string::npos;
    // An option of the command itself: what follows it may be its value, so words end here.
    if (option == nullptr && !word_places.empty())
      break;
    if (takes_next)
      ++i;
  }
  found.rest = head;
  if (word_places.empty())
    return found;
  found.word = head[word_places[0]];
  found.set = find_set(found.word);
  if (found.set == nullptr)
    return found;
  const auto take = [&](std::size_t count) {
    for (std::size_t i = count; i-- > 0;)
      found.rest.erase(found.rest.begin() + static_cast<std::ptrdiff_t>(word_places[i]));
  };
  for (std::size_t count = word_places.size(); count > 0; --count) {
    std::string name;
    for (std::size_t i = 0; i < count; ++i)
      name += (i == 0 ? "" : " ") + head[word_places[i]];
    if (const Command* command = find_command(name)) {
      found.command = command;
      take(count);
      return found;
    }
  }
  if (!found.set->default_verb.empty() && word_places.size() == 1) {
    found.command = find_command(fmt::format("{} {}", found.set->word, found.set->default_verb));
    take(1);
    return found;
  }
  found.word = word_places.size() > 1 ? head[word_places[1]] : "";
  return found;
}

Error no_such_command(const Located& found) {
  if (found.set == nullptr) {
    std::vector<std::string> known;
    for (const CommandSet& set : command_sets())
      known.emplace_back(set.word);
    const auto meant = did_you_mean(found.word, known);
    return {Kind::usage, fmt::format("agr has no command \"{}\"", printable(found.word)),
            meant ? fmt::format("did you mean agr {}?", *meant) : "agr help lists them"};
  }
  std::vector<std::string> verbs;
  for (const Command& command : found.set->commands())
    if (!command.hidden)
      verbs.emplace_back(command.name.substr(found.set->word.size() + 1));
  if (found.word.empty())
    return {Kind::usage, fmt::format("agr {} needs to know what to do", found.set->word),
            fmt::format("one of: {}", join(verbs, ", "))};
  const auto meant = did_you_mean(found.word, verbs);
  return {Kind::usage, fmt::format("agr {} cannot \"{}\"", found.set->word, printable(found.word)),
          meant ? fmt::format("did you mean agr {} {}?", found.set->word, *meant)
                : fmt::format("it can: {}", join(verbs, ", "))};
}

struct Bound {
  const Option* option;
  std::vector<std::string> values;
};

void bind(CLI::App& app, const std::vector<Option>& options, std::deque<Bound>& bound) {
  for (const Option& option : options) {
    Bound& target = bound.emplace_back(Bound{&option, {}});
    CLI::Option* cli = option.value.empty()
                           ? app.add_flag_function(std::string(option.names),
                                                   [&target](std::int64_t) { target.values = {k_no_value}; })
                           : app.add_option(std::string(option.names), target.values);
    if (option.value.empty()) {
      cli->disable_flag_override();
    } else {
      cli->type_size(1)->expected(1)->allow_extra_args(false);
      cli->multi_option_policy(option.repeats ? CLI::MultiOptionPolicy::TakeAll
                                              : CLI::MultiOptionPolicy::Throw);
    }
  }
}

Error bad_value(const Option& option, std::string_view value, std::string_view wanted) {
  return {Kind::usage,
          fmt::format("{} \"{}\" is not {}", long_name(option), printable(shorten(value, 60)), wanted)};
}

Result<void> check_value(const Option& option, const std::string& value) {
  if (!option.choices.empty() &&
      std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
    const std::vector<std::string> choices(option.choices.begin(), option.choices.end());
    return fail(bad_value(option, value, "one of " + join(choices, ", ")));
  }
  Invocation probe;
  probe.add("x", value);
  if (option.type == Option::Type::integer && !probe.integer("x"))
    return fail(bad_value(option, value, "a whole number"));
  if (option.type == Option::Type::money && !probe.money("x"))
    return fail(bad_value(option, value, "an amount such as 25.00"));
  if (option.type == Option::Type::seconds && !probe.seconds("x"))
    return fail(bad_value(option, value, "a number of seconds"));
  return {};
}

Result<void> take_options(const std::deque<Bound>& bound, Invocation& invocation) {
  for (const auto& [option, values] : bound)
    for (const std::string& value : values) {
      if (value == k_no_value) {
        invocation.mark(long_name(*option));
        continue;
      }
      AGR_TRY(check_value(*option, value));
      invocation.add(long_name(*option), value);
    }
  return {};
}

Result<void> take_words(const Command& command, const std::vector<std::string>& words,
                        Invocation& invocation) {
  std::size_t next = 0;
  for (const Argument& argument : command.arguments) {
    const bool several = argument.count == Argument::Count::many || argument.count == Argument::Count::any;
    const bool needed = argument.count == Argument::Count::one || argument.count == Argument::Count::many;
    if (next == words.size() && needed)
      return fail({Kind::usage,
                   fmt::format("agr {} needs {}: {}", command.name, argument.name, argument.help),
                   "usage: " + usage_line(command)});
    for (std::size_t taken = 0; next < words.size() && (several || taken < 1); ++taken)
      invocation.add(argument.name, words[next++]);
  }
  if (next < words.size())
    return fail({Kind::usage,
                 fmt::format("agr {} does not expect \"{}\"", command.name, printable(words[next])),
                 "usage: " + usage_line(command)});
  return {};
}

Globals globals_of(const Invocation& given) {
  Globals globals;
  globals.profile = given.text("--profile");
  globals.config = given.text("--config");
  if (given.has("--json"))
    globals.mode = output::Mode::json;
  if (given.has("--jsonl"))
    globals.mode = output::Mode::jsonl;
  if (const auto fields = given.maybe("--json"))
    globals.fields = split(*fields, ',');
  globals.read_only = given.has("--read-only");
  globals.dry_run = given.has("--dry-run");
  globals.yes = given.has("--yes");
  globals.quiet = given.has("--quiet");
  globals.verbose = given.has("--verbose");
  globals.no_color = given.has("--no-color");
  globals.timeout = given.seconds("--timeout");
  globals.max_wait = given.seconds("--max-wait").value_or(globals.max_wait);
  return globals;
}

/// Gives every option that may come without a value an explicit one, so that it never takes the next word.
Result<std::vector<std::string>> prepared(const std::vector<std::string>& tokens, const Command& command) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string& token = tokens[i];
    out.push_back(token);
    if (!is_option(token))
      continue;
    const Option* option = find_option(command.options, token);
    if (option == nullptr)
      option = find_option(global_options(), token);
    if (option == nullptr && (token.starts_with("--") || token.size() == 2))
      return fail(unknown_option(token, command));
    if (option == nullptr || option->value.empty() || token.find('=') != std::string::npos)
      continue;
    if (option->optional_value)
      out.back() += "=" + k_no_value;
    else if (i + 1 < tokens.size())
      out.push_back(tokens[++i]);
  }
  return out;
}

} // namespace

std::string long_name(const Option& option) {
  return split(option.names, ',').back();
}

const CommandSet* find_set(std::string_view word) {
  for (const CommandSet& set : command_sets())
    if (set.word == word)
      return &set;
  return nullptr;
}

const Command* find_command(std::string_view name) {
  const CommandSet* set = find_set(name.substr(0, name.find(' ')));
  if (set != nullptr)
    for (const Command& command : set->commands())
      if (command.name == name)
        return &command;
  return nullptr;
}

Result<Parsed> parse(const std::vector<std::string>& words) {
  const auto dashes = std::find(words.begin(), words.end(), "--");
  const std::vector<std::string> head(words.begin(), dashes);
  const std::vector<std::string> tail(dashes == words.end() ? dashes : dashes + 1, words.end());
  Parsed parsed;

  const auto asks = [&](std::string_view name) {
    return std::find(head.begin(), head.end(), name) != head.end();
  };
  const Located found = locate(head);
  if (found.set == nullptr && asks("--version")) {
    parsed.wish = Parsed::Wish::version;
    return parsed;
  }
  if (asks("--help") || asks("-h") || (found.word.empty() && found.set == nullptr)) {
    parsed.wish = Parsed::Wish::help;
    parsed.topic = found.command != nullptr ? found.command->name
                   : found.set != nullptr   ? found.set->word
                                            : std::string_view(found.word);
    return parsed;
  }
  if (found.command == nullptr)
    return fail(no_such_command(found));

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::deque<Bound> options;
  std::deque<Bound> globals;
  bind(app, found.command->options, options);
  bind(app, global_options(), globals);
  AGR_TRY_ASSIGN(std::vector<std::string> tokens, prepared(found.rest, *found.command));
  std::reverse(tokens.begin(), tokens.end());
  try {
    app.parse(tokens);
  } catch (const CLI::ParseError& error) {
    return fail({Kind::usage, fmt::format("agr {}: {}", found.command->name, error.what()),
                 "usage: " + usage_line(*found.command)});
  }
  std::vector<std::string> positional = app.remaining();
  for (const std::string& word : positional)
    if (is_option(word))
      return fail(unknown_option(word, *found.command));
  positional.insert(positional.end(), tail.begin(), tail.end());

  Invocation global_values;
  AGR_TRY(take_options(globals, global_values));
  AGR_TRY(take_options(options, parsed.invocation));
  AGR_TRY(take_words(*found.command, positional, parsed.invocation));
  parsed.globals = globals_of(global_values);
  parsed.command = found.command;
  return parsed;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> k_options{
      {"--profile", "NAME", "Use this profile of the configuration, keys of the environment notwithstanding"},
      {"--config", "FILE", "Use this configuration file"},
      {"--json", "FIELDS", "Print JSON, whole or only these members (a,b.c)", Option::Type::text, false,
       true},
      {"--jsonl", "", "Print one JSON object per line"},
      {"--read-only", "", "Refuse every change before any request (also AGR_READ_ONLY=1)"},
      {"--dry-run", "", "Show what would be sent and send nothing"},
      {"-y,--yes", "", "Do not ask for confirmation"},
      {"-q,--quiet", "", "No talk on standard error, errors excepted"},
      {"-v,--verbose", "", "Show requests and answers on standard error, keys masked"},
      {"--no-color", "", "No colours (also NO_COLOR)"},
      {"--timeout", "SECONDS", "Give up on a request after this long", Option::Type::seconds},
      {"--max-wait", "SECONDS", "Wait at most this long when the service says to slow down",
       Option::Type::seconds},
  };
  return k_options;
}

// Invocation

bool Invocation::has(std::string_view name) const {
  return m_values.find(name) != m_values.end();
}

const std::vector<std::string>& Invocation::all(std::string_view name) const {
  static const std::vector<std::string> k_none;
  const auto at = m_values.find(name);
  return at == m_values.end() ? k_none : at->second;
}

std::optional<std::string> Invocation::maybe(std::string_view name) const {
  const auto& values = all(name);
  return values.empty() ? std::nullopt : std::optional(values.back());
}

std::string Invocation::text(std::string_view name) const {
  return maybe(name).value_or("");
}

std::optional<long long> Invocation::integer(std::string_view name) const {
  const auto value = maybe(name);
  return value ? json::Value(*value).as_integer() : std::nullopt;
}

std::optional<Decimal> Invocation::money(std::string_view name) const {
  const auto value = maybe(name);
  const auto parsed = value ? Decimal::parse(*value) : fail({});
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<Millis> Invocation::seconds(std::string_view name) const {
  const auto value = money(name);
  if (!value)
    return std::nullopt;
  const auto units = value->in_units(3);
  const auto count = units ? json::Value(*units).as_integer() : std::nullopt;
  return count ? std::optional(Millis{*count}) : std::nullopt;
}

void Invocation::add(std::string_view name, std::string value) {
  m_values[std::string(name)].push_back(std::move(value));
}

void Invocation::mark(std::string_view name) {
  m_values[std::string(name)];
}

} // namespace agr::cmd
