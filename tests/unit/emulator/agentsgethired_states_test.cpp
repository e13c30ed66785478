// SPDX-License-Identifier: MIT
// The state machines of docs/wire/agentsgethired.md as tables: from each state, each thing somebody may try.
#include "agentsgethired_scene.hpp"

#include <algorithm>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

constexpr const char* k_refuse = R"({"transfers":"refuse"})";
constexpr const char* k_fail = R"({"transfers":"fail"})";

void set(Market& market, const std::string& settings) {
  REQUIRE(market.send("PATCH", "/__emulator/agentsgethired/settings", "", settings).status == 200);
}

struct Try {
  const char* from;
  const char* what;
  const char* verdict;
  const char* to; ///< the state afterwards
};

// Roles

std::string role_in(Market& market, const std::string& state) {
  const std::string id = market.role();
  if (state == "filled")
    REQUIRE(market.accept(market.application(id)).status == 200);
  if (state == "closed")
    REQUIRE(market.patch("/api/roles/" + id, market.boss, R"({"status":"closed"})").status == 200);
  return id;
}

Answered try_role(Market& market, const std::string& id, const std::string& what) {
  const std::string path = "/api/roles/" + id;
  if (what == "apply")
    return market.post(path + "/apply", market.worker, "{}");
  if (what == "delete")
    return market.remove(path, market.boss);
  const char* body = what == "close"    ? R"({"status":"closed"})"
                     : what == "open"   ? R"({"status":"open"})"
                     : what == "repay"  ? R"({"paymentTerms":"net 30"})"
                     : what == "reword" ? R"({"title":"New"})"
                                        : R"({"status":"filled"})";
  return market.patch(path, market.boss, body);
}

// Applications

std::string application_in(Market& market, const std::string& state) {
  const std::string id = market.application(market.role());
  if (state == "accepted")
    REQUIRE(market.accept(id).status == 200);
  if (state == "rejected")
    REQUIRE(market.patch("/api/applications/" + id, market.boss, R"({"status":"rejected"})").status == 200);
  if (state == "withdrawn")
    REQUIRE(market.remove("/api/applications/" + id, market.worker).status == 200);
  return id;
}

Answered try_application(Market& market, const std::string& id, const std::string& what) {
  const std::string path = "/api/applications/" + id;
  if (what == "accept")
    return market.accept(id);
  if (what == "reject")
    return market.patch(path, market.boss, R"({"status":"rejected"})");
  if (what == "withdraw")
    return market.remove(path, market.worker);
  if (what == "talk")
    return market.post(path + "/messages", market.boss, R"({"body":"Hello"})");
  return market.patch(path, market.worker, R"({"message":"better"})");
}

// Settlements

std::string settlement_in(Market& market, const std::string& rail, const std::string& state) {
  const Market::Hired hired = market.hire(rail, R"(,"paymentAmount":"45.00","paymentCurrency":"USDC")");
  const std::string& id = hired.settlement;
  const std::string receipt = rail == "stripe" ? "" : with_receipt(x402_receipt("ab"));
  if (state == "cancelled")
    REQUIRE(market.patch("/api/settlements/" + id, market.boss, R"({"status":"cancelled"})").status == 200);
  if (state == "failed")
    set(market, k_fail);
  if (state != "draft" && state != "cancelled")
    REQUIRE(market.execute(id, receipt).status == 200);
  set(market, R"({"transfers":"ok"})");
  return id;
}

Answered try_settlement(Market& market, const std::string& rail, const std::string& id,
                        const std::string& what) {
  const std::string path = "/api/settlements/" + id;
  if (what == "change")
    return market.patch(path, market.boss, R"({"memo":"new"})");
  if (what == "cancel")
    return market.patch(path, market.boss, R"({"status":"cancelled"})");
  if (what == "refused")
    set(market, k_refuse);
  if (what == "fails")
    set(market, k_fail);
  if (what == "rejected")
    set(market, R"({"receipts":"reject"})");
  return market.execute(id, rail == "stripe" ? "" : with_receipt(x402_receipt("cd")));
}

} // namespace

TEST_CASE("what can be done with a role in each state") {
  for (const Try& t :
       {Try{"open", "apply", "201", "open"}, Try{"open", "close", "200", "closed"},
        Try{"open", "open", "200", "open"}, Try{"open", "repay", "200", "open"},
        Try{"open", "reword", "200", "open"}, Try{"open", "fill", "400 bad_request", "open"},
        Try{"open", "delete", "200", "gone"}, Try{"closed", "apply", "409 role_not_open", "closed"},
        Try{"closed", "open", "200", "open"}, Try{"closed", "close", "200", "closed"},
        Try{"closed", "repay", "200", "closed"}, Try{"closed", "delete", "200", "gone"},
        Try{"filled", "apply", "409 role_not_open", "filled"},
        Try{"filled", "open", "409 role_not_open", "filled"},
        Try{"filled", "close", "409 role_not_open", "filled"},
        Try{"filled", "repay", "409 role_not_open", "filled"}, Try{"filled", "reword", "200", "filled"},
        Try{"filled", "delete", "409 role_not_open", "filled"}}) {
    CAPTURE(t.from);
    CAPTURE(t.what);
    Market market;
    market.payout("stripe");
    const std::string id = role_in(market, t.from);
    CHECK(try_role(market, id, t.what).verdict() == t.verdict);
    const Answered after = market.send("GET", "/api/roles/" + id);
    CHECK((after.status == 404 ? "gone" : after.body.at_path("role.status").text()) == t.to);
  }
}

TEST_CASE("what can be done with an application in each state") {
  for (const char* state : {"pending", "accepted", "rejected", "withdrawn"})
    for (const Try& t :
         {Try{"pending", "accept", "200", "accepted"}, Try{"pending", "reject", "200", "rejected"},
          Try{"pending", "withdraw", "200", "withdrawn"}, Try{"pending", "reword", "200", "pending"}}) {
      const bool is_pending = std::string_view(state) == t.from;
      CAPTURE(state);
      CAPTURE(t.what);
      Market market;
      market.payout("stripe");
      const std::string id = application_in(market, state);
      CHECK(try_application(market, id, t.what).verdict() ==
            (is_pending ? t.verdict : "409 application_not_pending"));
      CHECK(market.get("/api/applications/" + id, market.worker).body.at_path("application.status").text() ==
            (is_pending ? t.to : state));
    }
}

TEST_CASE("the thread is open while an application is") {
  for (const auto& [state, verdict] : {std::pair{"pending", "201"},
                                       {"accepted", "201"},
                                       {"rejected", "409 application_not_pending"},
                                       {"withdrawn", "409 application_not_pending"}}) {
    CAPTURE(state);
    Market market;
    market.payout("stripe");
    CHECK(try_application(market, application_in(market, state), "talk").verdict() == verdict);
  }
}

TEST_CASE("what can be done with a settlement in each state, on each rail") {
  struct Rail {
    const char* name;
    const char* paid;
  };
  for (const Rail& rail : {Rail{"stripe", "sent"}, Rail{"x402", "settled"}}) {
    const std::string final_no = "409 settlement_not_draft";
    for (const Try& t :
         {Try{"draft", "execute", "200", rail.paid}, Try{"draft", "fails", "200", "failed"},
          Try{"draft", "refused", "402 payment_refused", "draft"}, Try{"draft", "change", "200", "draft"},
          Try{"draft", "cancel", "200", "cancelled"}, Try{"failed", "execute", "200", rail.paid},
          Try{"failed", "fails", "200", "failed"}, Try{"failed", "refused", "402 payment_refused", "failed"},
          Try{"failed", "change", final_no.c_str(), "failed"},
          Try{"failed", "cancel", final_no.c_str(), "failed"},
          Try{rail.paid, "execute", final_no.c_str(), rail.paid},
          Try{rail.paid, "change", final_no.c_str(), rail.paid},
          Try{rail.paid, "cancel", final_no.c_str(), rail.paid},
          Try{"cancelled", "execute", final_no.c_str(), "cancelled"},
          Try{"cancelled", "change", final_no.c_str(), "cancelled"},
          Try{"cancelled", "cancel", final_no.c_str(), "cancelled"}}) {
      CAPTURE(rail.name);
      CAPTURE(t.from);
      CAPTURE(t.what);
      Market market;
      const std::string id = settlement_in(market, rail.name, t.from);
      CHECK(try_settlement(market, rail.name, id, t.what).verdict() == t.verdict);
      const Answered after = market.get("/api/settlements/" + id, market.worker);
      CHECK(after.body.at_path("settlement.status").text() == t.to);
      CHECK(after.body.at_path("settlement.error").is_null() == (std::string_view(t.to) != "failed"));
      const bool paid = std::string_view(t.to) == rail.paid;
      CHECK(market.balance("outside", market.boss.id, "USDC") == (paid ? "-45.00" : "0.00"));
    }
  }
}

TEST_CASE("no receipt is good enough where all are rejected; a transfer needs none") {
  Market market;
  const std::string by_receipt = settlement_in(market, "x402", "draft");
  CHECK(try_settlement(market, "x402", by_receipt, "rejected").verdict() == "400 receipt_rejected");
  Market other;
  CHECK(try_settlement(other, "stripe", settlement_in(other, "stripe", "draft"), "rejected").status == 200);
}

TEST_CASE("a failed payment is tried again under its own key, a payment made is not") {
  Market market;
  const std::string id = market.hire().settlement;
  const Header key{"Idempotency-Key", "obligation"};
  set(market, k_fail);
  CHECK(market.execute(id, "", {key}).body.at_path("settlement.status").text() == "failed");
  CHECK_FALSE(market.execute(id, "", {key}).response.header("Idempotent-Replayed"));
  set(market, R"({"transfers":"ok"})");
  const Answered paid = market.execute(id, "", {key});
  CHECK(paid.body.at_path("settlement.status").text() == "sent");
  const Answered again = market.execute(id, "", {key});
  CHECK(again.response.header("Idempotent-Replayed") == "true");
  CHECK(again.response.body == paid.response.body);
  CHECK(market.balance("escrow", market.worker.id) == "45.00");
}

TEST_CASE("when a contract is completed") {
  // Two settlements: which of them is paid, cancelled or left; and who has reviewed.
  struct Case {
    const char* second; ///< "", "draft", "failed", "cancelled" or "sent"
    bool boss, worker;
    const char* status;
  };
  for (const Case& c : {Case{"", false, false, "active"}, Case{"", true, false, "active"},
                        Case{"", false, true, "active"}, Case{"", true, true, "completed"},
                        Case{"draft", true, true, "active"}, Case{"failed", true, true, "active"},
                        Case{"cancelled", true, true, "completed"}, Case{"sent", true, true, "completed"}}) {
    CAPTURE(c.second);
    CAPTURE(c.boss);
    CAPTURE(c.worker);
    Market market;
    const Market::Hired hired = market.hire();
    const std::string path = "/api/contracts/" + hired.contract;
    REQUIRE(market.execute(hired.settlement).status == 200);
    if (const std::string_view second = c.second; !second.empty()) {
      const Answered added =
          market.post(path + "/settlements", market.boss, R"({"amount":"1","allowOver":true})");
      const std::string id = added.body.at_path("settlement.id").text();
      if (second == "cancelled")
        REQUIRE(market.patch("/api/settlements/" + id, market.boss, R"({"status":"cancelled"})").status ==
                200);
      if (second == "failed")
        set(market, k_fail);
      if (second == "failed" || second == "sent")
        REQUIRE(market.execute(id).status == 200);
    }
    for (const auto& [reviews, who] : {std::pair{c.boss, market.boss}, {c.worker, market.worker}})
      if (reviews)
        REQUIRE(market.post(path + "/review", who, R"({"rating":5})").status == 201);
    CHECK(market.get(path, market.boss).body.at_path("contract.status").text() == c.status);
  }
}

TEST_CASE("a cancelled contract has nothing left to pay, and stays so") {
  Market market;
  const Market::Hired hired = market.hire();
  const std::string control = "/__emulator/agentsgethired/contracts/" + hired.contract + "/cancel";
  CHECK(market.send("POST", control).body.at_path("contract.status").text() == "cancelled");
  CHECK(market.send("POST", control).verdict() == "409 contract_not_active");
  CHECK(market.send("POST", "/__emulator/agentsgethired/contracts/none/cancel").verdict() == "404 not_found");
  CHECK(market.execute(hired.settlement).verdict() == "409 settlement_not_draft");
  CHECK(market.post("/api/contracts/" + hired.contract + "/settlements", market.boss, "{}").verdict() ==
        "409 contract_not_active");
  CHECK(market.remove("/api/me", market.worker).status == 200);
}

TEST_CASE("reviews before payment are a matter of settings") {
  Market market;
  const std::string path = "/api/contracts/" + market.hire().contract + "/review";
  CHECK(market.post(path, market.worker, R"({"rating":4})").verdict() == "409 nothing_settled");
  set(market, R"({"early_reviews":true})");
  CHECK(market.post(path, market.worker, R"({"rating":4})").status == 201);
  CHECK(market.post(path, market.worker, R"({"rating":4})").verdict() == "409 already_reviewed");
}

TEST_CASE("of several things wrong with a request, the first in the documented order is said") {
  // 401, 404, 403, 400, 409: each step mends one.
  Scene scene;
  const std::string accept = R"({"status":"accepted"})";
  struct Step {
    const char* path;
    const char* who;
    const char* body;
    const char* verdict;
  };
  for (const Step& s :
       {Step{"/api/applications/{no}", "", "junk", "401 unauthorized"},
        Step{"/api/applications/{no}", "stranger", "junk", "404 not_found"},
        Step{"/api/applications/{accepted}", "stranger", "junk", "403 forbidden"},
        Step{"/api/applications/{accepted}", "boss", "junk", "400 bad_request"},
        Step{"/api/applications/{accepted}", "boss", accept.c_str(), "409 application_not_pending"},
        Step{"/api/settlements/{no}", "", "junk", "401 unauthorized"},
        Step{"/api/settlements/{no}", "worker", "junk", "404 not_found"},
        Step{"/api/settlements/{sent}", "worker", "junk", "403 forbidden"},
        Step{"/api/settlements/{sent}", "boss", "junk", "400 bad_request"},
        Step{"/api/settlements/{sent}", "boss", "{}", "409 settlement_not_draft"},
        Step{"/api/roles/{no}", "", "junk", "401 unauthorized"},
        Step{"/api/roles/{no}", "worker", "junk", "404 not_found"},
        Step{"/api/roles/{filled}", "worker", "junk", "403 forbidden"},
        Step{"/api/roles/{filled}", "boss", "junk", "400 bad_request"},
        Step{"/api/roles/{filled}", "boss", R"({"status":"open"})", "409 role_not_open"}}) {
    CAPTURE(s.path);
    CAPTURE(s.who);
    CHECK(scene.send("PATCH", s.path, s.who, s.body).verdict() == s.verdict);
  }
}
