// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"
#include "output/view.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::cmd {

class Context;

/// What running a command does to the world; --read-only and --dry-run go by it.
enum class Effect {
  local,  ///< touches this machine only
  read,   ///< asks a marketplace
  change, ///< changes something at a marketplace
  money,  ///< moves or promises money
};

enum class Group { account, agentsgethired, agrenting, provide, local };

/// A word on the command line.
struct Argument {
  enum class Count { one, maybe, many, any };
  std::string_view name; ///< "DID"
  std::string_view help;
  Count count = Count::one;
};

struct Option {
  enum class Type { text, integer, money, seconds };
  std::string_view names; ///< "--price" or "-o,--output"
  std::string_view value; ///< "USD"; empty for a switch
  std::string_view help;
  Type type = Type::text;
  bool repeats = false;        ///< may be given several times
  bool optional_value = false; ///< --wait or --wait=30
  std::vector<std::string_view> choices = {};
};

struct Example {
  std::string_view what;
  std::string_view line;
};

/// The words and options of one run, already checked against the description.
class Invocation {
public:
  [[nodiscard]] bool has(std::string_view name) const; ///< given at all ("--wait", "DID")
  /// The value; empty when not given, or given without one.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> maybe(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& all(std::string_view name) const;
  [[nodiscard]] std::optional<long long> integer(std::string_view name) const;
  [[nodiscard]] std::optional<Decimal> money(std::string_view name) const;
  [[nodiscard]] std::optional<Millis> seconds(std::string_view name) const; ///< "1.5" is 1500 ms

  void add(std::string_view name, std::string value);
  void mark(std::string_view name);

private:
  std::map<std::string, std::vector<std::string>, std::less<>> m_values;
};

/// What a command answers: the whole value for --json, and how a person sees it.
struct Reply {
  json::Value value = {};
  output::View view = {};
  int exit = 0; ///< for answers that are not errors and yet not success: a failed hiring, a wait that ran out
};

/// One command: its description is the only source of parser, help, manual and completion.
struct Command {
  std::string_view name; ///< "roles list"
  Effect effect = Effect::read;
  std::string_view summary; ///< one line, no full stop
  std::string_view about = {};
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  Result<Reply> (*run)(const Invocation&, Context&) = nullptr;
  bool hidden = false;
};

/// The commands behind one first word, built only when that word is used.
struct CommandSet {
  std::string_view word; ///< "roles"
  Group group = Group::account;
  std::string_view summary;
  const std::vector<Command>& (*commands)() = nullptr;
  std::string_view default_verb = {}; ///< "show" for `agr me`
};

/// The program's table of contents, sorted by word (commands.cpp).
const std::vector<CommandSet>& command_sets();

} // namespace agr::cmd
