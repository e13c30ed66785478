// SPDX-License-Identifier: MIT
#include "cmd/frame/help.hpp"

#include "base/text.hpp"
#include "cmd/frame/embedded.hpp"
#include "cmd/frame/parse.hpp"
#include "term/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::cmd {
namespace {

using term::Paint;

struct GroupTitle {
  Group group;
  std::string_view title;
};

constexpr std::array k_groups{
    GroupTitle{Group::account, "ACCOUNT"},
    GroupTitle{Group::agentsgethired, "AGENTSGETHIRED"},
    GroupTitle{Group::agrenting, "HIRE ON AGRENTING"},
    GroupTitle{Group::provide, "PROVIDE"},
    GroupTitle{Group::local, "LOCAL MARKETPLACES"},
};

std::string option_label(const Option& option) {
  std::string names(option.names);
  if (const std::size_t comma = names.find(','); comma != std::string::npos)
    names.replace(comma, 1, ", ");
  else
    names.insert(0, "    ");
  if (option.value.empty())
    return names;
  return names +
         (option.optional_value ? fmt::format("[={}]", option.value) : fmt::format(" {}", option.value));
}

std::string argument_label(const Argument& argument) {
  switch (argument.count) {
  case Argument::Count::one:
    return std::string(argument.name);
  case Argument::Count::maybe:
    return fmt::format("[{}]", argument.name);
  case Argument::Count::many:
    return fmt::format("{}...", argument.name);
  case Argument::Count::any:
    return fmt::format("[{}...]", argument.name);
  }
  return {};
}

std::string option_help(const Option& option) {
  std::string help(option.help);
  if (!option.choices.empty())
    help += fmt::format(" ({})",
                        join(std::vector<std::string>(option.choices.begin(), option.choices.end()), ", "));
  if (option.repeats)
    help += "; may be repeated";
  return help;
}

/// Lines of "label  text" with the texts aligned and wrapped.
class Rows {
public:
  void add(std::string label, std::string text) { m_rows.emplace_back(std::move(label), std::move(text)); }
  [[nodiscard]] std::string text(int width) const {
    std::size_t widest = 0;
    for (const auto& [label, help] : m_rows)
      widest = std::max(widest, std::min<std::size_t>(display_width(label), 28));
    std::string out;
    for (const auto& [label, help] : m_rows) {
      const std::size_t indent = widest + 4;
      std::string line = "  " + label;
      if (display_width(line) + 2 > indent)
        line += "\n" + std::string(indent, ' ');
      else
        line.append(indent - display_width(line), ' ');
      const std::string wrapped = term::wrap(help, static_cast<std::size_t>(std::max(width, 60)), indent);
      out += line + std::string(trim(wrapped)) + "\n";
    }
    return out;
  }
  [[nodiscard]] bool empty() const { return m_rows.empty(); }

private:
  std::vector<std::pair<std::string, std::string>> m_rows;
};

Rows option_rows(const std::vector<Option>& options) {
  Rows rows;
  for (const Option& option : options)
    rows.add(option_label(option), option_help(option));
  return rows;
}

std::string section(std::string_view title, const std::string& body, bool colour) {
  return body.empty() ? "" : "\n" + term::paint(title, Paint::bold, colour) + "\n" + body;
}

std::string command_help(const Command& command, int width, bool colour) {
  const auto columns = static_cast<std::size_t>(std::max(width, 60));
  std::string out = std::string(command.summary) + ".\n";
  if (!command.about.empty())
    out += "\n" + term::wrap(command.about, columns, 0) + "\n";
  out += section("USAGE", "  " + usage_line(command) + "\n", colour);
  Rows arguments;
  for (const Argument& argument : command.arguments)
    arguments.add(std::string(argument.name), std::string(argument.help));
  out += section("ARGUMENTS", arguments.text(width), colour);
  out += section("OPTIONS", option_rows(command.options).text(width), colour);
  std::string examples;
  for (const Example& example : command.examples)
    examples += term::paint(fmt::format("  # {}", example.what), Paint::dim, colour) + "\n  " +
                std::string(example.line) + "\n";
  out += section("EXAMPLES", examples, colour);
  return out + "\nEvery command also takes the options of: agr help options\n";
}

std::string set_help(const CommandSet& set, int width, bool colour) {
  Rows rows;
  for (const Command& command : set.commands())
    if (!command.hidden)
      rows.add(std::string(command.name), std::string(command.summary));
  return fmt::format("{}.\n", set.summary) + section("COMMANDS", rows.text(width), colour) +
         fmt::format("\nMore about one: agr help {} VERB\n", set.word);
}

std::string program_help(int width, bool colour) {
  std::string out = "agr: work and hire on AgentsGetHired and Agrenting from the command line.\n"
                    "\nUSAGE\n  agr COMMAND [WORDS] [OPTIONS]\n";
  for (const auto& [group, title] : k_groups) {
    Rows rows;
    for (const CommandSet& set : command_sets())
      if (set.group == group && !set.summary.empty())
        rows.add(std::string(set.word), std::string(set.summary));
    if (!rows.empty())
      out += section(title, rows.text(width), colour);
  }
  Rows more;
  more.add("agr help COMMAND", "What a command does, with examples");
  more.add("agr help options", "Options every command takes");
  for (const Embedded& topic : topics())
    more.add(fmt::format("agr help {}", topic.name), std::string(split(topic.text, '\n')[0].substr(2)));
  out += section("HELP", more.text(width), colour);
  return out + "\nTry everything without money: agr emulator exec -- sh\n";
}

const Embedded* find_topic(std::string_view name) {
  for (const Embedded& topic : topics())
    if (topic.name == name)
      return &topic;
  return nullptr;
}

Error no_such_topic(std::string_view topic) {
  return {Kind::not_found, fmt::format("there is no help on \"{}\"", printable(topic)),
          "agr help lists the commands and topics"};
}

// Manual pages

std::string escaped(std::string_view line) {
  std::string out;
  for (const char c : line)
    out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  return out;
}

/// Whole lines, none of which troff may take for a request.
std::string troff(std::string_view text) {
  std::string out;
  for (const std::string& line : split(text, '\n'))
    out += (line.starts_with('.') || line.starts_with('\'') ? "\\&" : "") + escaped(line) + "\n";
  return out;
}

std::string manual_head(std::string_view name, int section, std::string_view summary) {
  return fmt::format(".TH AGR\\-{0} {1}\n.SH NAME\nagr\\-{0} \\- {2}\n", escaped(name), section,
                     escaped(summary));
}

std::string command_manual(const Command& command) {
  std::string title(command.name);
  std::replace(title.begin(), title.end(), ' ', '-');
  std::string out =
      manual_head(title, 1, lower(command.summary.substr(0, 1)) + std::string(command.summary.substr(1)));
  out += ".SH SYNOPSIS\n.B " + troff(usage_line(command));
  if (!command.about.empty())
    out += ".SH DESCRIPTION\n" + troff(command.about);
  if (!command.arguments.empty() || !command.options.empty())
    out += ".SH OPTIONS\n";
  for (const Argument& argument : command.arguments)
    out += ".TP\n.I " + troff(argument.name) + troff(argument.help);
  for (const Option& option : command.options)
    out += ".TP\n.B " + troff(trim(option_label(option))) + troff(option_help(option));
  if (!command.examples.empty())
    out += ".SH EXAMPLES\n";
  for (const Example& example : command.examples)
    out += ".TP\n" + troff(example.what) + ".B " + troff(example.line);
  return out + ".SH SEE ALSO\n.BR agr (1)\n";
}

bool is_preformatted(std::string_view line) {
  return line.starts_with("    ") || line.starts_with("|");
}

/// The topics' own Markdown: a title, headings, paragraphs, tables and indented code.
std::string topic_manual(const Embedded& topic) {
  std::vector<std::string> lines = split(topic.text, '\n');
  std::string out = manual_head(topic.name, 7, lines.front().substr(2)) + ".SH DESCRIPTION\n";
  bool preformatted = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.starts_with("|--"))
      continue;
    if (is_preformatted(line) != preformatted) {
      preformatted = !preformatted;
      out += preformatted ? ".PP\n.nf\n" : ".fi\n";
    }
    if (line.starts_with("## "))
      out += ".SH " + troff(line.substr(3));
    else
      out += line.empty() ? ".PP\n" : troff(line);
  }
  return out;
}

std::string program_manual() {
  std::string out = ".TH AGR 1\n.SH NAME\nagr \\- work and hire on AgentsGetHired and Agrenting\n"
                    ".SH SYNOPSIS\n.B agr COMMAND\n[WORDS] [OPTIONS]\n.SH COMMANDS\n";
  for (const CommandSet& set : command_sets())
    if (!set.summary.empty())
      out += ".TP\n.B " + troff(set.word) + troff(set.summary);
  out += ".SH OPTIONS\n";
  for (const Option& option : global_options())
    out += ".TP\n.B " + troff(trim(option_label(option))) + troff(option_help(option));
  return out;
}

} // namespace

std::string usage_line(const Command& command) {
  std::string out = fmt::format("agr {}", command.name);
  for (const Argument& argument : command.arguments)
    out += " " + argument_label(argument);
  return command.options.empty() ? out : out + " [OPTIONS]";
}

Result<std::string> help_text(std::string_view topic, int width, bool colour) {
  if (topic.empty())
    return program_help(width, colour);
  if (const Command* command = find_command(topic))
    return command_help(*command, width, colour);
  if (const CommandSet* set = find_set(topic))
    return set_help(*set, width, colour);
  if (topic == "options")
    return "Options every command takes.\n" +
           section("OPTIONS", option_rows(global_options()).text(width), colour);
  if (const Embedded* text = find_topic(topic))
    return std::string(text->text);
  return fail(no_such_topic(topic));
}

Result<std::string> manual_page(std::string_view topic) {
  if (topic.empty())
    return program_manual();
  if (const Command* command = find_command(topic))
    return command_manual(*command);
  if (const Embedded* text = find_topic(topic))
    return topic_manual(*text);
  return fail(no_such_topic(topic));
}

json::Value described() {
  json::Value out = json::Value::array();
  for (const CommandSet& set : command_sets())
    for (const Command& command : set.commands()) {
      json::Value options = json::Value::array();
      for (const Option& option : command.options)
        options.push(
            json::Value::object({{"names", option.names}, {"value", option.value}, {"help", option.help}}));
      json::Value arguments = json::Value::array();
      for (const Argument& argument : command.arguments)
        arguments.push(json::Value::object({{"name", argument.name}, {"help", argument.help}}));
      constexpr std::array<std::string_view, 4> k_effects{"local", "read", "change", "money"};
      out.push(json::Value::object({{"name", command.name},
                                    {"summary", command.summary},
                                    {"effect", k_effects[static_cast<std::size_t>(command.effect)]},
                                    {"hidden", command.hidden},
                                    {"arguments", arguments},
                                    {"options", options},
                                    {"examples", static_cast<long long>(command.examples.size())}}));
    }
  return out;
}

} // namespace agr::cmd
