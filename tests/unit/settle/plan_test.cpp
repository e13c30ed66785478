// SPDX-License-Identifier: MIT
#include "settle/plan.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace agr;
using namespace agr::settle;
using agentsgethired::Contract;
using agentsgethired::Settlement;

namespace {

const Time k_now{Millis(1'768'485'600'000)};

json::Value with(json::Value value, std::string_view changes) {
  const auto patch = *json::parse(changes);
  for (const auto& [name, changed] : patch.members())
    value.set(name, changed);
  return value;
}

Settlement settlement(const std::string& id, std::string_view changes = "{}") {
  return Settlement(with(json::Value::object({{"id", id},
                                              {"method", "stripe"},
                                              {"amount", "45.00"},
                                              {"currency", "USD"},
                                              {"status", "draft"},
                                              {"createdAt", "2026-01-15T12:00:00Z"}}),
                         changes));
}

Contract contract(const std::string& id, std::string_view changes = "{}") {
  return Contract(
      with(json::Value::object({{"id", id},
                                {"status", "active"},
                                {"agentId", "worker"},
                                {"buyerId", "me"},
                                {"paymentAmount", "45.00"},
                                {"paymentCurrency", "USD"},
                                {"payoutDestination", json::Value::object({{"destination", "acct_1"}})}}),
           changes));
}

Facts facts(std::vector<Statement> statements) {
  return {.origin = "https://agentsgethired.com", .payer_id = "me", .statements = std::move(statements)};
}

/// What became of each settlement: its id and "pay", or the code that holds it.
std::vector<std::string> verdicts(const Plan& plan) {
  std::vector<std::string> found;
  for (const auto& line : plan.lines)
    found.push_back(line.owed.settlement_id + " " + (line.is_held() ? line.objection->code : "pay"));
  return found;
}

std::vector<std::string> judged(const Facts& given, const Policy& policy = {}) {
  return verdicts(make_plan(given, policy, k_now));
}

using Verdicts = std::vector<std::string>;
Decimal usd(long long cents) {
  return Decimal::from_cents(cents);
}

} // namespace

TEST_CASE("only what waits, is ours to pay and is meant is in a plan") {
  const auto given = facts({
      {contract("c1"),
       {settlement("draft"), settlement("paid", R"({"status":"sent"})"),
        settlement("gone", R"({"status":"cancelled"})")}},
      {contract("c2", R"({"buyerId":"somebody"})"), {settlement("theirs")}},
      {contract("c3", R"({"agentId":"me","buyerId":"boss"})"), {settlement("earned")}},
      {contract("c4"), {settlement("wallet", R"({"method":"x402"})")}},
  });
  CHECK(judged(given, {.rails = {"stripe"}}) == Verdicts{"draft over_contract"});
  CHECK(judged(given, {.rails = {"stripe"}, .allow_over = true}) == Verdicts{"draft pay"});
  CHECK(judged(given, {.rails = {"mpp"}}).empty());
  CHECK(judged(given, {.contracts = {"c4"}, .receipts = true}) == Verdicts{"wallet pay"});
}

TEST_CASE("one draft that is listed twice is paid once") {
  const auto given =
      facts({{contract("c1"), {settlement("a"), settlement("a")}}, {contract("c1"), {settlement("a")}}});
  CHECK(judged(given, {.allow_over = true}) == Verdicts{"a pay"});
}

TEST_CASE("oldest first, so that a limit always lets the same ones pass") {
  const auto given =
      facts({{contract("c1"), {settlement("b")}},
             {contract("c2"), {settlement("a")}},
             {contract("c3"), {settlement("old", R"({"createdAt":"2026-01-01T00:00:00Z"})")}}});
  CHECK(judged(given) == Verdicts{"old pay", "a pay", "b pay"});
  CHECK(judged(given, {.max_total = usd(9000)}) == Verdicts{"old pay", "a pay", "b max_total"});
}

TEST_CASE("doubt holds a payment back, whatever the policy allows") {
  struct Case {
    const char* what;
    std::function<void(Facts&)> change;
    std::string verdict;
  };
  const std::vector<Case> cases = {
      {"nothing strange", [](Facts&) {}, "pay"},
      {"open", [](Facts& f) { f.tried["s"] = State::intent; }, "open"},
      {"unknown", [](Facts& f) { f.tried["s"] = State::unknown; }, "open"},
      {"we paid it", [](Facts& f) { f.tried["s"] = State::executed; }, "contradiction"},
      {"refused before", [](Facts& f) { f.tried["s"] = State::refused; }, "pay"},
      {"failed", [](Facts& f) { f.statements[0].settlements[0] = settlement("s", R"({"status":"failed"})"); },
       "failed"},
      {"another payee",
       [](Facts& f) {
         f.statements[0].settlements[0] = settlement("s", R"({"destination":{"destination":"acct_2"}})");
       },
       "not_payable"},
      {"no amount", [](Facts& f) { f.statements[0].settlements[0] = settlement("s", R"({"amount":null})"); },
       "not_payable"},
      {"another currency",
       [](Facts& f) { f.statements[0].settlements[0] = settlement("s", R"({"currency":"EUR"})"); },
       "settlement_currency"},
      {"more than agreed",
       [](Facts& f) { f.statements[0].settlements[0] = settlement("s", R"({"amount":"45.01"})"); },
       "over_contract"},
      {"the worker moved",
       [](Facts& f) { f.statements[0].current_destination = *json::parse(R"({"destination":"acct_9"})"); },
       "destination_changed"},
      {"the worker did not move",
       [](Facts& f) { f.statements[0].current_destination = *json::parse(R"({"destination":"acct_1"})"); },
       "pay"},
      {"a contract that is cancelled",
       [](Facts& f) { f.statements[0].contract = contract("c1", R"({"status":"cancelled"})"); },
       "not_payable"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    auto given = facts({{contract("c1"), {settlement("s")}}});
    test.change(given);
    CHECK(judged(given) == Verdicts{"s " + test.verdict});
  }
}

TEST_CASE("a duplicate draft is not paid on top") {
  const auto twice = facts({{contract("c1"), {settlement("a"), settlement("b")}}});
  CHECK(judged(twice) == Verdicts{"a pay", "b over_contract"});
  const auto halves =
      facts({{contract("c1"),
              {settlement("a", R"({"amount":"22.50"})"), settlement("b", R"({"amount":"22.5"})")}}});
  CHECK(judged(halves) == Verdicts{"a pay", "b pay"});
  const auto after = facts({{contract("c1"), {settlement("a", R"({"status":"sent"})"), settlement("b")}}});
  CHECK(judged(after) == Verdicts{"b over_contract"});
  CHECK(judged(after, {.allow_over = true}) == Verdicts{"b pay"});
}

TEST_CASE("the policy decides about the rest") {
  const auto one = facts({{contract("c1"), {settlement("s")}}});
  auto wallet = facts({{contract("c1"), {settlement("s", R"({"method":"x402"})")}}});
  struct Case {
    Facts given;
    Policy policy;
    std::string verdict;
  };
  auto spent = one;
  spent.spent = {{"USD", usd(6000)}};
  const std::vector<Case> cases = {
      {one, {.max_each = usd(4500)}, "pay"},
      {one, {.max_each = usd(4499)}, "max_each"},
      {one, {.max_total = usd(4499)}, "max_total"},
      {spent, {.max_day = usd(10499)}, "max_day"},
      {spent, {.max_day = usd(10500)}, "pay"},
      {one, {.currencies = {"EUR"}}, "currency"},
      {one, {.currencies = {"usd"}}, "pay"},
      {one, {.payees = {"acct_1"}}, "pay"},
      {one, {.payees = {"worker"}}, "pay"},
      {one, {.payees = {"acct_2"}}, "payee"},
      {wallet, {}, "needs_receipt"},
      {wallet, {.receipts = true}, "pay"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.verdict);
    CHECK(judged(test.given, test.policy) == Verdicts{"s " + test.verdict});
  }
}

TEST_CASE("dollars and USDC fill one purse, other currencies their own") {
  const auto in = [](const std::string& id, const std::string& code) {
    return Statement{contract("c" + id, R"({"paymentCurrency":")" + code + "\"}"),
                     {settlement(id, R"({"currency":")" + code + "\"}")}};
  };
  const auto given = facts({in("1", "USD"), in("2", "USDC"), in("3", "EUR")});
  CHECK(judged(given, {.max_total = usd(8999), .currencies = {"USD", "USDC", "EUR"}}) ==
        Verdicts{"1 pay", "2 max_total", "3 pay"});
}

TEST_CASE("a plan is read back as it was written, whatever the spaces") {
  const auto plan = make_plan(facts({{contract("c1"), {settlement("a"), settlement("b")}}}), {}, k_now);
  const auto file = to_json(plan);
  CHECK(file["totals"]["USD"].text() == "45.00");
  CHECK(file["hash"].text() == hash_of(plan));
  const auto again = plan_from(*json::parse(json::write_pretty(file)));
  REQUIRE(again);
  CHECK(verdicts(*again) == verdicts(plan));
  CHECK(hash_of(*again) == hash_of(plan));
  CHECK(again->lines[0].key == key_of(plan.lines[0].owed));
}

TEST_CASE("a plan that was touched, or is none, is refused") {
  const auto file =
      to_json(make_plan(facts({{contract("c1"), {settlement("a"), settlement("b")}}}), {}, k_now));
  struct Case {
    const char* what;
    std::function<void(json::Value&)> change;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {"an amount", [](json::Value& f) { f.object_ref()[5].value.array_ref()[0].set("amount", "4500.00"); },
       Kind::conflict},
      {"a verdict", [](json::Value& f) { f.object_ref()[5].value.array_ref()[1].set("verdict", "pay"); },
       Kind::conflict},
      {"the total", [](json::Value& f) { f.set("totals", json::Value::object()); }, Kind::conflict},
      {"no hash", [](json::Value& f) { f.remove("hash"); }, Kind::conflict},
      {"another kind", [](json::Value& f) { f.set("kind", "x"); }, Kind::usage},
      {"another version", [](json::Value& f) { f.set("version", 2); }, Kind::usage},
      {"a list", [](json::Value& f) { f = json::Value::array(); }, Kind::usage},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    auto changed = file;
    test.change(changed);
    const auto plan = plan_from(changed);
    REQUIRE(!plan);
    CHECK(plan.error().kind == test.kind);
  }
}
