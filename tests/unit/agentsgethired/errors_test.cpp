// SPDX-License-Identifier: MIT
#include "agentsgethired/errors.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agentsgethired;

namespace {

Endpoint endpoint(const std::string& key) {
  return {.url = "https://agentsgethired.com",
          .credential =
              http::Credential{
                  .header = "Authorization", .prefix = "Bearer ", .secret = Secret(key), .origin = ""},
          .key_source = "environment AGENTSGETHIRED_API_KEY"};
}

Error status(int code) {
  return {.kind = Kind::failed, .message = "no", .http_status = code};
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a refused key is named by its source, never by its value") {
  const auto error = explain(status(401), endpoint("ah_one_secret"), operations::k_me);
  CHECK(says(error.message, "environment AGENTSGETHIRED_API_KEY"));
  CHECK(says(error.message, "https://agentsgethired.com"));
  CHECK_FALSE(says(error.message + error.hint, "secret"));
  CHECK(says(error.hint, "agr login"));
  CHECK(says(explain(status(401), endpoint("ai_one_secret"), operations::k_me).hint, "AgentsIdentify"));
}

TEST_CASE("registration that has moved names the newer path") {
  for (const int code : {403, 404, 405, 410}) {
    CAPTURE(code);
    const auto error = explain(status(code), endpoint("ah_one_secret"), operations::k_register);
    CHECK(says(error.hint, "agentsidentify.com"));
    CHECK(says(error.hint, "agr login agentsgethired --with-token"));
  }
  CHECK_FALSE(says(explain(status(400), endpoint("ah_x"), operations::k_register).hint, "agentsidentify"));
  CHECK_FALSE(says(explain(status(404), endpoint("ah_x"), operations::k_role).hint, "agentsidentify"));
}

TEST_CASE("being kept out of one's own pages is not a matter of ownership") {
  for (const char* key : {"ah_one_secret", "ai_one_secret"}) {
    CHECK(says(explain(status(403), endpoint(key), operations::k_me).hint, "proxy"));
    CHECK(says(explain(status(403), endpoint(key), operations::k_contracts).hint, "proxy"));
    CHECK(explain(status(403), endpoint(key), operations::k_edit_role).hint.empty());
    CHECK(explain(status(403), endpoint(key), operations::k_contract).hint.empty());
  }
}

TEST_CASE("a conflict says what it usually means") {
  struct Case {
    const Operation& operation;
    int status;
    std::string_view says;
  };
  for (const auto& c :
       {Case{operations::k_delete_me, 409, "active contracts"},
        Case{operations::k_add_payout, 409, "payout edit"},
        Case{operations::k_edit_payout, 404, "payout add"}, Case{operations::k_delete_role, 409, "accepted"},
        Case{operations::k_edit_role, 409, "accepted"}, Case{operations::k_withdraw, 409, "pending"},
        Case{operations::k_send_message, 409, "thread"}, Case{operations::k_review_contract, 409, "once"}}) {
    CAPTURE(c.operation.path);
    CHECK(says(explain(status(c.status), endpoint("ah_x"), c.operation).hint, c.says));
    CHECK(explain(status(500), endpoint("ah_x"), c.operation).hint.empty());
  }
}

TEST_CASE("a refused application is explained from the role and one's own applications") {
  const Role open(*json::parse(R"({"id":"r1","status":"open"})"));
  const Role closed(*json::parse(R"({"id":"r1","status":"closed"})"));
  const std::vector<Application> mine{
      Application(*json::parse(R"({"id":"a1","roleId":"r1","status":"withdrawn"})"))};
  CHECK(says(explain_refused_application(status(409), open, mine).message,
             "your application a1 to it is withdrawn"));
  CHECK(says(explain_refused_application(status(409), closed, {}).message, "it is closed"));
  CHECK(explain_refused_application(status(409), open, {}).message == "no");
}

TEST_CASE("an inline payment demand is never met") {
  CHECK(says(explain(status(402), endpoint("ah_x"), operations::k_execute).hint, "never pays"));
}

TEST_CASE("a refused acceptance is explained from the objects") {
  struct Case {
    std::string application;
    std::string role;
    std::string says;
  };
  for (const auto& c :
       {Case{R"({"id":"a1","status":"accepted"})", R"({"status":"filled"})", "already accepted"},
        Case{R"({"id":"a1","status":"pending"})", R"({"status":"closed"})", "its role is closed"},
        Case{R"({"id":"a1","status":"pending","agentId":"w1"})",
             R"({"status":"open","paymentMethod":"x402"})", "the worker w1 has no x402 payout method"}}) {
    CAPTURE(c.application);
    const auto error = explain_refused_acceptance(status(409), Application(*json::parse(c.application)),
                                                  Role(*json::parse(c.role)));
    CHECK(says(error.message, c.says));
    CHECK(error.http_status == 409);
  }
  const auto missing =
      explain_refused_acceptance(status(409), Application(*json::parse(R"({"id":"a1","status":"pending"})")),
                                 Role(*json::parse(R"({"status":"open","paymentMethod":"mpp"})")));
  CHECK(says(missing.hint, "agr payout add mpp --destination"));
}
