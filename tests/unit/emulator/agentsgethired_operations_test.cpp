// SPDX-License-Identifier: MIT
// The 43 operations of docs/wire/agentsgethired.md, "Operations": each has a route, and each status it may
// answer is answered by a request below.
#include "agentsgethired_scene.hpp"

#include <array>
#include <map>
#include <set>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;

namespace {

struct Operation {
  int number;
  const char* method;
  const char* path;
  bool is_public = false;
};

constexpr auto k_operations = std::to_array<Operation>({
    {1, "POST", "/api/agents", true},
    {2, "POST", "/api/session", true},
    {3, "DELETE", "/api/session"},
    {4, "GET", "/api/me"},
    {5, "PATCH", "/api/me"},
    {6, "DELETE", "/api/me"},
    {7, "GET", "/api/me/payout-methods"},
    {8, "POST", "/api/me/payout-methods"},
    {9, "PATCH", "/api/me/payout-methods/:method"},
    {10, "DELETE", "/api/me/payout-methods/:method"},
    {11, "POST", "/api/buyers/session/request", true},
    {12, "POST", "/api/buyers/session/verify", true},
    {13, "GET", "/api/buyers/me"},
    {14, "PATCH", "/api/buyers/me"},
    {15, "GET", "/api/buyers/:id", true},
    {16, "GET", "/api/buyers/:id/reviews", true},
    {17, "GET", "/api/roles", true},
    {18, "GET", "/api/roles/:id", true},
    {19, "POST", "/api/roles"},
    {20, "PATCH", "/api/roles/:id"},
    {21, "DELETE", "/api/roles/:id"},
    {22, "GET", "/api/roles/:id/applications"},
    {23, "POST", "/api/roles/:id/apply"},
    {24, "GET", "/api/applications"},
    {25, "GET", "/api/applications/:id"},
    {26, "PATCH", "/api/applications/:id"},
    {27, "DELETE", "/api/applications/:id"},
    {28, "GET", "/api/applications/:id/messages"},
    {29, "POST", "/api/applications/:id/messages"},
    {30, "POST", "/api/applications/:id/review"},
    {31, "GET", "/api/contracts"},
    {32, "GET", "/api/contracts/:id"},
    {33, "GET", "/api/contracts/:id/settlements"},
    {34, "POST", "/api/contracts/:id/review"},
    {35, "POST", "/api/contracts/:id/settlements"},
    {36, "GET", "/api/settlements/:id"},
    {37, "PATCH", "/api/settlements/:id"},
    {38, "POST", "/api/settlements/:id/execute"},
    {39, "GET", "/api/browse"},
    {40, "GET", "/api/agents/:id/reviews", true},
    {41, "GET", "/api/stats"},
    {42, "GET", "/api/skill", true},
    {43, "GET", "/api/quickstart", true},
});

struct Case {
  int number;
  const char* path; ///< {names} are the scene's; empty: the operation's own
  const char* who;
  const char* body;
  const char* verdict;
  const char* before = ""; ///< settings to change, or a fault to add
};

constexpr auto k_cases = std::to_array<Case>({
    {1, "", "", R"({"phase":"discover"})", "200"},
    {1, "", "", R"({"phase":"dream"})", "400 bad_request"},
    {1, "", "", R"({"name":"New","bio":"b"})", "201"},
    {1, "", "", R"({"name":"New"})", "400 bad_request"},
    {1, "", "", R"({"name":"New","bio":"b"})", "410 registration_moved", R"({"era":"identity"})"},
    {2, "", "", R"({"apiKey":"{bosskey}"})", "200"},
    {2, "", "", "{}", "400 bad_request"},
    {2, "", "", R"({"apiKey":"ah_wrong_key"})", "401 unauthorized"},
    {3, "", "buyer", "", "200"},
    {4, "", "boss", "", "200"},
    {5, "", "boss", R"({"bio":"new"})", "200"},
    {5, "", "boss", R"({"bio":7})", "400 bad_request"},
    {6, "", "stranger", "", "200"},
    {6, "", "worker", "", "409 live_contracts"},
    {7, "", "worker", "", "200"},
    {8, "", "stranger", R"({"method":"stripe","destination":"acct_S"})", "201"},
    {8, "", "stranger", R"({"method":"cash","destination":"x"})", "400 bad_request"},
    {8, "", "worker", R"({"method":"stripe","destination":"acct_S"})", "409 payout_method_exists"},
    {9, "/api/me/payout-methods/stripe", "worker", R"({"label":"new"})", "200"},
    {9, "/api/me/payout-methods/stripe", "worker", R"({"destination":7})", "400 bad_request"},
    {9, "/api/me/payout-methods/mpp", "worker", "{}", "404 not_found"},
    {10, "/api/me/payout-methods/stripe", "worker", "", "200"},
    {10, "/api/me/payout-methods/mpp", "worker", "", "404 not_found"},
    {11, "", "", R"({"email":"new@example.com","name":"N"})", "200"},
    {11, "", "", R"({"email":"new@example.com"})", "400 bad_request"},
    {11, "", "", R"({"email":"new@example.com","name":"N"})", "429 injected_fault", "429_before"},
    {12, "", "", R"({"token":"{token}"})", "200"},
    {12, "", "", R"({"token":"spent"})", "400 bad_request"},
    {13, "", "buyer", "", "200"},
    {13, "", "boss", "", "403 forbidden"},
    {14, "", "buyer", R"({"company":"C"})", "200"},
    {14, "", "buyer", R"({"name":7})", "400 bad_request"},
    {14, "", "boss", R"({"company":"C"})", "403 forbidden"},
    {15, "/api/buyers/{buyer}", "", "", "200"},
    {15, "/api/buyers/{no}", "", "", "404 not_found"},
    {16, "/api/buyers/{buyer}/reviews", "", "", "200"},
    {16, "/api/buyers/{no}/reviews", "", "", "404 not_found"},
    {17, "", "", "", "200"},
    {17, "/api/roles?limit=0", "", "", "400 bad_request"},
    {18, "/api/roles/{role}", "", "", "200"},
    {18, "/api/roles/{no}", "", "", "404 not_found"},
    {19, "", "buyer", R"({"title":"T","description":"D","paymentMethod":"mpp"})", "201"},
    {19, "", "boss", R"({"title":"T"})", "400 bad_request"},
    {20, "/api/roles/{role}", "boss", R"({"title":"U"})", "200"},
    {20, "/api/roles/{role}", "boss", R"({"title":7})", "400 bad_request"},
    {20, "/api/roles/{role}", "worker", R"({"title":"U"})", "403 forbidden"},
    {20, "/api/roles/{no}", "boss", R"({"title":"U"})", "404 not_found"},
    {20, "/api/roles/{filled}", "boss", R"({"status":"open"})", "409 role_not_open"},
    {21, "/api/roles/{role}", "boss", "", "200"},
    {21, "/api/roles/{role}", "worker", "", "403 forbidden"},
    {21, "/api/roles/{no}", "boss", "", "404 not_found"},
    {21, "/api/roles/{filled}", "boss", "", "409 role_not_open"},
    {22, "/api/roles/{role}/applications", "boss", "", "200"},
    {22, "/api/roles/{role}/applications", "worker", "", "403 forbidden"},
    {22, "/api/roles/{no}/applications", "boss", "", "404 not_found"},
    {23, "/api/roles/{buyerrole}/apply", "boss", "{}", "201"},
    {23, "/api/roles/{buyerrole}/apply", "boss", R"({"message":7})", "400 bad_request"},
    {23, "/api/roles/{role}/apply", "boss", "{}", "403 own_role"},
    {23, "/api/roles/{role}/apply", "buyer", "{}", "403 forbidden"},
    {23, "/api/roles/{no}/apply", "boss", "{}", "404 not_found"},
    {23, "/api/roles/{filled}/apply", "stranger", "{}", "409 role_not_open"},
    {23, "/api/roles/{role}/apply", "worker", "{}", "409 already_applied"},
    {24, "", "worker", "", "200"},
    {24, "", "buyer", "", "200"},
    {25, "/api/applications/{pending}", "worker", "", "200"},
    {25, "/api/applications/{pending}", "stranger", "", "403 forbidden"},
    {25, "/api/applications/{no}", "boss", "", "404 not_found"},
    {26, "/api/applications/{pending}", "boss", R"({"status":"accepted"})", "200"},
    {26, "/api/applications/{pending}", "boss", R"({"status":"maybe"})", "400 bad_request"},
    {26, "/api/applications/{pending}", "worker", R"({"status":"accepted"})", "403 forbidden"},
    {26, "/api/applications/{no}", "boss", R"({"status":"accepted"})", "404 not_found"},
    {26, "/api/applications/{unpayable}", "boss", R"({"status":"accepted"})", "409 payout_method_missing"},
    {27, "/api/applications/{pending}", "worker", "", "200"},
    {27, "/api/applications/{pending}", "boss", "", "403 forbidden"},
    {27, "/api/applications/{no}", "worker", "", "404 not_found"},
    {27, "/api/applications/{accepted}", "worker", "", "409 application_not_pending"},
    {28, "/api/applications/{pending}/messages", "worker", "", "200"},
    {28, "/api/applications/{pending}/messages", "stranger", "", "403 forbidden"},
    {28, "/api/applications/{no}/messages", "worker", "", "404 not_found"},
    {29, "/api/applications/{pending}/messages", "boss", R"({"body":"Hello"})", "201"},
    {29, "/api/applications/{pending}/messages", "boss", "{}", "400 bad_request"},
    {29, "/api/applications/{pending}/messages", "stranger", R"({"body":"Hello"})", "403 forbidden"},
    {29, "/api/applications/{no}/messages", "boss", R"({"body":"Hello"})", "404 not_found"},
    {29, "/api/applications/{withdrawn}/messages", "buyer", R"({"body":"Hello"})",
     "409 application_not_pending"},
    {30, "/api/applications/{paidapplication}/review", "boss", R"({"rating":5})", "201"},
    {30, "/api/applications/{paidapplication}/review", "boss", R"({"rating":6})", "400 bad_request"},
    {30, "/api/applications/{paidapplication}/review", "stranger", R"({"rating":5})", "403 forbidden"},
    {30, "/api/applications/{no}/review", "boss", R"({"rating":5})", "404 not_found"},
    {30, "/api/applications/{pending}/review", "boss", R"({"rating":5})", "409 no_contract"},
    {31, "", "worker", "", "200"},
    {31, "", "buyer", "", "200"},
    {32, "/api/contracts/{contract}", "worker", "", "200"},
    {32, "/api/contracts/{contract}", "stranger", "", "403 forbidden"},
    {32, "/api/contracts/{no}", "worker", "", "404 not_found"},
    {33, "/api/contracts/{contract}/settlements", "worker", "", "200"},
    {33, "/api/contracts/{contract}/settlements", "stranger", "", "403 forbidden"},
    {33, "/api/contracts/{no}/settlements", "worker", "", "404 not_found"},
    {34, "/api/contracts/{paidcontract}/review", "worker", R"({"rating":5})", "201"},
    {34, "/api/contracts/{paidcontract}/review", "worker", R"({"rating":"5"})", "400 bad_request"},
    {34, "/api/contracts/{paidcontract}/review", "stranger", R"({"rating":5})", "403 forbidden"},
    {34, "/api/contracts/{no}/review", "worker", R"({"rating":5})", "404 not_found"},
    {34, "/api/contracts/{contract}/review", "worker", R"({"rating":5})", "409 nothing_settled"},
    {35, "/api/contracts/{contract}/settlements", "boss", R"({"amount":"1","allowOver":true})", "201"},
    {35, "/api/contracts/{contract}/settlements", "boss", R"({"amount":"one"})", "400 bad_request"},
    {35, "/api/contracts/{contract}/settlements", "worker", "{}", "403 forbidden"},
    {35, "/api/contracts/{no}/settlements", "boss", "{}", "404 not_found"},
    {35, "/api/contracts/{cancelled}/settlements", "boss", "{}", "409 contract_not_active"},
    {35, "/api/contracts/{contract}/settlements", "boss", "{}", "409 over_amount"},
    {36, "/api/settlements/{draft}", "worker", "", "200"},
    {36, "/api/settlements/{draft}", "stranger", "", "403 forbidden"},
    {36, "/api/settlements/{no}", "boss", "", "404 not_found"},
    {37, "/api/settlements/{draft}", "boss", R"({"memo":"for May"})", "200"},
    {37, "/api/settlements/{draft}", "boss", R"({"status":"sent"})", "400 bad_request"},
    {37, "/api/settlements/{draft}", "worker", R"({"memo":"for May"})", "403 forbidden"},
    {37, "/api/settlements/{no}", "boss", R"({"memo":"for May"})", "404 not_found"},
    {37, "/api/settlements/{sent}", "boss", R"({"memo":"for May"})", "409 settlement_not_draft"},
    {38, "/api/settlements/{draft}/execute", "boss", "", "200"},
    {38, "/api/settlements/{x402}/execute", "boss", "{}", "400 receipt_missing"},
    {38, "/api/settlements/{draft}/execute", "boss", "", "402 payment_refused", R"({"transfers":"refuse"})"},
    {38, "/api/settlements/{draft}/execute", "worker", "", "403 forbidden"},
    {38, "/api/settlements/{no}/execute", "boss", "", "404 not_found"},
    {38, "/api/settlements/{sent}/execute", "boss", "", "409 settlement_not_draft"},
    {38, "/api/settlements/{draft}/execute", "boss", "", "500 injected_fault", "500_before"},
    {39, "", "buyer", "", "200"},
    {40, "/api/agents/{worker}/reviews", "", "", "200"},
    {40, "/api/agents/{no}/reviews", "", "", "404 not_found"},
    {41, "", "boss", "", "200"},
    {42, "", "", "", "200"},
    {43, "", "", "", "200"},
});

void prepare(Scene& scene, const std::string& before) {
  if (before.starts_with('{'))
    REQUIRE(scene.market.send("PATCH", "/__emulator/agentsgethired/settings", "", before).status == 200);
  else if (!before.empty())
    REQUIRE(scene.market.send("POST", "/__emulator/faults", "", R"({"fault":")" + before + "\"}").status ==
            201);
}

} // namespace

TEST_CASE("every operation answers every status it may") {
  const std::string start = Scene().image();
  for (const Case& c : k_cases) {
    const Operation& operation = k_operations.at(static_cast<std::size_t>(c.number - 1));
    const std::string path = *c.path == '\0' ? operation.path : c.path;
    CAPTURE(operation.method);
    CAPTURE(path);
    CAPTURE(c.who);
    CAPTURE(c.body);
    Scene scene;
    prepare(scene, c.before);
    const Answered answer = scene.send(operation.method, path, c.who, c.body);
    CHECK(answer.verdict() == c.verdict);
    CHECK(answer.response.header("X-AGR-Emulator") == "1");
    if (answer.status >= 400 && answer.status < 500 && std::string_view(c.before).empty())
      CHECK(scene.image() == start);
  }
}

TEST_CASE("the operations are 43, 11 of them public, and each has its cases") {
  CHECK(k_operations.size() == 43);
  int open = 0;
  std::map<int, std::set<std::string>> answered;
  for (const Case& c : k_cases)
    answered[c.number].insert(std::string(c.verdict).substr(0, 3));
  Scene scene;
  for (const Operation& operation : k_operations) {
    CAPTURE(operation.number);
    const auto& statuses = answered[operation.number];
    CHECK((statuses.contains("200") || statuses.contains("201")));
    const std::string path = scene.filled_in(operation.path);
    if (operation.is_public)
      ++open;
    else
      CHECK(scene.market.send(operation.method, path).verdict() == "401 unauthorized");
    const Answered wrong = scene.market.send("PUT", path, scene.market.boss.key);
    CHECK(wrong.verdict() == "405 method_not_allowed");
    CHECK(wrong.response.header("Allow").value_or("").find(operation.method) != std::string_view::npos);
  }
  CHECK(open == 11);
}
