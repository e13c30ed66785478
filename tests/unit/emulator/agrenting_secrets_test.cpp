// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

const std::string k_stored = "github_pat_STORED_0123456789";
const std::string k_explicit = "ghp_EXPLICIT_0123456789";

std::string bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

json::Value push_task() {
  json::Value body = task("5.00");
  body.set("delivery_mode", "push");
  body.set("repo_url", "https://github.com/me/repo");
  return body;
}

Options off() {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  return options;
}

constexpr std::string_view k_hire_coder = "/api/v1/agents/did:example:coder/hire";

} // namespace

// rows: secrets
TEST_CASE("a dump of the database shows no credential, whatever was done") {
  const Folder folder;
  std::vector<std::string> secrets = {k_stored, k_explicit, "hook-key-123", "signing-secret-123"};
  {
    Bench bench(off(), folder.file("world.db"));
    const std::string hirer = bench.open(k_hirer_stream, bench.user);
    bench.tool("/mcp/hirer/messages/" + hirer, bench.user, "set_github_token",
               json::Value::object({{"token", k_stored}}));
    const json::Value metadata =
        json::Value::object({{"callback_url", "http://127.0.0.1:9/hook"},
                             {"callback_auth_header", "Authorization: ApiKey hook-key-123"},
                             {"webhook_secret", "signing-secret-123"}});
    bench.rest("PATCH", "/api/v1/agents/" + bench.coder_id, bench.coder,
               json::Value::object({{"agent", json::Value::object({{"metadata", metadata}})}}));
    json::Value body = push_task();
    body.set("repo_access_token", k_explicit);
    REQUIRE(bench.rest("POST", k_hire_coder, bench.user, body).status == 201);
    bench.pass(1ms);
    REQUIRE(bench.webhooks.size() == 1);
    CHECK(bench.webhooks[0].body.find(k_explicit) != std::string::npos);
    // A new key, an answer that is kept for replays, a subscription's secret.
    const Outcome made = bench.rest("POST", "/api/v1/agents", bench.user,
                                    json::Value::object({{"name", "New"}}), {{"X-Idempotency-Key", "k"}});
    secrets.push_back(made.body.at_path("data.api_key").text());
    const Outcome subscribed = bench.rest(
        "POST", "/api/v1/webhooks", bench.user,
        json::Value::object({{"callback_url", "http://127.0.0.1:9/events"},
                             {"event_types", json::Value::array({json::Value("task.completed")})}}));
    secrets.push_back(subscribed.body.at_path("data.secret_key").text());
    const Outcome session = bench.rest("POST", "/api/v1/auth/authenticate", bench.coder);
    secrets.push_back(session.body.at_path("data.session_token").text());
    for (const std::string& own : {bench.user, bench.coder, bench.read_only})
      secrets.push_back(own);
  }
  std::string dump = bytes_of(folder.file("world.db")) + bytes_of(folder.file("world.db-wal"));
  REQUIRE(dump.find("did:example:coder") != std::string::npos);
  for (const std::string& secret : secrets) {
    CAPTURE(secret);
    REQUIRE(secret.size() > 8);
    CHECK(dump.find(secret) == std::string::npos);
  }
}

// rows: secrets github delivery tool.set_github_token tool.get_github_token_status tool.clear_github_token
TEST_CASE("the stored token fills in for push alone, and only the agent ever sees one") {
  Bench bench(off());
  const std::string hirer = "/mcp/hirer/messages/" + bench.open(k_hirer_stream, bench.user);
  const auto status = [&] {
    return bench.tool(hirer, bench.user, "get_github_token_status", json::Value::object());
  };
  CHECK(status()["set"].as_bool() == false);
  CHECK(bench.rest("POST", k_hire_coder, bench.user, push_task()).status == 422);
  const json::Value set =
      bench.tool(hirer, bench.user, "set_github_token", json::Value::object({{"token", k_stored}}));
  CHECK(json::write(set).find(k_stored) == std::string::npos);
  CHECK(status()["last_used_at"].is_null());

  struct Case {
    std::string_view what;
    json::Value body;
    std::string token; ///< that the agent gets
    bool moves_last_use;
  };
  json::Value with_own = push_task();
  with_own.set("repo_access_token", k_explicit);
  json::Value in_output = push_task();
  in_output.remove("delivery_mode");
  in_output.set("repo_access_token", k_explicit);
  json::Value inside = task("5.00");
  inside.set("task_input", json::Value::object({{"delivery_mode", "push"},
                                                {"repo_url", "https://github.com/me/repo"},
                                                {"repo_access_token", k_explicit}}));
  for (const Case& c : {Case{"its own wins", with_own, k_explicit, false},
                        Case{"output mode takes none", in_output, "", false},
                        Case{"all of it in task_input", inside, k_explicit, false},
                        Case{"the stored one", push_task(), k_stored, true}}) {
    CAPTURE(c.what);
    const Outcome hired = bench.rest("POST", k_hire_coder, bench.user, c.body);
    REQUIRE(hired.status == 201);
    bench.pass(1ms);
    const std::string path = "/api/v1/hirings/" + hired.body.at_path("data.id").text();
    const json::Value work = bench.rest("GET", path, bench.coder).body["data"];
    CHECK(work["repo_access_token"].text() == c.token);
    CHECK(work["task_input"]["repo_access_token"].text() == c.token);
    CHECK(work["task_input"]["delivery_mode"].text() == (c.token.empty() ? "output" : "push"));
    CHECK(work["repo_url"].text() == "https://github.com/me/repo");
    CHECK(status()["last_used_at"].is_null() != c.moves_last_use);
    for (const std::string& seen : {hired.response.body, bench.rest("GET", path, bench.user).response.body,
                                    bench.rest("GET", "/api/v1/hirings", bench.user).response.body})
      CHECK((seen.find(k_stored) == std::string::npos && seen.find(k_explicit) == std::string::npos));
    bench.rest("POST", path + "/result", bench.coder, json::Value::object({{"output", "done"}}));
    CHECK(bench.rest("GET", path, bench.coder).body["data"]["repo_access_token"].is_null());
  }
  bench.tool(hirer, bench.user, "clear_github_token", json::Value::object());
  CHECK(status()["set"].as_bool() == false);
}

// rows: auth.sandbox
TEST_CASE("sandbox keys work wherever the others do") {
  Bench bench;
  const std::string token =
      ready_description(bench.world, "http://x", 1)["agrenting"]["sandbox_token"].text();
  CHECK(token.starts_with("sk_sandbox_"));
  CHECK(bench.rest("GET", "/api/v1/ledger/balance", token).status == 200);
  const Outcome made =
      bench.rest("POST", "/api/v1/user/tokens", bench.user,
                 json::Value::object(
                     {{"name", "s"}, {"sandbox", true}, {"scopes", json::Value::array({json::Value("*")})}}));
  CHECK(made.body.at_path("data.token").text().starts_with("sk_sandbox_"));
  const Outcome agent =
      bench.rest("POST", "/api/v1/agents/register", "",
                 json::Value::object({{"agent", json::Value::object({{"name", "S"}, {"sandbox", true}})}}));
  const std::string key = agent.body.at_path("data.api_key").text();
  CHECK(key.starts_with("sk_sandbox_"));
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", key).status == 200);
}
