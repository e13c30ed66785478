// SPDX-License-Identifier: MIT
#include "agentsgethired_market.hpp"
#include "base/text.hpp"

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

constexpr const char* k_usdc = R"(,"paymentAmount":"45.00","paymentCurrency":"USDC")";

Header key(const std::string& value) {
  return {"Idempotency-Key", value};
}

std::string status_of(Market& market, const std::string& settlement) {
  return market.get("/api/settlements/" + settlement, market.boss).body.at_path("settlement.status").text();
}

} // namespace

TEST_CASE("Stripe: executed once, sent, and in transit to the payee") {
  Market market;
  const Market::Hired hired = market.hire();
  const Answered paid = market.execute(hired.settlement);
  REQUIRE(paid.verdict() == "200");
  CHECK(paid.body.at_path("settlement.status").text() == "sent");
  CHECK(paid.body.at_path("settlement.providerReference").text().starts_with("tr_emulator"));
  CHECK(paid.body.at_path("settlement.executedAt").text() == "2026-01-15T11:00:00.000Z");
  CHECK(market.execute(hired.settlement).verdict() == "409 settlement_not_draft");
  CHECK(market.balance("escrow", market.worker.id) == "45.00");
  CHECK(market.balance("outside", market.boss.id) == "-45.00");
}

TEST_CASE("x402: settled by a receipt, arrived at the payee") {
  Market market;
  const Market::Hired hired = market.hire("x402", k_usdc);
  const Answered paid = market.execute(hired.settlement, with_receipt(x402_receipt()));
  REQUIRE(paid.verdict() == "200");
  CHECK(paid.body.at_path("settlement.status").text() == "settled");
  CHECK(paid.body.at_path("settlement.providerReference").text() == "0x" + std::string(62, 'a') + "12");
  CHECK(paid.body.at_path("settlement.providerReceipt.network").text() == "eip155:8453");
  CHECK(market.balance("earnings", market.worker.id, "USDC") == "45.00");
  CHECK(market.balance("outside", market.boss.id, "USDC") == "-45.00");
}

TEST_CASE("a receipt may come under either name, as text or object, or beforehand by a change") {
  const std::string encoded = json::write(json::Value(base64(x402_receipt())));
  for (const std::string& body : {with_receipt(x402_receipt()), R"({"receipt":)" + x402_receipt() + "}",
                                  with_receipt(encoded), R"({"receipt":)" + encoded + "}"}) {
    CAPTURE(body);
    Market market;
    CHECK(market.execute(market.hire("x402", k_usdc).settlement, body).status == 200);
  }
  Market market;
  const Market::Hired hired = market.hire("x402", k_usdc);
  REQUIRE(market.patch("/api/settlements/" + hired.settlement, market.boss, with_receipt(encoded)).status ==
          200);
  CHECK(market.execute(hired.settlement).status == 200);
}

TEST_CASE("execute: what is refused leaves the draft and the books alone") {
  const std::string mpp = R"({"method":"evm","reference":"0x)" + std::string(64, 'b') +
                          R"(","status":"success","timestamp":"2026-01-15T11:00:00Z"})";
  std::string failed = x402_receipt();
  failed.replace(failed.find("true"), 4, "false");
  std::string elsewhere = x402_receipt();
  elsewhere.replace(elsewhere.find("8453"), 4, "137");
  std::string short_hash = x402_receipt();
  short_hash.erase(short_hash.find("aa"), 1);
  std::string amount = x402_receipt();
  amount.insert(1, R"("amount":"44990000",)");
  std::string twice = x402_receipt();
  twice.insert(1, R"("success":true,)");
  const std::pair<std::string, std::string> cases[] = {
      {"", "400 receipt_missing"},
      {"{}", "400 receipt_missing"},
      {"[]", "400 bad_request"},
      {with_receipt("7"), "400 bad_request"},
      {with_receipt("[]"), "400 bad_request"},
      {with_receipt("\"\""), "400 receipt_size"},
      {with_receipt("\"=\""), "400 receipt_encoding"},
      {with_receipt("\"W10=\""), "400 receipt_json"},
      {with_receipt("{}"), "400 receipt_rail"},
      {with_receipt(mpp), "400 receipt_rail"},
      {with_receipt(failed), "400 receipt_not_success"},
      {with_receipt(elsewhere), "400 receipt_network"},
      {with_receipt(short_hash), "400 receipt_tx"},
      {with_receipt(amount), "400 receipt_amount"},
      {with_receipt(twice), "400 receipt_json"},
  };
  Market market;
  const Market::Hired hired = market.hire("x402", k_usdc);
  for (const auto& [body, verdict] : cases) {
    CAPTURE(body);
    CHECK(market.execute(hired.settlement, body).verdict() == verdict);
    CHECK(status_of(market, hired.settlement) == "draft");
  }
  CHECK(market.balance("outside", market.boss.id, "USDC") == "0.00");
  CHECK(market
            .post("/api/settlements/" + hired.settlement + "/execute", market.worker,
                  with_receipt(x402_receipt()))
            .verdict() == "403 forbidden");
  CHECK(market.execute("nowhere").verdict() == "404 not_found");
  CHECK(market.execute(hired.settlement, with_receipt(x402_receipt())).status == 200);
}

TEST_CASE("mpp: settled, and a receipt for another settlement of ours is refused") {
  Market market;
  const Market::Hired hired = market.hire("mpp", k_usdc);
  const std::string list = "/api/contracts/" + hired.contract + "/settlements";
  const std::string second =
      market.post(list, market.boss, R"({"allowOver":true})").body.at_path("settlement.id").text();
  const auto receipt = [&](const std::string& external_id) {
    return with_receipt(R"({"method":"tempo","reference":"0x)" + std::string(64, 'b') +
                        R"(","status":"success","timestamp":"2026-01-15T11:00:00Z","externalId":")" +
                        external_id + R"("})");
  };
  CHECK(market.execute(hired.settlement, receipt(second)).verdict() == "400 receipt_external_id");
  CHECK(
      market.execute(hired.settlement, receipt(hired.settlement)).body.at_path("settlement.status").text() ==
      "settled");
  CHECK(market.execute(second, receipt(second)).verdict() == "409 receipt_reused");
}

TEST_CASE("a receipt pays one settlement, whatever the case of its digits") {
  Market market;
  const Market::Hired hired = market.hire("x402", k_usdc);
  const std::string second = market
                                 .post("/api/contracts/" + hired.contract + "/settlements", market.boss,
                                       R"({"amount":"1","currency":"USDC","allowOver":true})")
                                 .body.at_path("settlement.id")
                                 .text();
  REQUIRE(market.execute(hired.settlement, with_receipt(x402_receipt("bc"))).status == 200);
  CHECK(market.execute(second, with_receipt(x402_receipt("BC"))).verdict() == "409 receipt_reused");
  CHECK(status_of(market, second) == "draft");
  CHECK(market.execute(second, with_receipt(x402_receipt("cd"))).status == 200);
}

TEST_CASE("two executes of one draft: one wins, the money moves once") {
  Market market;
  const Market::Hired hired = market.hire();
  CHECK(market.execute(hired.settlement, "", {key("a")}).status == 200);
  CHECK(market.execute(hired.settlement, "", {key("b")}).verdict() == "409 settlement_not_draft");
  CHECK(market.balance("escrow", market.worker.id) == "45.00");
}

TEST_CASE("the same key and body get the same answer again") {
  Market market;
  const Market::Hired hired = market.hire();
  const Answered first = market.execute(hired.settlement, "{}", {key("k1")});
  const Answered again = market.execute(hired.settlement, "{}", {key("k1")});
  CHECK(first.status == 200);
  CHECK_FALSE(first.response.header("Idempotent-Replayed"));
  CHECK(again.response.body == first.response.body);
  CHECK(again.response.header("Idempotent-Replayed") == "true");
  CHECK(market.execute(hired.settlement, R"({"x":1})", {key("k1")}).verdict() == "409 idempotency_mismatch");
  CHECK(market.balance("escrow", market.worker.id) == "45.00");
}

TEST_CASE("only what was carried out is kept for a key; keys belong to their caller") {
  Market market;
  const Market::Hired hired = market.hire("x402", k_usdc);
  CHECK(market.execute(hired.settlement, "{}", {key("k")}).verdict() == "400 receipt_missing");
  CHECK(market.execute(hired.settlement, with_receipt(x402_receipt()), {key("k")}).status == 200);
  const std::string role = R"({"title":"T","description":"D","paymentMethod":"stripe"})";
  CHECK(market.post("/api/roles", market.worker, role, {key("k")}).status == 201);
  CHECK(market.post("/api/roles", market.boss, role, {key("k")}).verdict() == "409 idempotency_mismatch");
  CHECK(market.post("/api/roles", market.boss, role, {key("")}).verdict() == "400 bad_request");
  CHECK(market.post("/api/roles", market.boss, role, {key(std::string(256, 'k'))}).verdict() ==
        "400 bad_request");
}

TEST_CASE("settlements together stay within the contract's amount") {
  Market market;
  const Market::Hired hired = market.hire();
  const std::string list = "/api/contracts/" + hired.contract + "/settlements";
  const std::string draft = "/api/settlements/" + hired.settlement;
  CHECK(market.post(list, market.boss, R"({"amount":"0.01"})").verdict() == "409 over_amount");
  CHECK(market.patch(draft, market.boss, R"({"amount":"45.01"})").verdict() == "409 over_amount");
  CHECK(market.patch(draft, market.boss, R"({"currency":"EUR"})").verdict() == "400 bad_request");
  CHECK(market.patch(draft, market.boss, R"({"amount":"20.00","memo":"half"})").status == 200);
  CHECK(market.post(list, market.boss, R"({"amount":"25.01"})").verdict() == "409 over_amount");
  CHECK(market.post(list, market.worker, R"({"amount":"25.00"})").verdict() == "403 forbidden");
  CHECK(market.post(list, market.boss, R"({"amount":"25.00"})").status == 201);
  CHECK(market.post(list, market.boss, R"({"amount":"5","allowOver":true})").status == 201);
  CHECK(market.execute(hired.settlement).status == 200);
  CHECK(market.balance("escrow", market.worker.id) == "20.00");
}

TEST_CASE("a draft that is over the contract's amount on purpose can still be annotated") {
  Market market;
  const Market::Hired hired = market.hire();
  const Answered over = market.post("/api/contracts/" + hired.contract + "/settlements", market.boss,
                                    R"({"amount":null,"allowOver":true})");
  REQUIRE(over.status == 201);
  CHECK(over.body.at_path("settlement.amount").text() == "45.00");
  const std::string path = "/api/settlements/" + over.body.at_path("settlement.id").text();
  CHECK(market.patch(path, market.boss, R"({"memo":"bonus"})").body.at_path("settlement.memo").text() ==
        "bonus");
  CHECK(market.patch(path, market.boss, R"({"memo":null})").body.at_path("settlement.memo").is_null());
  CHECK(market.patch(path, market.boss, R"({"amount":"44"})").verdict() == "409 over_amount");
}

TEST_CASE("a draft can be cancelled; what is final stays so") {
  Market market;
  const Market::Hired hired = market.hire();
  const std::string path = "/api/settlements/" + hired.settlement;
  CHECK(market.patch(path, market.boss, R"({"status":"sent"})").verdict() == "400 bad_request");
  CHECK(market.patch(path, market.worker, R"({"status":"cancelled"})").verdict() == "403 forbidden");
  CHECK(
      market.patch(path, market.boss, R"({"status":"cancelled"})").body.at_path("settlement.status").text() ==
      "cancelled");
  CHECK(market.patch(path, market.boss, R"({"memo":"late"})").verdict() == "409 settlement_not_draft");
  CHECK(market.execute(hired.settlement).verdict() == "409 settlement_not_draft");
  const Answered fresh = market.post("/api/contracts/" + hired.contract + "/settlements", market.boss);
  CHECK(fresh.body.at_path("settlement.amount").text() == "45.00");
  CHECK(fresh.body.at_path("settlement.currency").text() == "USD");
}

TEST_CASE("a completed contract takes no further settlement") {
  Market market;
  const Market::Hired hired = market.hire();
  REQUIRE(market.execute(hired.settlement).status == 200);
  const std::string contract = "/api/contracts/" + hired.contract;
  REQUIRE(market.post(contract + "/review", market.boss, R"({"rating":5})").status == 201);
  REQUIRE(market.post(contract + "/review", market.worker, R"({"rating":5})").status == 201);
  CHECK(market.post(contract + "/settlements", market.boss, R"({"allowOver":true})").verdict() ==
        "409 contract_not_active");
}
