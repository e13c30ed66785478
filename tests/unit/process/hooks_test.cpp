// SPDX-License-Identifier: MIT
#include "process/hooks.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::process;
using Lines = std::vector<std::string>;

TEST_CASE("what an environment hook may print") {
  struct Case {
    const char* printed;
    Lines variables;
  };
  for (const auto& c : {Case{"", {}}, Case{"\n", {}}, Case{"A=1", {"A=1"}}, Case{"A=1\n", {"A=1"}},
                        Case{"A=1\nb_2=x y=z\t$(id)\n", {"A=1", "b_2=x y=z\t$(id)"}}, Case{"_=\n", {"_="}},
                        Case{"PATH=/opt/bin\nHOME=/x\n", {"PATH=/opt/bin", "HOME=/x"}}}) {
    CAPTURE(c.printed);
    CHECK(variables_of(c.printed).value() == c.variables);
  }
}

TEST_CASE("anything else is refused as a whole, and not quoted") {
  for (const auto* line : {"secret-text",
                           "=secret-text",
                           "1A=secret-text",
                           "A B=secret-text",
                           "A-B=secret-text",
                           "export A=secret-text",
                           " A=secret-text",
                           "A =secret-text",
                           "A=secret-text\r",
                           "A=secret-text\x1b[2J",
                           "",
                           "# secret-text",
                           "AGR_HIRING_ID=secret-text",
                           "AGR_=",
                           "AGRENTING_API_KEY=secret-text",
                           "AGENTSGETHIRED_URL=secret-text",
                           "PWD=secret-text",
                           "LD_PRELOAD=secret-text",
                           "LD_AUDIT=x",
                           "GLIBC_TUNABLES=secret-text",
                           "GCONV_PATH=secret-text",
                           "BASH_ENV=secret-text",
                           "ENV=secret-text",
                           "IFS=secret-text",
                           "\xc3\x84=secret-text"}) {
    CAPTURE(line);
    const auto refused = variables_of("FINE=1\n" + std::string(line) + "\nALSO=2\n");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with("line 2 "));
    CHECK(refused.error().message.find("secret-text") == std::string::npos);
  }
  CHECK_FALSE(variables_of(std::string("A=x\0y", 5)));
  std::string many;
  for (int i = 0; i < 1001; ++i)
    many += "A" + std::to_string(i) + "=\n";
  CHECK_FALSE(variables_of(many));
}

TEST_CASE("what the hook printed wins over what was there") {
  CHECK(merged({"A=1", "AB=2", "C=3"}, {"A=x", "D=y"}) == Lines{"AB=2", "C=3", "A=x", "D=y"});
  CHECK(merged({"A=1"}, {"A=2", "A=3"}) == Lines{"A=3"});
}
