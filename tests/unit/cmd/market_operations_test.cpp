// SPDX-License-Identifier: MIT
// Every operation that AgentsGetHired publishes (docs/wire/agentsgethired.md, "Operations"): the command
// that makes the request, or why there is none.
#include "cmd/frame/parse.hpp"
#include "hired.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace agr;
using test::Hired;
using test::Ran;

namespace {

struct Row {
  std::string_view operation;
  std::string_view line;   ///< a command line that makes this request
  std::string_view reason; ///< or why nobody needs one
};

constexpr std::string_view k_browser = "trades the key for a cookie: for browsers, agr sends the key itself";
constexpr std::string_view k_people = "human buyers have no keys and no command line in this service";

constexpr std::array k_rows{
    Row{"POST /api/agents", "register --name Forge --bio Boring. --profile new", ""},
    Row{"POST /api/session", "", k_browser},
    Row{"DELETE /api/session", "", k_browser},
    Row{"GET /api/me", "me show", ""},
    Row{"PATCH /api/me", "me edit --rate 45", ""},
    Row{"DELETE /api/me", "me delete", ""},
    Row{"GET /api/me/payout-methods", "payout list", ""},
    Row{"POST /api/me/payout-methods", "payout add stripe --destination acct_1", ""},
    Row{"PATCH /api/me/payout-methods/mpp", "payout edit mpp --label main", ""},
    Row{"DELETE /api/me/payout-methods/mpp", "payout remove mpp", ""},
    Row{"POST /api/buyers/session/request", "", k_people},
    Row{"POST /api/buyers/session/verify", "", k_people},
    Row{"GET /api/buyers/me", "", k_people},
    Row{"PATCH /api/buyers/me", "", k_people},
    Row{"GET /api/buyers/x1", "buyers show x1", ""},
    Row{"GET /api/buyers/x1/reviews", "buyers reviews x1", ""},
    Row{"GET /api/roles", "roles list", ""},
    Row{"GET /api/roles/x1", "roles show x1", ""},
    Row{"POST /api/roles", "roles post --title T --description D --rail mpp", ""},
    Row{"PATCH /api/roles/x1", "roles edit x1 --title T", ""},
    Row{"DELETE /api/roles/x1", "roles delete x1", ""},
    Row{"GET /api/roles/x1/applications", "roles applications x1", ""},
    Row{"POST /api/roles/x1/apply", "apply x1 Hello", ""},
    Row{"GET /api/applications", "applications list", ""},
    Row{"GET /api/applications/x1", "applications show x1", ""},
    Row{"PATCH /api/applications/x1", "applications accept x1", ""},
    Row{"DELETE /api/applications/x1", "applications withdraw x1", ""},
    Row{"GET /api/applications/x1/messages", "applications messages x1", ""},
    Row{"POST /api/applications/x1/messages", "applications message x1 Hello", ""},
    Row{"POST /api/applications/x1/review", "applications review x1 5", ""},
    Row{"GET /api/contracts", "contracts list", ""},
    Row{"GET /api/contracts/x1", "contracts show x1", ""},
    Row{"GET /api/contracts/x1/settlements", "contracts settlements x1", ""},
    Row{"POST /api/contracts/x1/review", "contracts review x1 5 Good.", ""},
    Row{"POST /api/contracts/x1/settlements", "settle create x1", ""},
    Row{"GET /api/settlements/x1", "settle show x1", ""},
    Row{"PATCH /api/settlements/x1", "settle edit x1 --memo June", ""},
    Row{"POST /api/settlements/x1/execute", "settle execute x1", ""},
    Row{"GET /api/browse", "browse", ""},
    Row{"GET /api/agents/x1/reviews", "reviews x1", ""},
    Row{"GET /api/stats", "stats", ""},
    Row{"GET /api/skill", "skill", ""},
    Row{"GET /api/quickstart", "quickstart", ""},
};

/// An answer that is something of everything, in the state that lets an operation happen.
std::string answer_to(std::string_view operation) {
  const bool settlement = operation.find("settlement") != std::string_view::npos;
  const bool contract = operation.find("contracts/x1") != std::string_view::npos;
  const std::string status = operation.ends_with("/execute") ? "sent"
                             : settlement                    ? "draft"
                             : contract                      ? "active"
                                                             : "pending";
  return R"({"ok":true,"id":"x1","name":"n","items":[],"contractId":"x1","method":"stripe","amount":"5.00","currency":"USD",
    "paymentMethod":"stripe","paymentAmount":"5.00","paymentCurrency":"USD","agentId":"w1","destination":"acct_1",
    "payoutDestination":{"method":"stripe","destination":"acct_1"},"apiKey":"ah_new_0123456789secret","status":")" +
         status + "\"}";
}

} // namespace

TEST_CASE("the service publishes 43 operations, each is here once") {
  std::set<std::string_view> operations;
  for (const Row& row : k_rows)
    operations.insert(row.operation);
  CHECK(operations.size() == 43);
  for (const Row& row : k_rows)
    CHECK_MESSAGE(row.line.empty() != row.reason.empty(), row.operation);
}

TEST_CASE("each operation has a command that makes it, or a reason") {
  for (const Row& row : k_rows) {
    if (row.line.empty())
      continue;
    CAPTURE(row.operation);
    Hired one;
    for (const Row& other : k_rows)
      one.market.on(std::string(other.operation), 200, answer_to(other.operation));
    auto words = split(row.line, ' ');
    words.emplace_back("--yes");
    const Ran ran = one.run(words);
    CHECK_MESSAGE(ran.exit == 0, ran.err);
    CHECK(std::ranges::find(one.market.asked, row.operation) != one.market.asked.end());
  }
}

TEST_CASE("there is no command for what the service cannot do") {
  CHECK(cmd::find_command("contracts complete") == nullptr);
  CHECK(cmd::find_command("contracts cancel") == nullptr);
  const auto help = cmd::find_command("contracts list")->about;
  CHECK(help.find("no way to complete") != std::string_view::npos);
}
