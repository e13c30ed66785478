// SPDX-License-Identifier: MIT
#include "hired.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace agr;
using test::Hired;
using test::Ran;
using test::says;

TEST_CASE("roles: tabs on a pipe, JSON when asked, filters before the limit") {
  Hired one;
  one.market.on(
      "GET /api/roles", 200,
      R"({"roles":[{"id":"r1","title":"A\u001b[31m","status":"open","paymentMethod":"stripe","paymentAmount":45,
                   "paymentCurrency":"USD","skills":["go"]},{"id":"r2","paymentMethod":"x402","novel":true,"skills":["Triage"]}]})");
  CHECK(one.run({"roles", "list"}).out.starts_with("r1\tA"));
  CHECK_FALSE(says(one.run({"roles"}).out, "\x1b"));
  CHECK(one.run({"roles", "list", "--json"}).json().items().size() == 2);
  const auto filtered =
      one.run({"roles", "list", "--rail", "x402", "--skill", "triage", "--limit", "1", "--json"}).json();
  CHECK(filtered.items().front()["novel"].as_bool() == true);
  CHECK_FALSE(one.last().credential);
}

TEST_CASE("filters are sent, and applied to what comes back all the same") {
  Hired one;
  one.market.on("GET /api/roles", 200,
                R"([{"id":"r1","title":"Read aloud","status":"open","skills":["Go"]},
                    {"id":"r2","title":"Write","description":"and read","status":"novel","skills":["go"]}])");
  one.market.on("GET /api/browse", 200,
                R"([{"id":"a1","name":"Ox","capabilities":["Triage"]},{"id":"a2","skills":["none"]}])");
  const auto ids = [&](const std::vector<std::string>& words) {
    std::string found;
    for (const auto& row : split(one.run(words).out, '\n'))
      found += row.substr(0, row.find('\t'));
    return found;
  };
  CHECK(ids({"roles", "--q", "read"}) == "r1r2");
  CHECK(ids({"roles", "--q", "READ aloud"}) == "r1");
  CHECK(one.market.asked.back() == "GET /api/roles?q=aloud");
  CHECK(ids({"roles", "--status", "novel", "--skill", "go"}) == "r2");
  CHECK(one.market.asked.back() == "GET /api/roles?skill=go&status=novel");
  CHECK(ids({"roles", "--q", "nobody"}).empty());
  CHECK(ids({"browse", "--skill", "triage"}) == "a1");
}

TEST_CASE("a detail view keeps what it does not know, statuses and members") {
  Hired one;
  one.market.on("GET /api/contracts/c1", 200,
                R"({"ok":true,"contract":{"id":"c1","status":"paused","paymentAmount":45,"escrow":"held",
                    "payoutDestination":{"destination":"0xaa","details":{"chainId":4217}}}})");
  CHECK(one.run({"contracts", "show", "c1"}).out ==
        "id\tc1\nstatus\tpaused\namount\t45.00\npays to\t0xaa\nescrow\theld\n"
        "payoutDestination.details\t{\"chainId\":4217}\n");
}

TEST_CASE("the service's own texts are printed as they are, but cannot steer a terminal") {
  Hired one;
  const std::string text = "# Skill\n\x1b[2J raw";
  one.market.on("GET /api/skill", 200, text);
  CHECK(one.run({"skill"}).out == text + "\n");
  CHECK_FALSE(one.last().credential);
  CHECK(one.run({"skill", "--json"}).json()["text"].text() == text);
  one.at_terminal = true;
  CHECK_FALSE(says(one.run({"skill"}).out, "\x1b[2J"));
}

TEST_CASE("deleting oneself asks with the name, and needs a yes where nobody can be asked") {
  Hired one;
  one.market.on("GET /api/me", 200, R"({"agent":{"id":"a1","name":"Ox"}})");
  one.market.on("DELETE /api/me", 204, "");
  CHECK(one.run({"me", "delete"}).exit == 64);
  one.at_terminal = true;
  const Ran no = one.run({"me", "delete"}, "n\n");
  CHECK(no.exit == 2);
  CHECK(says(no.err, "Delete the agent Ox (a1) for good?"));
  CHECK(one.changes() == 0);
  CHECK(one.run({"me", "delete"}, "y\n").exit == 0);
  CHECK(one.changes() == 1);
}

TEST_CASE("whoever accepts is told for how much, before the question") {
  Hired one;
  one.at_terminal = true;
  one.market.on("GET /api/applications/a1", 200,
                R"({"id":"a1","status":"pending","roleId":"r1","agentId":"w1"})");
  one.market.on(
      "GET /api/roles/r1", 200,
      R"({"id":"r1","title":"Read","status":"open","paymentMethod":"x402","paymentAmount":"45.125","paymentCurrency":"usdc"})");
  const Ran ran = one.run({"applications", "accept", "a1"}, "\n");
  CHECK(ran.exit == 2);
  CHECK(says(ran.err, "45.125 USDC by x402"));
  CHECK(one.changes() == 0);
}

TEST_CASE("an application refused because it is the second one says so") {
  Hired one;
  one.market.on("POST /api/roles/r1/apply", 409, R"({"error":"Conflict"})");
  one.market.on("GET /api/roles/r1", 200, R"({"id":"r1","status":"open"})");
  one.market.on("GET /api/applications", 200, R"([{"id":"a1","roleId":"r1","status":"withdrawn"}])");
  const Ran ran = one.run({"apply", "r1"});
  CHECK(ran.exit == 7);
  CHECK(says(ran.err, "your application a1 to it is withdrawn"));
}

TEST_CASE("a refused key exits 4 and says where it came from, never what it is") {
  Hired one;
  one.market.on("GET /api/me", 401, R"({"error":"Invalid API key"})");
  const Ran ran = one.run({"me", "--json"});
  CHECK(ran.exit == 4);
  CHECK(says(ran.err, "AGENTSGETHIRED_API_KEY"));
  CHECK_FALSE(says(ran.err, "secret"));
}

TEST_CASE("no key at all exits 4 before any request") {
  Hired one;
  one.environment.set("AGENTSGETHIRED_API_KEY", "");
  CHECK(one.run({"contracts", "list"}).exit == 4);
  CHECK(one.market.seen.empty());
}

TEST_CASE("limits are checked before anything is sent") {
  Hired one;
  for (const auto& words :
       {std::vector<std::string>{"register", "--name", std::string(81, 'x'), "--bio", "b"},
        std::vector<std::string>{"register", "--name", "n"}, std::vector<std::string>{"me", "edit"},
        std::vector<std::string>{"payout", "add", "stripe"},
        std::vector<std::string>{"roles", "post", "--title", "T", "--description", "D"},
        std::vector<std::string>{"roles", "post", "--title", "T", "--description", "D", "--rail", "cash"},
        std::vector<std::string>{"roles", "post", "--title", "T", "--description", "D", "--rail", "mpp",
                                 "--amount", "45"},
        std::vector<std::string>{"applications", "message", "a1", " "},
        std::vector<std::string>{"applications", "accept", "a1"},
        std::vector<std::string>{"applications", "edit", "a1"},
        std::vector<std::string>{"contracts", "review", "c1", "good", "work"},
        std::vector<std::string>{"payout", "edit", "stripe"}, std::vector<std::string>{"roles", "edit", "r1"},
        std::vector<std::string>{"roles", "edit", "r1", "--amount", "0"},
        std::vector<std::string>{"roles", "delete", "r1"}}) {
    CAPTURE(words.front() + " " + words.at(1));
    CHECK(one.run(words).exit == 64);
  }
  CHECK(one.market.seen.empty());
}

TEST_CASE("changes send exactly what was asked") {
  struct Case {
    std::vector<std::string> words;
    std::string request;
    std::string body;
  };
  for (
      const auto& c :
      {Case{{"payout", "add", "x402", "--destination", "0xaa", "--network", "eip155:8453"},
            "POST /api/me/payout-methods",
            R"({"method":"x402","destination":"0xaa","network":"eip155:8453"})"},
       Case{{"payout", "remove", "mpp"}, "DELETE /api/me/payout-methods/mpp", ""},
       Case{
           {"roles", "post", "--title", "T", "--description", "D", "--rail", "stripe", "--amount", "45.00",
            "--currency", "USD"},
           "POST /api/roles",
           R"({"title":"T","paymentMethod":"stripe","paymentCurrency":"USD","description":"D","paymentAmount":"45.00"})"},
       Case{{"payout", "edit", "mpp", "--label", "main"},
            "PATCH /api/me/payout-methods/mpp",
            R"({"label":"main"})"},
       Case{{"roles", "edit", "r1", "--amount", "60.10", "--skill", "go"},
            "PATCH /api/roles/r1",
            R"({"paymentAmount":"60.10","skills":["go"]})"},
       Case{{"roles", "close", "r1"}, "PATCH /api/roles/r1", R"({"status":"closed"})"},
       Case{{"roles", "reopen", "r1"}, "PATCH /api/roles/r1", R"({"status":"open"})"},
       Case{{"roles", "delete", "r1", "--yes"}, "DELETE /api/roles/r1", ""},
       Case{{"applications", "edit", "a1", "--rate", "$40"},
            "PATCH /api/applications/a1",
            R"({"proposedRate":"$40"})"},
       Case{{"applications", "review", "a1", "5"}, "POST /api/applications/a1/review", R"({"rating":5})"},
       Case{{"contracts", "review", "c1", "4.5", "Well", "done."},
            "POST /api/contracts/c1/review",
            R"({"rating":4.5,"comment":"Well done."})"},
       Case{{"apply", "r1", "I", "am", "calm."}, "POST /api/roles/r1/apply", R"({"message":"I am calm."})"},
       Case{{"applications", "reject", "a1", "--yes"},
            "PATCH /api/applications/a1",
            R"({"status":"rejected"})"},
       Case{{"applications", "withdraw", "a1", "--yes"}, "DELETE /api/applications/a1", ""},
       Case{{"applications", "message", "a1", "Hello"},
            "POST /api/applications/a1/messages",
            R"({"body":"Hello"})"},
       Case{{"me", "edit", "--rate", "$45/hour"}, "PATCH /api/me", R"({"preferredRate":"$45/hour"})"}}) {
    CAPTURE(c.request);
    Hired one;
    one.market.on(c.request, 200, R"({"ok":true})");
    CHECK(one.run(c.words).exit == 0);
    CHECK(one.market.asked == std::vector<std::string>{c.request});
    CHECK(one.last().body == c.body);
    auto dry = c.words;
    dry.push_back("--dry-run");
    CHECK(one.run(dry).exit == 0);
    dry.back() = "--read-only";
    CHECK(one.run(dry).exit == 5);
    CHECK(one.market.seen.size() == 1);
  }
}

TEST_CASE("acceptance shows the contract, found wherever the answer puts it") {
  struct Case {
    std::string what;
    std::string answer;
  };
  for (const auto& c :
       {Case{"inside", R"({"application":{"id":"a1"},"contract":{"id":"c1"},"settlement":{"id":"s1"}})"},
        Case{"by id", R"({"application":{"id":"a1","contractId":"c1"}})"},
        Case{"nowhere", R"({"id":"a1","status":"accepted"})"}}) {
    CAPTURE(c.what);
    Hired one;
    one.market.on("PATCH /api/applications/a1", 200, c.answer);
    one.market.on("GET /api/contracts/c1", 200, R"({"contract":{"id":"c1"}})");
    one.market.on("GET /api/contracts", 200,
                  R"([{"id":"c0","applicationId":"a0"},{"id":"c1","applicationId":"a1"}])");
    const Ran ran = one.run({"applications", "accept", "a1", "--yes", "--json"});
    REQUIRE(ran.exit == 0);
    CHECK(ran.json().at_path("contract.id").text() == "c1");
  }
}

TEST_CASE("a refused acceptance names the missing rail and what the worker must run") {
  Hired one;
  one.market.on("PATCH /api/applications/a1", 409, R"({"error":"Conflict"})");
  one.market.on("GET /api/applications/a1", 200,
                R"({"id":"a1","status":"pending","roleId":"r1","agentId":"w1"})");
  one.market.on("GET /api/roles/r1", 200, R"({"id":"r1","status":"open","paymentMethod":"x402"})");
  const Ran ran = one.run({"applications", "accept", "a1", "--yes"});
  CHECK(ran.exit == 7);
  CHECK(says(ran.err, "no x402 payout method"));
  CHECK(says(ran.err, "agr payout add x402 --destination"));
}

namespace {

const std::string k_hash = "0x" + std::string(64, 'a');

/// A contract with one draft settlement.
struct Owing : Hired {
  explicit Owing(const std::string& rail) {
    market.on(
        "GET /api/contracts/c1", 200,
        R"({"id":"c1","status":"active","agentId":"w1","paymentAmount":"45.00","paymentCurrency":"USD","paymentMethod":")" +
            rail + R"(","payoutDestination":{"destination":"0xaa","network":"eip155:8453"}})");
    draft = R"({"id":"s1","contractId":"c1","amount":"45.00","currency":"USD","status":"draft","method":")" +
            rail + "\"}";
    market.on("GET /api/settlements/s1", 200, draft);
  }
  void answers(int status, const std::string& body) {
    market.on("POST /api/settlements/s1/execute", status, body);
  }
  void shows(const std::string& body) {
    market.forget("GET /api/settlements/s1");
    market.on("GET /api/settlements/s1", 200, body);
  }
  [[nodiscard]] std::string receipt() const {
    return folder.write("receipt", R"({"success":true,"transaction":")" + k_hash +
                                       R"(","network":"base","payer":"0xbb"})");
  }
  std::string draft;
};

const std::string k_sent = R"({"settlement":{"id":"s1","status":"sent","providerReference":"tr_1"}})";

} // namespace

TEST_CASE("a settlement is executed once, and a second time there is nothing to do") {
  Owing one("stripe");
  one.answers(200, k_sent);
  const Ran ran = one.run({"settle", "execute", "s1", "--yes", "--json"});
  REQUIRE(ran.exit == 0);
  CHECK(ran.json()["status"].text() == "sent");
  CHECK(ran.json()["idempotency_key"].text() == one.last().header("Idempotency-Key"));
  CHECK(one.last().body == "{}");
  // The journal remembers it; should the marketplace not, that is for a person to look at.
  CHECK(one.run({"settle", "execute", "s1", "--yes"}).exit == 7);
  one.shows(k_sent);
  CHECK(one.run({"settle", "execute", "s1", "--yes"}).exit == 0);
  CHECK(one.changes() == 1);
  CHECK(one.run({"settle", "status"}).out.empty());
  CHECK(one.run({"settle", "status", "--all", "--json"}).json().items().front()["state"].text() ==
        "executed");
}

TEST_CASE("without a yes, or with --dry-run, nothing is sent") {
  Owing one("stripe");
  CHECK(one.run({"settle", "execute", "s1"}).exit == 64);
  const Ran dry = one.run({"settle", "execute", "s1", "--dry-run", "--json"});
  CHECK(dry.exit == 0);
  CHECK(says(dry.out, "Idempotency-Key"));
  CHECK_FALSE(says(dry.out, "secret"));
  CHECK(one.changes() == 0);
  CHECK(one.run({"settle", "status", "--all"}).out.empty());
}

TEST_CASE("an unknown outcome is read back, never sent again by itself, and resumed only on purpose") {
  Owing one("stripe");
  one.market.lose("POST /api/settlements/s1/execute");
  const Ran lost = one.run({"settle", "execute", "s1", "--yes"});
  CHECK(lost.exit == 7);
  CHECK(says(lost.err, "--resume"));
  CHECK(one.run({"settle", "execute", "s1", "--yes"}).exit == 7);
  CHECK(one.changes() == 1);
  CHECK(one.run({"settle", "status"}).out.starts_with("s1\tunknown"));

  CHECK(one.run({"settle", "execute", "s1", "--resume", "--yes"}).exit == 64);
  CHECK(one.run({"settle", "execute", "s1", "--resume", "--confirm", "s2"}).exit == 2);
  CHECK(one.changes() == 1);
  const auto key = std::ranges::find(one.market.seen, std::string("POST"), &http::Request::method)
                       ->header("Idempotency-Key");
  one.market.forget("POST /api/settlements/s1/execute");
  one.answers(200, k_sent);
  CHECK(one.run({"settle", "execute", "s1", "--resume", "--confirm", "s1"}).exit == 0);
  CHECK(one.changes() == 2);
  CHECK(one.last().header("Idempotency-Key") == key);
}

TEST_CASE("what the read-back shows as paid is a success") {
  Owing one("stripe");
  one.market.on("GET /api/settlements/s1", 200, k_sent);
  one.market.lose("POST /api/settlements/s1/execute");
  const Ran ran = one.run({"settle", "execute", "s1", "--yes", "--json"});
  REQUIRE(ran.exit == 0);
  CHECK(ran.json()["providerReference"].text() == "tr_1");
  CHECK(one.changes() == 1);
}

TEST_CASE("a receipt is checked before it is sent, whatever --yes says") {
  Owing one("x402");
  CHECK(one.run({"settle", "execute", "s1", "--yes"}).exit == 64);
  CHECK(
      one.run({"settle", "execute", "s1", "--yes", "--receipt", "-"}, R"({"success":false,"network":"base"})")
          .exit == 64);
  CHECK(one.changes() == 0);
  one.answers(200, R"({"settlement":{"id":"s1","status":"settled"}})");
  CHECK(one.run({"settle", "execute", "s1", "--yes", "--receipt", one.receipt()}).exit == 0);
  CHECK((*json::parse(one.last().body)).at_path("providerReceipt.transaction").text() == k_hash);
}

TEST_CASE("a receipt the service refuses is kept, and paying again is never suggested") {
  Owing one("x402");
  one.answers(400, R"({"error":"receipt_network"})");
  const Ran ran = one.run({"settle", "execute", "s1", "--yes", "--receipt", one.receipt()});
  CHECK(ran.exit == 1);
  CHECK(says(ran.err, "do not pay again"));
  CHECK(one.run({"settle", "status"}).out.empty());
}

TEST_CASE("a second draft is made only on purpose") {
  Owing one("stripe");
  one.market.on("GET /api/contracts/c1/settlements", 200, "[" + one.draft + "]");
  one.market.on("POST /api/contracts/c1/settlements", 201, R"({"settlement":{"id":"s2","status":"draft"}})");
  CHECK(one.run({"settle", "create", "c1"}).exit == 7);
  CHECK(one.changes() == 0);
  CHECK(one.run({"settle", "create", "c1", "--another", "--amount", "5.50", "--memo", "rest"}).exit == 0);
  CHECK(one.last().body == R"({"amount":"5.50","memo":"rest"})");
}

TEST_CASE("another host of the pair is said once, and keeps method, body and key") {
  Hired one;
  one.environment.set("AGENTSGETHIRED_URL", "https://hired.example/api/v1");
  one.market.on("PATCH /api/me", [](const http::Request& request) -> Result<http::Response> {
    CHECK(request.url.starts_with(request.credential->origin));
    if (request.url.starts_with("https://www."))
      return http::Response{200, {}, R"({"id":"a1","status":"active"})"};
    return http::Response{301, {{"Location", "https://www." + request.url.substr(8)}}, ""};
  });
  const Ran ran = one.run({"me", "edit", "--rate", "$45/hour"});
  REQUIRE(ran.exit == 0);
  CHECK(one.market.seen.size() == 2);
  CHECK(one.last().method == "PATCH");
  CHECK(one.last().body == one.market.seen.front().body);
  CHECK(says(ran.err, "https://www.hired.example"));
}

TEST_CASE("status shows what one owes, under one's own contracts only") {
  Hired one;
  one.environment.set("AGRENTING_API_KEY", "");
  one.market.on("GET /api/me", 200, R"({"id":"a1","name":"Ox"})");
  one.market.on("GET /api/applications", 200,
                R"([{"id":"p1","status":"pending"},{"id":"p2","status":"rejected"}])");
  one.market.on("GET /api/contracts", 200,
                R"([{"id":"c1","status":"active","buyerId":"a1","paymentAmount":"5","paymentCurrency":"USD"},
                    {"id":"c2","status":"active","buyerId":"b9"},{"id":"c3","status":"completed","buyerId":"a1"}])");
  one.market.on(
      "GET /api/contracts/c1/settlements", 200,
      R"([{"id":"s1","status":"draft","amount":"5","currency":"USD","method":"mpp"},{"id":"s2","status":"sent"}])");
  const Ran ran = one.run({"status"});
  CHECK(ran.exit == 0);
  CHECK(says(ran.out, "draft s1\t5.00 USD\tto be paid by mpp"));
  CHECK(says(ran.out, "application p1\tpending"));
  CHECK_FALSE(says(ran.out, "p2"));
  CHECK(one.market.asked.size() == 4);
}
