// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "emulator/emulator.hpp"
#include "json/value.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agr::emulator::test {

struct Answered {
  int status = 0;
  json::Value body;
  Response response;

  /// "201", or "409 already_applied".
  [[nodiscard]] std::string verdict() const {
    const std::string code = body["code"].text();
    return std::to_string(status) + (code.empty() ? "" : " " + code);
  }
};

/// The emulated AgentsGetHired in memory, spoken to as a client would, and a person for each side.
class Market {
public:
  explicit Market(std::uint64_t seed = 1)
      : now(*parse_rfc3339("2026-01-15T11:00:00Z")), world(open(seed, now)), boss(agent("Boss")),
        worker(agent("Worker")) {}

  struct Agent {
    std::string id;
    std::string key;
  };

  Answered send(std::string method, std::string path, std::string key = "", std::string body = "",
                std::vector<Header> more = {}) {
    Request request{std::move(method), std::move(path), "", {{"Host", "localhost"}}, std::move(body)};
    if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    if (!key.empty())
      request.headers.push_back({"Authorization", "Bearer " + key});
    if (!request.body.empty())
      request.headers.push_back({"Content-Type", "application/json"});
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    const Step step = handle(world, request, now);
    if (step.fault)
      FAIL_CHECK(step.fault->message);
    const Response response = std::get<Response>(*step.reply);
    return {response.status, json::parse(response.body).value_or(json::Value()), response};
  }

  Answered get(std::string path, const Agent& who) { return send("GET", std::move(path), who.key); }
  Answered post(std::string path, const Agent& who, std::string body = "", std::vector<Header> more = {}) {
    return send("POST", std::move(path), who.key, std::move(body), std::move(more));
  }
  Answered patch(std::string path, const Agent& who, std::string body) {
    return send("PATCH", std::move(path), who.key, std::move(body));
  }
  Answered remove(std::string path, const Agent& who) { return send("DELETE", std::move(path), who.key); }

  Agent agent(const std::string& name) {
    const Answered answer = send("POST", "/api/agents", "", R"({"name":")" + name + R"(","bio":"works"})");
    REQUIRE(answer.status == 201);
    return {answer.body.at_path("agent.id").text(), answer.body["apiKey"].text()};
  }

  /// A role of the boss, its id. `payment` are further members, such as R"(,"paymentAmount":"45.00")".
  std::string role(const std::string& rail = "stripe",
                   const std::string& payment = R"(,"paymentAmount":"45.00","paymentCurrency":"USD")") {
    const Answered answer = post("/api/roles", boss,
                                 R"({"title":"Summarise","description":"One page","paymentMethod":")" + rail +
                                     "\"" + payment + "}");
    REQUIRE(answer.status == 201);
    return answer.body.at_path("role.id").text();
  }

  std::string application(const std::string& role_id) {
    const Answered answer = post("/api/roles/" + role_id + "/apply", worker, R"({"message":"me"})");
    REQUIRE(answer.status == 201);
    return answer.body.at_path("application.id").text();
  }

  Answered accept(const std::string& application_id) {
    return patch("/api/applications/" + application_id, boss, R"({"status":"accepted"})");
  }

  void payout(const std::string& rail) {
    const std::string body = rail == "stripe"
                                 ? R"({"method":"stripe","destination":"acct_Worker1"})"
                                 : R"({"method":")" + rail +
                                       R"(","destination":"0x1111111111111111111111111111111111111111",)"
                                       R"("network":"eip155:8453"})";
    REQUIRE(post("/api/me/payout-methods", worker, body).status == 201);
  }

  struct Hired {
    std::string role, application, contract, settlement;
  };

  Hired hire(const std::string& rail = "stripe",
             const std::string& payment = R"(,"paymentAmount":"45.00","paymentCurrency":"USD")") {
    payout(rail);
    const std::string role_id = role(rail, payment);
    const std::string application_id = application(role_id);
    const Answered answer = accept(application_id);
    REQUIRE(answer.status == 200);
    return {role_id, application_id, answer.body.at_path("contract.id").text(),
            answer.body.at_path("settlement.id").text()};
  }

  Answered execute(const std::string& settlement, std::string body = "", std::vector<Header> more = {}) {
    return post("/api/settlements/" + settlement + "/execute", boss, std::move(body), std::move(more));
  }

  /// The balance of an account in the books, "0.00" when there is none.
  std::string balance(const std::string& purpose, const std::string& owner,
                      const std::string& currency = "USD") {
    const Answered books = send("GET", "/__emulator/books");
    CHECK(books.body["balanced"].as_bool() == true);
    for (const json::Value& account : books.body["accounts"].items())
      if (account["marketplace"].text() == "agentsgethired" && account["purpose"].text() == purpose &&
          account["owner"].text() == owner && account["currency"].text() == currency)
        return account["balance"].text();
    return "0.00";
  }

  Time now;
  World world;
  Agent boss;
  Agent worker;

private:
  static World open(std::uint64_t seed, Time at) {
    Options options;
    options.seed = seed;
    return std::move(World::open(":memory:", options, at)).value();
  }
};

/// A well-formed x402 receipt whose transaction ends in `tail` (two hexadecimal digits).
inline std::string x402_receipt(const std::string& tail = "12") {
  return R"({"success":true,"transaction":"0x)" + std::string(62, 'a') + tail +
         R"(","network":"eip155:8453","payer":"0x1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c"})";
}

inline std::string with_receipt(const std::string& receipt) {
  return R"({"providerReceipt":)" + receipt + "}";
}

} // namespace agr::emulator::test
