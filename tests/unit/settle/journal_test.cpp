// SPDX-License-Identifier: MIT
#include "settle/journal.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::settle;

namespace {

const Time k_now{Millis(1'768'478'400'000)};

Line line(const std::string& settlement, const std::string& receipt = {}) {
  Line fresh{.key = {},
             .obligation = {.origin = "https://agentsgethired.com",
                            .contract_id = "c1",
                            .settlement_id = settlement,
                            .rail = receipt.empty() ? "stripe" : "x402",
                            .amount = *Decimal::parse("45.5"),
                            .currency = "USD",
                            .destination = *json::parse(R"({"destination":"acct_1"})"),
                            .receipt_reference = receipt},
             .receipt = receipt,
             .body = receipt.empty() ? "{}" : R"({"providerReceipt":"x"})",
             .status_before = "draft"};
  fresh.key = key_of(fresh.obligation);
  return fresh;
}

Journal journal() {
  auto opened = Journal::open(":memory:");
  REQUIRE(opened);
  return std::move(*opened);
}

} // namespace

TEST_CASE("what goes in comes out") {
  auto book = journal();
  const auto paid = line("s1", "0xab");
  REQUIRE(book.intend(paid, k_now));
  const auto found = *book.find("https://agentsgethired.com", "s1");
  REQUIRE(found);
  CHECK(found->key == paid.key);
  CHECK(found->body == paid.body);
  CHECK(found->receipt == "0xab");
  CHECK(found->obligation.amount.to_string() == "45.5");
  CHECK(found->obligation.destination == paid.obligation.destination);
  CHECK(found->state == State::intent);
  CHECK(found->attempts == 1);
  CHECK(found->created == k_now);
  CHECK_FALSE(*book.find("https://agentsgethired.com", "s2"));
  CHECK_FALSE(*book.find("http://127.0.0.1:1", "s1"));
}

TEST_CASE("a settlement has one open payment at most") {
  auto book = journal();
  REQUIRE(book.intend(line("s1", "0xab"), k_now));
  const auto second = book.intend(line("s1", "0xcd"), k_now);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == Kind::conflict);
  REQUIRE(book.note(line("s1", "0xab").key, State::refused, "", "wrong network", k_now));
  CHECK(book.intend(line("s1", "0xcd"), k_now));
  CHECK((*book.find("https://agentsgethired.com", "s1"))->obligation.receipt_reference == "0xcd");
}

TEST_CASE("an open payment is repeated to the letter, a refused one may be written anew") {
  auto book = journal();
  auto paid = line("s1", "0xab");
  REQUIRE(book.intend(paid, k_now));
  const auto first_body = paid.body;
  paid.body = R"({"receipt":"x"})";
  CHECK(book.intend(paid, k_now)->body == first_body);
  REQUIRE(book.note(paid.key, State::refused, "", "400", k_now));
  const auto again = book.intend(paid, k_now);
  REQUIRE(again);
  CHECK(again->body == paid.body);
  CHECK(again->attempts == 3);
}

TEST_CASE("what is executed stays executed") {
  auto book = journal();
  REQUIRE(book.intend(line("s1"), k_now));
  REQUIRE(book.note(line("s1").key, State::executed, "tr_1", "", k_now));
  const auto again = book.intend(line("s1"), k_now);
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == Kind::conflict);
  CHECK((*book.find("https://agentsgethired.com", "s1"))->reference == "tr_1");
}

TEST_CASE("open lines are what a person must look at") {
  auto book = journal();
  for (const std::string settlement : {"s1", "s2", "s3", "s4"})
    REQUIRE(book.intend(line(settlement), k_now));
  REQUIRE(book.note(line("s2").key, State::unknown, "", "timeout", k_now));
  REQUIRE(book.note(line("s3").key, State::executed, "tr_3", "", k_now));
  REQUIRE(book.note(line("s4").key, State::refused, "", "403", k_now));
  CHECK(book.lines(true)->size() == 2);
  CHECK(book.lines(false)->size() == 4);
  CHECK_FALSE(book.note("nobody", State::unknown, "", "", k_now));
}

TEST_CASE("a receipt is used once") {
  auto book = journal();
  REQUIRE(book.intend(line("s1", "0xab"), k_now));
  CHECK(*book.receipt_used_by("0xab", "s2") == "s1");
  CHECK_FALSE(*book.receipt_used_by("0xab", "s1"));
  CHECK_FALSE(*book.receipt_used_by("", "s2"));
  REQUIRE(book.note(line("s1", "0xab").key, State::refused, "", "400", k_now));
  CHECK_FALSE(*book.receipt_used_by("0xab", "s2"));
}
