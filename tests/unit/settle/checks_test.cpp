// SPDX-License-Identifier: MIT
#include "settle/checks.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::settle;
using agentsgethired::Contract;
using agentsgethired::Settlement;

namespace {

const Time k_now{Millis(1'768'485'600'000)};
const std::string k_origin = "https://agentsgethired.com";

Settlement settlement(std::string_view changes = "{}") {
  auto raw = *json::parse(
      R"({"id":"s1","contractId":"c1","method":"stripe","amount":"45.00","currency":"USD","status":"draft"})");
  const auto patch = *json::parse(changes);
  for (const auto& [name, value] : patch.members())
    raw.set(name, value);
  return Settlement(raw);
}

Contract contract(std::string_view changes = "{}") {
  auto raw = *json::parse(
      R"({"id":"c1","status":"active","paymentAmount":45,"paymentCurrency":"usd","acceptedAt":"2026-01-15T12:00:00Z"})");
  const auto patch = *json::parse(changes);
  for (const auto& [name, value] : patch.members())
    raw.set(name, value);
  return Contract(raw);
}

const std::string k_wallet = R"({"method":"x402","destination":"0xaa","network":"eip155:8453"})";
const std::string k_hash = "0x" + std::string(64, 'a');

std::string x402_receipt(const std::string& network = "eip155:8453") {
  return R"({"success":true,"transaction":")" + k_hash + R"(","network":")" + network +
         R"(","payer":"0xbb"})";
}

} // namespace

TEST_CASE("a draft in order becomes a line ready for the journal") {
  const auto order = prepare(k_origin, settlement(),
                             contract(R"({"payoutDestination":{"destination":"acct_1"}})"), {}, k_now);
  REQUIRE(order);
  CHECK(order->line.body == "{}");
  CHECK(order->line.key == key_of(order->line.obligation));
  CHECK(order->line.obligation.amount.money() == "45.00");
  CHECK(order->line.obligation.destination["destination"].text() == "acct_1");
  CHECK(order->warnings.empty());
}

TEST_CASE("what the marketplace's state forbids is a conflict") {
  struct Case {
    std::string settlement;
    std::string contract;
  };
  for (const auto& c : {Case{R"({"status":"sent"})", "{}"}, Case{R"({"status":"settled"})", "{}"},
                        Case{R"({"status":"cancelled"})", "{}"}, Case{R"({"status":"levitating"})", "{}"},
                        Case{R"({"status":null})", "{}"}, Case{R"({"method":"cash"})", "{}"},
                        Case{R"({"amount":null})", "{}"}, Case{R"({"amount":"0.00"})", "{}"},
                        Case{R"({"amount":-1})", "{}"}, Case{R"({"currency":""})", "{}"},
                        Case{"{}", R"({"status":"cancelled"})"}, Case{"{}", R"({"paymentMethod":"x402"})"},
                        Case{R"({"destination":{"destination":"acct_2"}})",
                             R"({"payoutDestination":{"destination":"acct_1"}})"}}) {
    CAPTURE(c.settlement);
    CAPTURE(c.contract);
    const auto order = prepare(k_origin, settlement(c.settlement), contract(c.contract), {}, k_now);
    REQUIRE_FALSE(order);
    CHECK(order.error().kind == Kind::conflict);
  }
  CHECK(prepare(k_origin, settlement(R"({"status":"failed"})"), contract(), {}, k_now));
}

TEST_CASE("surprises are warnings, for a person to decide") {
  struct Case {
    std::string settlement;
    std::string contract;
    std::string code;
  };
  for (const auto& c :
       {Case{R"({"amount":"45.01"})", "{}", "settlement_over"},
        Case{R"({"currency":"EUR"})", "{}", "settlement_currency"}, Case{"{}", "{}", "destination_hidden"}}) {
    CAPTURE(c.code);
    const auto order = prepare(k_origin, settlement(c.settlement), contract(c.contract), {}, k_now);
    REQUIRE(order);
    CHECK(order->warnings.front().code == c.code);
  }
}

TEST_CASE("a receipt is checked against the frozen terms before anything is sent") {
  const auto paid = settlement(R"({"method":"x402"})");
  const auto agreed = contract(R"({"paymentMethod":"x402","payoutDestination":)" + k_wallet + "}");
  const auto order = prepare(k_origin, paid, agreed, {.text = x402_receipt()}, k_now);
  REQUIRE(order);
  CHECK(order->line.obligation.receipt_reference == k_hash);
  CHECK(order->line.receipt == x402_receipt());
  CHECK((*json::parse(order->line.body))["providerReceipt"]["transaction"].text() == k_hash);
  CHECK(order->warnings.front().code == "amount_unverified");

  for (const std::string& wrong :
       {std::string(), std::string("{"), x402_receipt("eip155:1"), std::string(R"({"success":false})")}) {
    CAPTURE(wrong);
    const auto refused = prepare(k_origin, paid, agreed, {.text = wrong}, k_now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::usage);
  }
  CHECK(prepare(k_origin, settlement(), contract(), {.text = x402_receipt()}, k_now).error().kind ==
        Kind::usage);
}

TEST_CASE("the receipt goes out as the service wants it") {
  const auto paid = settlement(R"({"method":"x402"})");
  const auto agreed = contract(R"({"payoutDestination":)" + k_wallet + "}");
  const auto order = prepare(k_origin, paid, agreed,
                             {.text = x402_receipt() + "\n", .field = "receipt", .raw = true}, k_now);
  REQUIRE(order);
  CHECK(order->line.body == json::write(json::Value::object({{"receipt", x402_receipt()}})));
}

TEST_CASE("a receipt that settled something else is refused") {
  auto journal = Journal::open(":memory:");
  const auto agreed = contract(R"({"payoutDestination":)" + k_wallet + "}");
  const auto first =
      prepare(k_origin, settlement(R"({"method":"x402"})"), agreed, {.text = x402_receipt()}, k_now);
  REQUIRE(journal->intend(first->line, k_now));
  CHECK(check_reuse(*journal, first->line));
  const auto second = prepare(k_origin, settlement(R"({"id":"s2","method":"x402"})"), agreed,
                              {.text = x402_receipt()}, k_now);
  const auto reuse = check_reuse(*journal, second->line);
  REQUIRE_FALSE(reuse);
  CHECK(reuse.error().code == "receipt_reused");
}

TEST_CASE("a second draft is made only on purpose") {
  const std::vector<Settlement> none{settlement(R"({"status":"sent"})")};
  const std::vector<Settlement> one{settlement(R"({"status":"sent"})"), settlement(R"({"id":"s9"})")};
  CHECK(may_create(none, false));
  CHECK(may_create(one, true));
  const auto refused = may_create(one, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(refused.error().message.find("s9") != std::string::npos);
}
