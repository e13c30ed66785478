// SPDX-License-Identifier: MIT
#include "agentsgethired/types.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agentsgethired;

namespace {

template <class T>
T read(std::string_view text) {
  return T(*json::parse(text));
}

} // namespace

TEST_CASE("amounts are read exactly, as numbers and as texts") {
  struct Case {
    std::string text;
    std::string money;
  };
  for (const auto& [text, money] : {Case{R"({"amount":"45.00","currency":"usd"})", "45.00 USD"},
                                    Case{R"({"amount":45,"currency":"USD"})", "45.00 USD"},
                                    Case{R"({"amount":0.1,"paymentCurrency":"usdc"})", "0.10 USDC"},
                                    Case{R"({"amount":"0.000001","currency":"USDC"})", "0.000001 USDC"},
                                    Case{R"({"currency":"EUR"})", "EUR"}, Case{R"({"amount":"12"})", "12.00"},
                                    Case{R"({"amount":"lots","currency":"EUR"})", "EUR"}, Case{"{}", ""}}) {
    CAPTURE(text);
    CHECK(read<Settlement>(text).money().to_string() == money);
  }
  CHECK_FALSE(read<Settlement>(R"({"amount":"12"})").money().known());
  CHECK(read<Contract>(R"({"paymentAmount":"9.5","paymentCurrency":"EUR"})").money().known());
}

TEST_CASE("times come in three forms") {
  for (const std::string text : {R"({"acceptedAt":"2026-01-15T12:00:00.000Z"})",
                                 R"({"acceptedAt":1768478400})", R"({"acceptedAt":1768478400000})",
                                 R"({"acceptedAt":null,"createdAt":"2026-01-15T13:00:00+01:00"})"}) {
    CAPTURE(text);
    const auto time = read<Contract>(text).accepted_at();
    REQUIRE(time);
    CHECK(rfc3339(*time) == "2026-01-15T12:00:00.000Z");
  }
  CHECK_FALSE(read<Contract>(R"({"acceptedAt":"soon"})").accepted_at());
}

TEST_CASE("ids are found flat and nested") {
  for (const std::string text :
       {R"({"contractId":"c1"})", R"({"contract":"c1"})", R"({"contract":{"id":"c1"}})"}) {
    CAPTURE(text);
    CHECK(read<Application>(text).contract_id() == "c1");
  }
  CHECK(read<Application>("{}").contract_id().empty());
}

TEST_CASE("unknown statuses are kept and mean nothing") {
  const auto settlement = read<Settlement>(R"({"status":"levitating","method":"x402"})");
  CHECK(settlement.status() == "levitating");
  CHECK_FALSE(settlement.is_draft());
  CHECK_FALSE(settlement.is_paid());
}

TEST_CASE("payout methods may be objects or bare rail names") {
  CHECK(read<PayoutMethod>(R"({"method":"x402"})").rail() == "x402");
  CHECK(read<PayoutMethod>(R"("stripe")").rail() == "stripe");
}
