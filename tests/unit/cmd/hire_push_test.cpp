// SPDX-License-Identifier: MIT
#include "cmd/agrenting/repository.hpp"
#include "run.hpp"

#include <doctest/doctest.h>

using namespace agr;
using test::Ran;
using test::Runner;

namespace {

constexpr const char* k_hire = "POST /agents/did%3Ae%3Aalice/hire";

std::vector<std::string> words(std::initializer_list<std::string> more) {
  std::vector<std::string> all{"hire", "did:e:alice", "x", "--price", "2", "--capability", "c"};
  all.insert(all.end(), more);
  return all;
}

} // namespace

TEST_CASE("a remote becomes an address others can clone, without who logs in") {
  struct Case {
    const char* remote;
    const char* shared; // nullptr: refused
  };
  for (const Case& c : {Case{"https://github.com/me/repo.git", "https://github.com/me/repo.git"},
                        Case{"https://me:ghp_secret@github.com/me/repo", "https://github.com/me/repo"},
                        Case{"https://git.example:8443/me/repo", "https://git.example:8443/me/repo"},
                        Case{"git@github.com:me/repo.git", "https://github.com/me/repo.git"},
                        Case{"github.com:me/repo.git", "https://github.com/me/repo.git"},
                        Case{"ssh://git@github.com:22/me/repo.git", "https://github.com/me/repo.git"},
                        Case{"git://github.com/me/repo", "https://github.com/me/repo"},
                        Case{" git@github.com:me/repo.git\n", "https://github.com/me/repo.git"},
                        Case{"/srv/git/repo.git", nullptr}, Case{"../repo", nullptr},
                        Case{"file:///srv/repo", nullptr}, Case{"https://github.com", nullptr},
                        Case{"https:///x", nullptr}, Case{"", nullptr}, Case{"a b", nullptr}}) {
    CAPTURE(c.remote);
    const auto shared = cmd::shareable_remote(c.remote);
    CHECK(shared.has_value() == (c.shared != nullptr));
    if (shared && c.shared != nullptr)
      CHECK(*shared == c.shared);
    if (!shared)
      CHECK(shared.error().kind == Kind::usage);
  }
}

TEST_CASE("a push hire sends the token and keeps it nowhere") {
  Runner one;
  one.market.lose(k_hire);
  const auto push =
      words({"--push", "--repo-url", "https://g/r", "--with-repo-token", "--linear-issue", "ENG-42"});
  CHECK(one.run(push, "ghp_first_token_0123456789\n").exit == 7);
  const json::Value sent = *json::parse(one.market.seen.back().body);
  CHECK(sent["delivery_mode"].text() == "push");
  CHECK(sent["repo_url"].text() == "https://g/r");
  CHECK(sent["repo_access_token"].text() == "ghp_first_token_0123456789");
  CHECK(sent["sync_to_linear"].as_bool() == true);
  CHECK(sent["linear_issue_reference"].text() == "ENG-42");
  for (const char* file : {"state/intents.db", "state/intents.db-wal"})
    CHECK(one.folder.read(file).find("ghp_first") == std::string::npos);

  // The token is fetched anew; everything else is as it was.
  one.market.forget(k_hire);
  one.market.on(k_hire, 200, R"({"data":{"hiring":{"id":"h1","status":"queued"}}})");
  const Ran again = one.run(push, "ghp_second_token_012345678\n");
  CHECK(again.exit == 0);
  const json::Value repeated = *json::parse(one.market.seen.back().body);
  CHECK(repeated["client_idempotency_key"].text() == sent["client_idempotency_key"].text());
  CHECK(repeated["repo_access_token"].text() == "ghp_second_token_012345678");
}

TEST_CASE("without a token of its own a push hire leaves it to the stored one, and a dry run shows none") {
  Runner one;
  one.market.on(k_hire, 201, R"({"data":{"hiring":{"id":"h1","status":"queued"}}})");
  CHECK(one.run(words({"--push", "--repo-url", "https://g/r"})).exit == 0);
  CHECK_FALSE(json::parse(one.market.seen.back().body)->has("repo_access_token"));
  for (const char* how : {"--json", "--verbose"}) {
    const Ran dry =
        one.run(words({"--push", "--repo-url", "https://g/r", "--with-repo-token", "--dry-run", how}),
                "opaque-token-of-no-known-form\n");
    CHECK(dry.exit == 0);
    CHECK((dry.out + dry.err).find("opaque-token") == std::string::npos);
  }
}

TEST_CASE("what contradicts itself is refused before anything is asked") {
  Runner one;
  for (const auto& bad : {words({"--push", "--output-mode"}), words({"--push", "--delivery-mode", "push"}),
                          words({"--with-repo-token"}), words({"--linear"}), words({"--linear-team", "T"}),
                          words({"--push", "--repo-url", "u", "--with-repo-token", "--input", "-"}),
                          words({"--best-of", "coding", "--via", "carrier pigeon"})}) {
    CAPTURE(join(bad, " "));
    CHECK(one.run(bad, "ghp_0123456789").exit == 64);
  }
  CHECK(one.market.asked.empty());
}

TEST_CASE("the best agent is chosen, named with the reason, and kept after a lost answer") {
  Runner one;
  one.market.on(
      "GET /agents/discover", 200,
      R"({"data":[{"did":"did:e:bob","availability_status":"busy","base_price":"1.00","capabilities":["c"]},)"
      R"({"did":"did:e:alice","availability_status":"available","base_price":"2.00","capabilities":["c"]}]})");
  one.market.lose(k_hire);
  const std::vector<std::string> best{"hire", "--best-of", "c", "sum", "up"};
  const Ran lost = one.run(best);
  CHECK(lost.exit == 7);
  CHECK(lost.err.find("Chose did:e:alice: available") != std::string::npos);
  const json::Value sent = *json::parse(one.market.seen.back().body);
  CHECK(sent["task_description"].text() == "sum up");
  CHECK(sent["price"].text() == "2.00");

  // Another would be chosen now: the repeat is what was sent.
  one.market.forget("GET /agents/discover");
  one.market.forget(k_hire);
  one.market.on(k_hire, 200, R"({"data":{"hiring":{"id":"h1","status":"queued"}}})");
  const auto asked = one.market.asked.size();
  CHECK(one.run(best).exit == 0);
  CHECK(one.market.asked.size() == asked + 1);
  CHECK(one.run({"hire", "--best-of", "c", "sum up", "--price", "0.50"}).exit == 6);
}

TEST_CASE("a failed hiring is tried again once, however often the answer is lost") {
  Runner one;
  one.market.on("GET /hirings/h1", 200, R"({"data":{"id":"h1","status":"failed","price":"2.00"}})");
  one.market.lose("POST /hirings/h1/retry");
  const std::vector<std::string> retry{"hirings", "retry", "h1", "--reason", "too short", "--yes"};
  CHECK(one.run(retry).exit == 7);
  const std::string key(one.market.seen.back().header("X-Idempotency-Key"));
  CHECK(key.starts_with("retry-"));
  CHECK(json::parse(one.market.seen.back().body)->at_path("reason").text() == "too short");
  one.market.forget("GET /hirings/h1");
  one.market.on("GET /hirings/h1", 200, R"({"data":{"id":"h1","status":"queued"}})");
  const auto asked = one.market.asked.size();
  CHECK(one.run(retry).exit == 0); // it goes on already: the lost answer was a yes
  CHECK(one.market.asked.size() == asked + 1);
  CHECK(one.run(retry).exit == 7); // only a failed one
}
