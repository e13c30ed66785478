// SPDX-License-Identifier: MIT
#include "config/spending.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace agr;
using namespace agr::config;

namespace {

Result<Spending> read(const std::string& text) {
  const auto document = Document::parse(text, "config");
  REQUIRE(document);
  return spending_in(*document, "config");
}

} // namespace

TEST_CASE("limits are read as exact decimals, lists as they are") {
  const auto spending = read(R"(
[settle]
max_total = "500.00"
max_each = 50
rails = ["stripe"]
payees = ["acct_1", "7c2a"]
receipt_command = ["/opt/pay", "--fast"]
)");
  REQUIRE(spending);
  CHECK(spending->max_total->money() == "500.00");
  CHECK(spending->max_each->money() == "50.00");
  CHECK(!spending->max_day);
  CHECK(spending->rails == std::vector<std::string>{"stripe"});
  CHECK(spending->payees.size() == 2);
  CHECK(spending->receipt_command.size() == 2);
}

TEST_CASE("without a table nothing is restricted") {
  const auto spending = read("default_profile = \"a\"");
  REQUIRE(spending);
  CHECK(!spending->max_total);
  CHECK(spending->payees.empty());
}

TEST_CASE("a limit that cannot be understood is an error, never no limit") {
  const std::vector<std::string> cases = {
      "max_total = \"lots\"", "max_total = \"-5\"",  "max_each = \"1,000.00\"",
      "max_total = [\"5\"]",  "payees = []",         "payees = \"acct_1\"",
      "payees = [5]",         "maxtotal = \"5.00\"", "max_total = \"\""};
  for (const auto& text : cases) {
    CAPTURE(text);
    const auto spending = read("[settle]\n" + text);
    REQUIRE(!spending);
    CHECK(spending.error().kind == Kind::config);
  }
  CHECK(read("[settle]\nmax_totl = \"5.00\"").error().hint == "did you mean max_total?");
}
