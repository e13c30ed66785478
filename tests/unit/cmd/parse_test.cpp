// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/frame/parse.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace agr;
using cmd::Parsed;

namespace {

Result<Parsed> parsed(const std::string& line) {
  return cmd::parse(line.empty() ? std::vector<std::string>{} : split(line, ' '));
}

} // namespace

TEST_CASE("a command is found among global options in any place") {
  for (const std::string line :
       {"login agrenting --profile x --json", "--json --profile x login agrenting",
        "--profile=x login --json agrenting", "login --with-token agrenting --profile x --json"}) {
    CAPTURE(line);
    const auto found = parsed(line);
    REQUIRE(found);
    CHECK(found->command->name == "login");
    CHECK(found->invocation.text("SERVICE") == "agrenting");
    CHECK(found->globals.profile == "x");
    CHECK(found->globals.mode == output::Mode::json);
  }
}

TEST_CASE("an optional value never takes the next word") {
  const auto found = parsed("auth status --json --read-only");
  REQUIRE(found);
  CHECK(found->globals.fields.empty());
  CHECK(parsed("auth status --json=a,b.c")->globals.fields == std::vector<std::string>{"a", "b.c"});
  CHECK(parsed("--json auth status")->command->name == "auth status");
}

TEST_CASE("mistakes are named with a way out") {
  struct Case {
    std::string line;
    std::string message;
    std::string hint;
  };
  for (const Case& c :
       {Case{"logn agrenting", "agr has no command \"logn\"", "did you mean agr login?"},
        Case{"auth stats", "agr auth cannot \"stats\"", "did you mean agr auth status?"},
        Case{"login", "agr login needs SERVICE: agrenting or agentsgethired",
             "usage: agr login SERVICE [OPTIONS]"},
        Case{"login agrenting more", "agr login does not expect \"more\"",
             "usage: agr login SERVICE [OPTIONS]"},
        Case{"login agrenting --with-tokn", "agr login has no option --with-tokn",
             "did you mean --with-token?"},
        Case{"login agrenting -x", "agr login has no option -x", "see agr login --help"},
        Case{"auth status --timeout soon", "--timeout \"soon\" is not a number of seconds", ""}}) {
    CAPTURE(c.line);
    const auto found = parsed(c.line);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == Kind::usage);
    CHECK(found.error().message == c.message);
    CHECK(found.error().hint == c.hint);
  }
}

TEST_CASE("help is asked for in several ways") {
  CHECK(parsed("")->wish == Parsed::Wish::help);
  CHECK(parsed("--help")->topic.empty());
  CHECK(parsed("auth --help")->topic == "auth status");
  CHECK(parsed("auth status -h")->topic == "auth status");
  CHECK(parsed("help auth status")->command->name == "help");
  CHECK(parsed("--version")->wish == Parsed::Wish::version);
}

TEST_CASE("words after -- are never options") {
  const auto found = parsed("help -- --json");
  REQUIRE(found);
  CHECK(found->invocation.all("TOPIC") == std::vector<std::string>{"--json"});
  CHECK(found->globals.mode == output::Mode::table);
}

TEST_CASE("the table of contents is sorted and every description is complete") {
  std::string before;
  std::set<std::string> names;
  for (const cmd::CommandSet& set : cmd::command_sets()) {
    CHECK(before < set.word);
    before = set.word;
    for (const cmd::Command& command : set.commands()) {
      CAPTURE(command.name);
      CHECK(names.insert(std::string(command.name)).second);
      CHECK((command.name == set.word || command.name.starts_with(std::string(set.word) + " ")));
      const bool runs = command.run != nullptr;
      CHECK(runs);
      CHECK_FALSE(command.summary.empty());
      CHECK_FALSE(command.summary.ends_with('.'));
      CHECK((command.hidden || !command.examples.empty()));
      for (const cmd::Option& option : command.options) {
        CAPTURE(option.names);
        CHECK(cmd::long_name(option).starts_with("--"));
        CHECK_FALSE(option.help.empty());
        CHECK_FALSE(option.help.ends_with('.'));
        for (const cmd::Option& global : cmd::global_options())
          CHECK(cmd::long_name(option) != cmd::long_name(global));
      }
    }
  }
}

TEST_CASE("every example in the help parses") {
  for (const cmd::CommandSet& set : cmd::command_sets())
    for (const cmd::Command& command : set.commands())
      for (const cmd::Example& example : command.examples) {
        CAPTURE(example.line);
        CHECK(example.line.find("agr " + std::string(command.name.substr(0, command.name.find(' ')))) !=
              std::string_view::npos);
      }
}
