// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/frame/completions.hpp"
#include "cmd/frame/embedded.hpp"
#include "cmd/frame/help.hpp"
#include "cmd/frame/parse.hpp"

#include <doctest/doctest.h>

using namespace agr;

TEST_CASE("help, manual and completion all know every command and option") {
  const std::string overview = *cmd::help_text("", 80, false);
  for (const cmd::CommandSet& set : cmd::command_sets()) {
    if (set.summary.empty())
      continue;
    CHECK(overview.find("  " + std::string(set.word)) != std::string::npos);
    CHECK(cmd::completions({std::string(set.word.substr(0, 2))}).find(set.word) != std::string::npos);
    for (const cmd::Command& command : set.commands()) {
      CAPTURE(command.name);
      const auto help = cmd::help_text(command.name, 80, false);
      const auto manual = cmd::manual_page(command.name);
      REQUIRE(help);
      REQUIRE(manual);
      // One line each, or man shows neither title nor section.
      CHECK(manual->substr(0, manual->find('\n')).ends_with(" 1"));
      CHECK(split(*manual, '\n')[2].find(" \\- ") != std::string::npos);
      std::vector<std::string> words = split(command.name, ' ');
      words.emplace_back("--");
      const std::string offered = cmd::completions(words);
      for (const cmd::Option& option : command.options) {
        const std::string name = cmd::long_name(option);
        CAPTURE(name);
        CHECK(help->find(name) != std::string::npos);
        CHECK(offered.find(name + "\t") != std::string::npos);
      }
    }
  }
}

TEST_CASE("no help line is wider than the terminal") {
  for (const cmd::CommandSet& set : cmd::command_sets())
    for (const cmd::Command& command : set.commands()) {
      const std::string text = *cmd::help_text(command.name, 100, false);
      // Examples and usage lines stay whole so that they can be copied.
      for (const std::string& line : split(text.substr(0, text.find("\nEXAMPLES")), '\n'))
        if (!line.starts_with("  agr "))
          CHECK_MESSAGE(display_width(line) <= 100, line);
    }
}

TEST_CASE("every topic opens with a title, and unknown ones are said to be unknown") {
  for (const cmd::Embedded& topic : cmd::topics()) {
    CAPTURE(topic.name);
    CHECK(topic.text.starts_with("# "));
    CHECK(cmd::manual_page(topic.name)->find(" 7\n.SH NAME\n") != std::string::npos);
  }
  CHECK(cmd::help_text("nonsense", 80, false).error().kind == Kind::not_found);
}

TEST_CASE("completion offers what comes next: verbs, choices of an option, ids of an argument") {
  const auto ids_of = [](std::string_view argument) {
    return std::vector<std::pair<std::string, std::string>>{{std::string(argument) + "-1", "one"}};
  };
  struct Case {
    std::vector<std::string> words;
    std::string offered;
  };
  for (const Case& c :
       {Case{{"roles", "sh"}, "show\tSee one role\n"}, Case{{"roles", "show", ""}, "ROLE-1\tone\n"},
        Case{{"roles", "show", "--profile", "x", ""}, "ROLE-1\tone\n"}, Case{{"roles", "show", "r1", ""}, ""},
        Case{{"roles", "show", "APP"}, ""}, Case{{"apply", "R"}, "ROLE-1\tone\n"},
        Case{{"roles", "list", "--rail", "x"}, "x402\tOnly roles that pay by this rail\n"},
        Case{{"nonsense", ""}, ""}}) {
    CAPTURE(join(c.words, " "));
    CHECK(cmd::completions(c.words, ids_of) == c.offered);
  }
  CHECK(cmd::completions({"roles", "show", ""}).empty());
}
