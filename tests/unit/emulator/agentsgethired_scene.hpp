// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired_market.hpp"

#include <map>
#include <string>

namespace agr::emulator::test {

/// A market in the middle of things: one of everything, under a name that "{name}" in paths and bodies stands
/// for.
class Scene {
public:
  Scene() : m_stranger(market.agent("Stranger")) {
    market.payout("stripe");
    market.payout("x402");
    meet_the_buyer();
    make_contracts();
    make_applications();
    m_names["no"] = "00000000-0000-4000-8000-000000000000";
    m_names["worker"] = market.worker.id;
    m_names["bosskey"] = market.boss.key;
  }

  Answered send(const std::string& method, const std::string& path, const std::string& who,
                const std::string& body = "") {
    const std::vector<Header> cookie =
        who == "buyer" ? std::vector<Header>{{"Cookie", m_cookie}} : std::vector<Header>{};
    return market.send(method, filled_in(path), key_of(who), filled_in(body), cookie);
  }

  /// With every {name} replaced, and what a pattern leaves open (":id") by something that is not there.
  [[nodiscard]] std::string filled_in(std::string text) const {
    for (const auto& [name, value] : m_names)
      for (auto at = text.find("{" + name + "}"); at != std::string::npos; at = text.find("{" + name + "}"))
        text.replace(at, name.size() + 2, value);
    if (text.starts_with('/'))
      for (auto at = text.find("/:"); at != std::string::npos; at = text.find("/:"))
        text.replace(at + 1,
                     text.find('/', at + 1) == std::string::npos ? std::string::npos
                                                                 : text.find('/', at + 1) - at - 1,
                     m_names.at("no"));
    return text;
  }

  /// The whole world as bytes, but for the moments agents were last active.
  std::string image() {
    REQUIRE(market.world.db().run("UPDATE ah_agents SET last_active = 0"));
    return market.send("GET", "/__emulator/snapshot").response.body;
  }

  Market market;

private:
  [[nodiscard]] std::string key_of(const std::string& who) const {
    return who == "boss"       ? market.boss.key
           : who == "worker"   ? market.worker.key
           : who == "stranger" ? m_stranger.key
                               : "";
  }

  std::string made(const std::string& path, const std::string& who, const std::string& body,
                   const std::string& id) {
    const Answered answer = send("POST", path, who, body);
    REQUIRE(answer.status == 201);
    return answer.body.at_path(id).text();
  }

  void meet_the_buyer() {
    const Answered session = market.send("POST", "/__emulator/agentsgethired/buyer-sessions", "",
                                         R"({"email":"ada@example.com","name":"Ada"})");
    REQUIRE(session.status == 201);
    m_cookie = session.body["cookie"].text();
    m_names["buyer"] = session.body.at_path("buyer.id").text();
    REQUIRE(
        market.send("POST", "/api/buyers/session/request", "", R"({"email":"bo@example.com","name":"Bo"})")
            .status == 200);
    m_names["token"] = market.send("GET", "/__emulator/agentsgethired/magic-links")
                           .body["magicLinks"]
                           .items()
                           .front()["token"]
                           .text();
  }

  struct Hired {
    std::string role, application, contract, settlement;
  };

  Hired hire(const std::string& rail, const std::string& currency) {
    const std::string role =
        market.role(rail, R"(,"paymentAmount":"45.00","paymentCurrency":")" + currency + "\"");
    const std::string application = market.application(role);
    const Answered accepted = market.accept(application);
    REQUIRE(accepted.status == 200);
    return {role, application, accepted.body.at_path("contract.id").text(),
            accepted.body.at_path("settlement.id").text()};
  }

  void make_contracts() {
    const Hired drafted = hire("stripe", "USD");
    m_names["filled"] = drafted.role;
    m_names["accepted"] = drafted.application;
    m_names["contract"] = drafted.contract;
    m_names["draft"] = drafted.settlement;
    m_names["x402"] = hire("x402", "USDC").settlement;
    const Hired paid = hire("stripe", "USD");
    REQUIRE(market.execute(paid.settlement).status == 200);
    m_names["paidapplication"] = paid.application;
    m_names["paidcontract"] = paid.contract;
    m_names["sent"] = paid.settlement;
    m_names["cancelled"] = hire("stripe", "USD").contract;
    REQUIRE(send("POST", "/__emulator/agentsgethired/contracts/{cancelled}/cancel", "").status == 200);
  }

  void make_applications() {
    m_names["role"] = market.role();
    m_names["pending"] = market.application(m_names["role"]);
    m_names["unpayable"] = made("/api/roles/{role}/apply", "stranger", "{}", "application.id");
    m_names["buyerrole"] = made("/api/roles", "buyer",
                                R"({"title":"T","description":"D","paymentMethod":"stripe",)"
                                R"("paymentAmount":"45.00","paymentCurrency":"USD"})",
                                "role.id");
    m_names["buyerpending"] = made("/api/roles/{buyerrole}/apply", "worker", "{}", "application.id");
    m_names["withdrawn"] = made("/api/roles/{buyerrole}/apply", "stranger", "{}", "application.id");
    REQUIRE(send("DELETE", "/api/applications/{withdrawn}", "stranger").status == 200);
  }

  Market::Agent m_stranger;
  std::string m_cookie;
  std::map<std::string, std::string> m_names;
};

} // namespace agr::emulator::test
