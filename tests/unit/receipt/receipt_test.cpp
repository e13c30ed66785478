// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "receipt/receipt.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::receipt;

namespace {

const std::string k_hash = "0xab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12";
const std::string k_usdc = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
const std::string k_payee = "0x1111111111111111111111111111111111111111";

// The vectors of the wire contract, as they travel.
const std::string k_v1 = "eyJzdWNjZXNzIjp0cnVlLCJ0cmFuc2FjdGlvbiI6IjB4YWIxMmFiMTJhYjEyYWIxMmFiMTJhYjEyYWIxMmF"
                         "iMTJhYjEyYWIxMmFiMTJhYjEy"
                         "YWIxMmFiMTJhYjEyYWIxMiIsIm5ldHdvcmsiOiJlaXAxNTU6ODQ1MyIsInBheWVyIjoiMHgxYzFjMWMxYzF"
                         "jMWMxYzFjMWMxYzFjMWMxYzFj"
                         "MWMxYzFjMWMxYzFjIn0=";
const std::string k_v2 = "eyJzdWNjZXNzIjp0cnVlLCJ0cmFuc2FjdGlvbiI6IjB4YWIxMmFiMTJhYjEyYWIxMmFiMTJhYjEyYWIxMmF"
                         "iMTJhYjEyYWIxMmFiMTJhYjEy"
                         "YWIxMmFiMTJhYjEyYWIxMiIsIm5ldHdvcmsiOiJlaXAxNTU6ODQ1MyIsInBheWVyIjoiMHgxYzFjMWMxYzF"
                         "jMWMxYzFjMWMxYzFjMWMxYzFj"
                         "MWMxYzFjMWMxYzFjIiwiYW1vdW50IjoiNDUwMDAwMDAifQ==";
const std::string k_v3 = "eyJzdWNjZXNzIjp0cnVlLCJ0cmFuc2FjdGlvbiI6IjB4Y2QzNGNkMzRjZDM0Y2QzNGNkMzRjZDM0Y2QzNGN"
                         "kMzRjZDM0Y2QzNGNkMzRjZDM0"
                         "Y2QzNGNkMzRjZDM0Y2QzNCIsIm5ldHdvcmsiOiJiYXNlLXNlcG9saWEiLCJwYXllciI6IjB4MmQyZDJkMmQ"
                         "yZDJkMmQyZDJkMmQyZDJkMmQy"
                         "ZDJkMmQyZDJkMmQyZCJ9";
const std::string k_v4 = "eyJtZXRob2QiOiJ0ZW1wbyIsInJlZmVyZW5jZSI6IjB4ZWY1NmVmNTZlZjU2ZWY1NmVmNTZlZjU2ZWY1NmV"
                         "mNTZlZjU2ZWY1NmVmNTZlZjU2"
                         "ZWY1NmVmNTZlZjU2ZWY1NiIsInN0YXR1cyI6InN1Y2Nlc3MiLCJ0aW1lc3RhbXAiOiIyMDI2LTAxLTE1VDE"
                         "yOjAwOjAwWiIsImV4dGVybmFs"
                         "SWQiOiJzdGxfMDAwMSJ9";
const std::string k_v5 =
    "eyJtZXRob2QiOiJzdHJpcGUiLCJyZWZlcmVuY2UiOiJwaV9TYW5kYm94MDAwMDAwMDAwMDAwMDAxIiwic3RhdHVzIjo"
    "ic3VjY2VzcyIsInRpbWVzdGFtcCI6IjIwMjYtMDEtMTVUMTI6MDA6MDBaIn0";
const std::string k_v6 = "eyJtZXRob2QiOiJldm0iLCJjaGFsbGVuZ2VJZCI6InNhbmRib3hDaGFsbGVuZ2UwMDAxIiwicmVmZXJlbmN"
                         "lIjoiMHg5YTc4OWE3ODlhNzg5"
                         "YTc4OWE3ODlhNzg5YTc4OWE3ODlhNzg5YTc4OWE3ODlhNzg5YTc4OWE3ODlhNzg5YTc4Iiwic3RhdHVzIjo"
                         "ic3VjY2VzcyIsInRpbWVzdGFt"
                         "cCI6IjIwMjYtMDEtMTVUMTI6MDA6MDBaIiwiY2hhaW5JZCI6ODQ1M30";
const std::string k_x1 =
    "eyJzdWNjZXNzIjpmYWxzZSwiZXJyb3JSZWFzb24iOiJpbnN1ZmZpY2llbnRfZnVuZHMiLCJ0cmFuc2FjdGlvbiI6IiIsIm5ldHdvcmsi"
    "OiJl"
    "aXAxNTU6ODQ1MyIsInBheWVyIjoiMHgxYzFjMWMxYzFjMWMxYzFjMWMxYzFjMWMxYzFjMWMxYzFjMWMxYzFjIn0=";
const std::string k_solana_signature =
    "2Ana1pUpv2ZbMVkwF5FXapYeBEjdxDatLn7nvJkhgTSXbs59SyZSx866bXirPgj8QQVB57uxHJBG1YFvkRbFj4T";

Time at(std::string_view text) {
  return *parse_rfc3339(text);
}
const Time k_now = at("2026-01-15T12:10:00Z");

Obligation owed(Rail rail, std::string_view amount = "45.00", std::string network = "eip155:8453") {
  return {rail,
          *Decimal::parse(amount),
          "USDC",
          "stl_0001",
          {std::move(network), k_usdc, k_payee},
          at("2026-01-15T11:00:00Z"),
          {}};
}

Report check_plain(std::string_view text, const Obligation& obligation) {
  return check(text, obligation, nullptr, k_now);
}

std::string failure(const Report& report) {
  const Finding* found = report.first_failure();
  return found == nullptr ? "" : found->code;
}

std::string codes(const Report& report) {
  std::vector<std::string> all;
  for (const Finding& finding : report.findings)
    all.push_back((finding.level == Level::fail ? "!" : "") + finding.code);
  return join(all, " ");
}

/// The decoded vector with a piece of its text exchanged.
std::string altered(const std::string& vector, std::string_view from, std::string_view to) {
  std::string text = *base64_decode(vector);
  const std::size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

std::string x402(std::string_view network, std::string_view transaction) {
  return json::write(
      json::Value::object({{"success", true}, {"transaction", transaction}, {"network", network}}));
}

std::string mpp(std::string_view method, std::string_view reference) {
  return json::write(json::Value::object({{"method", method},
                                          {"reference", reference},
                                          {"status", "success"},
                                          {"timestamp", "2026-01-15T12:00:00Z"}}));
}

} // namespace

TEST_CASE("the vectors that must pass, with what they warn of") {
  const struct {
    const char* name;
    std::string text;
    Obligation obligation;
    std::string findings;
  } cases[] = {
      {"V1", k_v1, owed(Rail::x402), "amount_unverified"},
      {"V2", k_v2, owed(Rail::x402), ""},
      {"V3", k_v3, owed(Rail::x402, "45.00", "base-sepolia"), "receipt_testnet amount_unverified"},
      {"V4", k_v4, owed(Rail::mpp, "45.00", ""), "amount_unverified"},
      {"V5", k_v5, owed(Rail::mpp, "45.00", ""), "amount_unverified"},
      {"V6", k_v6, owed(Rail::mpp), "amount_unverified"},
      {"V7", x402("solana", k_solana_signature), owed(Rail::x402, "45.00", "solana"), "amount_unverified"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Report report = check_plain(c.text, c.obligation);
    CHECK(codes(report) == c.findings);
    CHECK(report.ok());
    CHECK(report.rail == c.obligation.rail);
    CHECK_FALSE(report.reference.empty());
  }
}

TEST_CASE("the vectors that must fail, with their code") {
  const Obligation x = owed(Rail::x402);
  const Obligation m = owed(Rail::mpp, "45.00", "");
  const std::string v1 = *base64_decode(k_v1);
  const struct {
    const char* name;
    std::string text;
    Obligation obligation;
    std::string code;
  } cases[] = {
      {"X1", k_x1, x, "receipt_not_success"},
      {"X2", altered(k_v1, "ab12\"", "ab1\""), x, "receipt_tx"},
      {"X3", k_v4, x, "receipt_rail"},
      {"X4", k_v2, owed(Rail::x402, "44.99"), "receipt_amount"},
      {"X5", altered(k_v4, "\"success\"", "\"failed\""), m, "receipt_not_success"},
      {"X6", altered(k_v4, "2026-01-15T12:00:00Z", "2026-01-15 12:00"), m, "receipt_time"},
      {"X8", altered(k_v1, "true", "\"true\""), x, "receipt_not_success"},
      {"X9 two objects", v1 + v1, x, "receipt_json"},
      {"X9 two objects, encoded", base64(v1 + v1), x, "receipt_json"},
      {"X9 duplicate", altered(k_v1, "\"network\"", "\"transaction\":\"0x\",\"network\""), x, "receipt_json"},
      {"X10 empty", "", x, "receipt_size"},
      {"X10 padding", "=", x, "receipt_encoding"},
      {"X10 bytes", "\x01\x02\xFF", x, "receipt_encoding"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Report report = check_plain(c.text, c.obligation);
    CHECK(failure(report) == c.code);
    CHECK_FALSE(report.ok());
  }
}

TEST_CASE("a reference has one spelling, so that reuse shows whatever the case") {
  std::string upper = k_hash;
  for (std::size_t i = 2; i < upper.size(); ++i)
    upper[i] = upper[i] == 'a' ? 'A' : upper[i] == 'b' ? 'B' : upper[i];
  CHECK(check_plain(x402("base", upper), owed(Rail::x402)).reference == k_hash);
  CHECK(check_plain(x402("solana", k_solana_signature), owed(Rail::x402, "1", "solana")).reference ==
        k_solana_signature);
}

TEST_CASE("a receipt may arrive as header, either base64, or JSON") {
  const std::string text = *base64_decode(k_v2);
  for (const std::string& form :
       {text, "  " + text + "\n", base64(text), base64url(text), "PAYMENT-RESPONSE: " + k_v2,
        "x-payment-response:" + k_v2 + "\r\n", "Payment-Response: " + text}) {
    CAPTURE(form);
    CHECK(codes(check_plain(form, owed(Rail::x402))).empty());
  }
}

TEST_CASE("what is not one modest JSON object is refused") {
  const std::pair<std::string, std::string> cases[] = {
      {std::string(16385, 'A'), "receipt_size"},
      {"   \r\n", "receipt_size"},
      {"not base64!", "receipt_encoding"},
      {": " + k_v1, "receipt_encoding"},
      {base64("[1]"), "receipt_json"},
      {base64("\"text\""), "receipt_json"},
      {base64("{\"a\":\"\xFF\"}"), "receipt_json"},
      {"{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}", "receipt_json"},
      {"{\"success\":true}", "receipt_rail"},
      {"{}", "receipt_rail"},
      {"{\"status\":\"success\",\"method\":7,\"reference\":\"r\"}", "receipt_rail"},
  };
  for (const auto& [text, code] : cases) {
    CAPTURE(text);
    const auto seen = failure(check_plain(text, owed(Rail::x402)));
    CHECK(seen == code);
  }
}

TEST_CASE("no receipt pays a Stripe settlement") {
  CHECK(failure(check_plain(k_v1, owed(Rail::stripe))) == "receipt_rail");
  CHECK(failure(check_plain(k_v5, owed(Rail::stripe))) == "receipt_rail");
}

TEST_CASE("x402: transaction ids by network") {
  const std::string hex64(64, 'c');
  const struct {
    std::string network, transaction, findings;
  } cases[] = {
      {"eip155:999999", k_hash, "amount_unverified"},
      {"eip155:8453", "0b54a4f6-7b1c-4f0e-9d52-1f4b3f0e8a11", "receipt_tx amount_unverified"},
      {"eip155:8453", hex64, "!receipt_tx amount_unverified"},
      {"eip155:8453", "", "!receipt_tx amount_unverified"},
      {"solana", k_solana_signature.substr(1), "!receipt_tx amount_unverified"},
      {"solana", "0" + k_solana_signature.substr(1), "!receipt_tx amount_unverified"},
      {"stellar:pubnet", hex64, "amount_unverified"},
      {"stellar:pubnet", "0x" + hex64, "!receipt_tx amount_unverified"},
      {"aptos:1", k_hash, "amount_unverified"},
      {"keeta:21378", std::string(64, 'C'), "amount_unverified"},
      {"keeta:21378", hex64, "!receipt_tx amount_unverified"},
      {"algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=", std::string(52, 'A'), "amount_unverified"},
      {"algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=", std::string(52, 'a'),
       "!receipt_tx amount_unverified"},
      {"sui:mainnet", std::string(44, 'z'), "amount_unverified"},
      {"hedera:mainnet", "0.0.1@17.5", "amount_unverified"},
      {"hedera:mainnet", "0.0@17.5", "!receipt_tx amount_unverified"},
      {"newchain:1", "anything", "receipt_tx amount_unverified"},
      {"no network", k_hash, "!receipt_network"},
      {"", k_hash, "!receipt_network"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.network);
    CAPTURE(c.transaction);
    Obligation obligation = owed(Rail::x402, "45.00", c.network);
    CHECK(codes(check_plain(x402(c.network, c.transaction), obligation)) == c.findings);
  }
}

TEST_CASE("x402: Hedera names the transaction in its own way") {
  const std::string text =
      R"({"success":true,"transactionId":"0.0.7@1700000000.000000001","network":"hedera:mainnet"})";
  const Report report = check_plain(text, owed(Rail::x402, "1", "hedera:mainnet"));
  CHECK(codes(report) == "amount_unverified");
  CHECK(report.reference == "0.0.7@1700000000.000000001");
}

TEST_CASE("x402: the network must be the frozen one, in either spelling") {
  CHECK(codes(check_plain(k_v2, owed(Rail::x402, "45.00", "base"))).empty());
  CHECK(failure(check_plain(k_v2, owed(Rail::x402, "45.00", "eip155:137"))) == "receipt_network");
  CHECK(failure(check_plain(k_v2, owed(Rail::x402, "45.00", "solana"))) == "receipt_network");
  CHECK(codes(check_plain(k_v2, owed(Rail::x402, "45.00", ""))) == "receipt_network");
}

TEST_CASE("x402: an amount is compared in the token's own units") {
  const auto with_amount = [](std::string_view amount) { return altered(k_v2, "45000000", amount); };
  const struct {
    std::string text, owed_amount, currency, asset, findings;
  } cases[] = {
      {with_amount("45000000"), "45", "USDC", k_usdc, ""},
      {with_amount("45000000"), "45.000000", "usdc", lower(k_usdc), ""},
      {with_amount("45000000"), "45.00", "USD", "", "currency_assumed"},
      {with_amount("45000001"), "45.000001", "USDC", k_usdc, ""},
      {with_amount("45000000"), "45.0000001", "USDC", k_usdc, "!receipt_amount"},
      {with_amount("4500000"), "45.00", "USDC", k_usdc, "!receipt_amount"},
      {with_amount("-45000000"), "45.00", "USDC", k_usdc, "!receipt_amount"},
      {with_amount("45000000"), "45.00", "EUR", k_usdc, "amount_unverified"},
      {with_amount("45000000"), "45.00", "USDC", k_payee, "amount_unverified"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CAPTURE(c.owed_amount);
    CAPTURE(c.currency);
    Obligation obligation = owed(Rail::x402, c.owed_amount);
    obligation.currency = c.currency;
    obligation.destination.asset = c.asset;
    CHECK(codes(check_plain(c.text, obligation)) == c.findings);
  }
}

TEST_CASE("x402: requirements prove amount, asset and payee") {
  const auto requirements = [](std::string_view amount_name, std::string_view amount, std::string_view asset,
                               std::string_view payee, std::string_view network) {
    return json::Value::object({{"scheme", "exact"},
                                {amount_name, amount},
                                {"asset", asset},
                                {"payTo", payee},
                                {"network", network}});
  };
  const std::string other(k_hash.substr(0, 42));
  const std::pair<json::Value, std::string> cases[] = {
      {requirements("amount", "45000000", k_usdc, k_payee, "eip155:8453"), ""},
      {requirements("maxAmountRequired", "45000000", lower(k_usdc), k_payee, "base"), ""},
      {requirements("amount", "44000000", k_usdc, k_payee, "base"), "!requirements_mismatch"},
      {requirements("amount", "45000000", k_usdc, other, "base"), "!requirements_mismatch"},
      {requirements("amount", "45000000", k_usdc, k_payee, "polygon"), "!requirements_mismatch"},
      {requirements("amount", "45000000", other, k_payee, "base"), "!requirements_mismatch"},
      {json::Value::object(), "!requirements_mismatch !requirements_mismatch"},
  };
  for (const auto& [value, findings] : cases) {
    CAPTURE(json::write(value));
    CHECK(codes(check(k_v1, owed(Rail::x402), &value, k_now)) == findings);
  }
  Obligation silent = owed(Rail::x402);
  silent.destination.address.clear();
  CHECK(codes(check(k_v1, silent, &cases[0].first, k_now)) == "terms_unverified");
}

TEST_CASE("mpp: references by method") {
  const std::string lower64(64, 'c');
  const std::pair<std::string, std::string> good[] = {
      {"tempo", k_hash},      {"stripe", "pi_3Abc"}, {"evm", k_hash},         {"solana", k_solana_signature},
      {"lightning", lower64}, {"stellar", lower64},  {"hedera", "0.0.1@2.3"}, {"card", "auth 17"}};
  for (const auto& [method, reference] : good) {
    CAPTURE(method);
    CHECK(codes(check_plain(mpp(method, reference), owed(Rail::mpp, "1", ""))) == "amount_unverified");
    CHECK(failure(check_plain(mpp(method, ""), owed(Rail::mpp, "1", ""))) == "receipt_reference");
    if (method != "card")
      CHECK(failure(check_plain(mpp(method, "wrong"), owed(Rail::mpp, "1", ""))) == "receipt_reference");
  }
  CHECK(codes(check_plain(mpp("newmethod", "x"), owed(Rail::mpp, "1", ""))) ==
        "receipt_reference amount_unverified");
  CHECK(failure(check_plain(mpp("Tempo", k_hash), owed(Rail::mpp, "1", ""))) == "receipt_rail");
}

TEST_CASE("mpp: usdc follows its network, a Tempo session its channel") {
  const auto with = [](std::string text, std::string_view members) {
    return text.replace(text.size() - 1, 1, "," + std::string(members) + "}");
  };
  const Obligation obligation = owed(Rail::mpp, "1", "");
  CHECK(check_plain(with(mpp("usdc", k_hash), R"("network":"eip155:8453","type":"evm")"), obligation).ok());
  CHECK(failure(check_plain(with(mpp("usdc", k_hash), R"("network":"solana","type":"solana")"),
                            obligation)) == "receipt_reference");
  CHECK(check_plain(with(mpp("usdc", "batch-7"), R"("network":"eip155:8453","type":"gateway")"), obligation)
            .ok());
  CHECK(check_plain(with(mpp("tempo", "0x1234"), R"("intent":"session","channelId":"0x1234")"), obligation)
            .ok());
  CHECK_FALSE(check_plain(with(mpp("tempo", "0x1234"), R"("channelId":"0x9999")"), obligation).ok());
}

TEST_CASE("mpp: time") {
  const std::pair<std::string, std::string> cases[] = {
      {"2026-01-15T12:15:00Z", "amount_unverified"},
      {"2026-01-15T12:15:01Z", "!receipt_time amount_unverified"},
      {"2026-01-15T14:15:01.5+02:00", "!receipt_time amount_unverified"},
      {"2026-01-15T10:59:59Z", "receipt_time amount_unverified"},
      {"2026-02-30T12:00:00Z", "!receipt_time amount_unverified"},
      {"2026-01-15 12:00:00Z", "!receipt_time amount_unverified"},
      {"1768478400", "!receipt_time amount_unverified"},
  };
  for (const auto& [time, findings] : cases) {
    CAPTURE(time);
    CHECK(codes(check_plain(altered(k_v5, "2026-01-15T12:00:00Z", time), owed(Rail::mpp, "1", ""))) ==
          findings);
  }
}

TEST_CASE("mpp: a receipt for another settlement of ours fails, a foreign name warns") {
  Obligation obligation = owed(Rail::mpp, "1", "");
  obligation.settlement_id = "stl_0002";
  CHECK(codes(check_plain(k_v4, obligation)) == "receipt_external_id amount_unverified");
  obligation.other_settlements = {"stl_0001"};
  CHECK(failure(check_plain(k_v4, obligation)) == "receipt_external_id");
}

TEST_CASE("mpp: the challenge proves the amount") {
  const auto request = [](std::string_view amount, std::string_view currency, std::string_view recipient,
                          int chain) {
    auto value = json::Value::object({{"amount", amount}, {"currency", currency}, {"recipient", recipient}});
    if (chain != 0)
      value.set("methodDetails", json::Value::object({{"chainId", chain}}));
    return value;
  };
  const std::string path_usd = "0x20c0000000000000000000000000000000000000";
  Obligation tempo = owed(Rail::mpp, "45.00", "eip155:4217");
  tempo.destination.asset = path_usd;
  Obligation fiat = owed(Rail::mpp, "45.00", "");
  fiat.currency = "USD";
  Obligation yen = fiat;
  yen.currency = "JPY";
  const struct {
    std::string receipt;
    Obligation obligation;
    json::Value agreed;
    std::string findings;
  } cases[] = {
      {k_v4, tempo, request("45000000", path_usd, k_payee, 4217), ""},
      {k_v4, tempo, request("45000000", path_usd, k_payee, 42431), "!requirements_mismatch receipt_testnet"},
      {k_v4, tempo, request("45000000", path_usd, k_payee, 0), "!requirements_mismatch receipt_testnet"},
      {k_v4, tempo, request("4500", path_usd, k_payee, 4217), "!requirements_mismatch"},
      {k_v4, tempo, request("45000000", path_usd, k_usdc, 4217), "!requirements_mismatch"},
      {k_v6, owed(Rail::mpp), request("45000000", k_usdc, k_payee, 8453), ""},
      {k_v5, fiat, request("4500", "usd", "", 0), ""},
      {k_v5, fiat, request("4501", "usd", "", 0), "!requirements_mismatch"},
      {k_v5, fiat, request("4500", "eur", "", 0), "!requirements_mismatch"},
      {k_v5, yen, request("45", "jpy", "", 0), ""},
  };
  for (const auto& c : cases) {
    CAPTURE(json::write(c.agreed));
    CHECK(codes(check(c.receipt, c.obligation, &c.agreed, k_now)) == c.findings);
  }
}

TEST_CASE("hostile text in a receipt cannot reach a terminal") {
  const Report report = check_plain(x402("eip155:8453", "\x1b[2J" + std::string(500, 'x')), owed(Rail::x402));
  REQUIRE(report.find("receipt_tx") != nullptr);
  CHECK(report.find("receipt_tx")->message.find('\x1b') == std::string::npos);
  CHECK(report.find("receipt_tx")->message.size() < 200);
}

TEST_CASE("Stripe ids") {
  for (const char* good : {"tr_1Abc", "po_1", "pi_1", "py_1", "ch_1", "txn_1", "acct_1032D82eZvKYlo2C"})
    CHECK(is_stripe_id(good));
  for (const char* bad : {"", "tr", "tr_", "xx_1", "tr_1-2", "TR_1", "acct_1 "})
    CHECK_FALSE(is_stripe_id(bad));
}

TEST_CASE("rails by name") {
  for (const Rail rail : {Rail::stripe, Rail::x402, Rail::mpp})
    CHECK(parse_rail(name_of(rail)) == rail);
  CHECK_FALSE(parse_rail("paypal"));
  CHECK_FALSE(parse_rail(""));
}
