// SPDX-License-Identifier: MIT
#include "emulator/emulator.hpp"
#include "emulator/ledger.hpp"
#include "emulator/marketplace.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;

namespace {

const Account k_outside{"test", Purpose::outside};
const Account k_purse{"test", Purpose::available, "anna"};
const Account k_escrow{"test", Purpose::escrow, "anna"};

World new_world() {
  return std::move(World::open(":memory:", {}, Time{})).value();
}

Decimal amount(std::string_view text) {
  return Decimal::parse(text).value();
}

Step ask(World& world, const char* method, const char* path, const char* body = "") {
  return handle(world, {method, path, "", {{"Host", "127.0.0.1"}}, body}, Time{});
}

} // namespace

TEST_CASE("money moves between accounts and stays exact") {
  World world = new_world();
  Turn turn{world, Time{}};
  REQUIRE(post(turn, "deposit", "", {{k_outside, k_purse, amount("10.00000001")}}));
  REQUIRE(post(turn, "hold", "h", {{k_purse, k_escrow, amount("2.5")}}));
  CHECK(balance_of(world, k_purse)->money() == "7.50000001");
  CHECK(balance_of(world, k_escrow)->money() == "2.50");
  CHECK(balance_of(world, k_outside)->money() == "-10.00000001");
  CHECK(check(world, ledger_invariants()));
}

TEST_CASE("what the ledger refuses") {
  World world = new_world();
  Turn turn{world, Time{}};
  CHECK_FALSE(post(turn, "overdraft", "", {{k_purse, k_escrow, amount("1")}}));
  CHECK_FALSE(post(turn, "too fine", "", {{k_outside, k_purse, amount("0.000000001")}}));
  CHECK_FALSE(post(turn, "too large", "", {{k_outside, k_purse, amount("100000000000")}}));
  CHECK_FALSE(post(turn, "negative", "", {{k_outside, k_purse, -amount("1")}}));
}

TEST_CASE("a broken book is found, undone and loud") {
  World world = new_world();
  Turn turn{world, Time{}};
  REQUIRE(post(turn, "deposit", "", {{k_outside, k_purse, amount("10")}}));
  REQUIRE(world.db().run("UPDATE ledger_accounts SET balance = balance + 1 WHERE owner = 'anna'"));
  CHECK_FALSE(check(world, ledger_invariants()));
  const Step step = ask(world, "POST", "/__emulator/faults", R"({"fault":"drop_before"})");
  CHECK(std::get<Response>(*step.reply).status == 500);
  REQUIRE(step.fault);
  CHECK(step.fault->message.find("the books do not balance") != std::string::npos);
  const Step after = ask(world, "GET", "/__emulator/faults");
  CHECK(std::get<Response>(*after.reply).body == R"({"faults":[]})");
  const Step books = ask(world, "GET", "/__emulator/books");
  CHECK(std::get<Response>(*books.reply).body.find(R"("balanced":false)") != std::string::npos);
}

TEST_CASE("what is checked after every step costs the same in a large world") {
  World world = new_world();
  std::vector<Invariant> checked(ledger_invariants().begin(), ledger_invariants().end());
  for (const Marketplace* marketplace : marketplaces())
    checked.insert(checked.end(), marketplace->invariants.begin(), marketplace->invariants.end());
  REQUIRE(checked.size() >= 5);
  for (const Invariant& invariant : checked) {
    CAPTURE(invariant.name);
    const auto plan = world.db().query("EXPLAIN QUERY PLAN " + std::string(invariant.violations)).value();
    for (const store::Row& row : plan) {
      const std::string detail = row.text("detail");
      CAPTURE(detail);
      // An index of nothing but violations may be read from end to end: it is empty.
      const bool reads_a_table = detail.starts_with("SCAN") && detail.find("INDEX") == std::string::npos &&
                                 detail.find("CONSTANT") == std::string::npos;
      CHECK_FALSE(reads_a_table);
    }
  }
}

TEST_CASE("a line of the ledger can neither be changed nor taken out") {
  World world = new_world();
  Turn turn{world, Time{}};
  REQUIRE(post(turn, "deposit", "", {{k_outside, k_purse, amount("10")}}));
  CHECK_FALSE(world.db().run("UPDATE ledger_lines SET amount = 0"));
  CHECK_FALSE(world.db().run("DELETE FROM ledger_lines"));
}

TEST_CASE("the report names every account, total and invariant") {
  World world = new_world();
  const Step step = ask(world, "GET", "/__emulator/books");
  const auto& response = std::get<Response>(*step.reply);
  CHECK(response.status == 200);
  CHECK(response.header("x-agr-emulator") == "1");
  const auto report = json::parse(response.body).value();
  CHECK(report["balanced"].as_bool() == true);
  CHECK(report["invariants"].items().size() >= 5);
}
