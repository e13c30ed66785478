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

namespace {

/// A credential, and who may see it once more: the agent that works with it.
struct Kept {
  std::string what;
  std::string value;
  bool agent_may_see = false;
};

/// One of each kind, made in the usual way, in a world where all of them are in use.
std::vector<Kept> fill(Bench& bench) {
  std::vector<Kept> kept = {{"user token", bench.user},
                            {"read-only token", bench.read_only},
                            {"agent key", bench.coder},
                            {"stored GitHub token", k_stored},
                            {"repository token", k_explicit, true},
                            {"callback header", "hook-key-0123456789", true},
                            {"signing secret", "signing-secret-0123456789", true}};
  const std::string hirer = bench.open(k_hirer_stream, bench.user);
  bench.tool("/mcp/hirer/messages/" + hirer, bench.user, "set_github_token",
             json::Value::object({{"token", k_stored}}));
  const json::Value metadata =
      json::Value::object({{"callback_url", "http://127.0.0.1:9/hook"},
                           {"callback_auth_header", "Authorization: ApiKey hook-key-0123456789"},
                           {"webhook_secret", "signing-secret-0123456789"}});
  bench.rest("PATCH", "/api/v1/agents/" + bench.coder_id, bench.coder,
             json::Value::object({{"agent", json::Value::object({{"metadata", metadata}})}}));
  const auto made = [&](std::string_view what, const Outcome& outcome, std::string_view member) {
    kept.push_back({std::string(what), outcome.body.at_path(member).text()});
  };
  const json::Value all = json::Value::array({json::Value("*")});
  made("made token",
       bench.rest("POST", "/api/v1/user/tokens", bench.user,
                  json::Value::object({{"name", "t"}, {"scopes", all}}), {{"X-Idempotency-Key", "a"}}),
       "data.token");
  made("made key",
       bench.rest("POST", "/api/v1/agents", bench.user, json::Value::object({{"name", "New"}}),
                  {{"X-Idempotency-Key", "b"}}),
       "data.api_key");
  made("second key", bench.rest("POST", "/api/v1/agents/" + bench.coder_id + "/credentials", bench.coder),
       "data.api_key");
  made("session token", bench.rest("POST", "/api/v1/auth/authenticate", bench.coder), "data.session_token");
  made("subscription secret",
       bench.rest("POST", "/api/v1/webhooks", bench.user,
                  json::Value::object({{"callback_url", "http://127.0.0.1:9/events"},
                                       {"event_types", json::Value::array({json::Value("*")})}})),
       "data.secret_key");
  json::Value body = push_task();
  body.set("repo_access_token", k_explicit);
  REQUIRE(bench.rest("POST", k_hire_coder, bench.user, body, {{"X-Idempotency-Key", "c"}}).status == 201);
  bench.pass(1ms);
  return kept;
}

struct Seen {
  std::string where;
  std::string text;
};

/// What the REST API and the control surface tell, to everybody who may ask.
std::vector<Seen> everything_told(Bench& bench, bool to_the_agent) {
  std::vector<Seen> seen;
  const std::string hiring =
      bench.rest("GET", "/api/v1/hirings", bench.user).body["data"]["hirings"].items().at(0)["id"].text();
  const auto ask = [&](std::string_view path, const std::string& key) {
    seen.push_back({std::string(path), bench.rest("GET", path, key).response.body});
  };
  const std::vector<std::string> paths = {"/api/v1/agents",
                                          "/api/v1/agents/discover",
                                          "/api/v1/agents/" + bench.coder_id,
                                          "/api/v1/agents/" + bench.alice_id,
                                          "/api/v1/hirings",
                                          "/api/v1/hirings/" + hiring,
                                          "/api/v1/hirings/" + hiring + "/messages",
                                          "/api/v1/hirings/" + hiring + "/artifacts",
                                          "/api/v1/hirings/pending",
                                          "/api/v1/ledger/balance",
                                          "/api/v1/ledger/transactions",
                                          "/api/v1/user/tokens",
                                          "/api/v1/webhooks",
                                          "/api/v1/tasks",
                                          "/api/v1/" + bench.user,
                                          "/health",
                                          "/__emulator/health",
                                          "/__emulator/books",
                                          "/__emulator/faults",
                                          "/__emulator/log",
                                          "/__emulator/agrenting/settings"};
  for (const std::string& path : paths) {
    ask(path, to_the_agent ? bench.coder : bench.alice);
    if (!to_the_agent && !path.ends_with("/pending"))
      ask(path, bench.user);
    ask(path, "");
    ask(path, "ap_wrong_0123456789012345678901234567890123");
  }
  return seen;
}

std::vector<Seen> hirers_resources(Bench& bench) {
  std::vector<Seen> seen;
  const std::string session = bench.open(k_hirer_stream, bench.user);
  const std::string path = "/mcp/hirer/messages/" + session;
  for (const char* tool : {"list_my_hirings", "get_github_token_status", "list_agents", "check_balance"})
    seen.push_back({tool, json::write(bench.tool(path, bench.user, tool, json::Value::object()))});
  seen.push_back(
      {"hirings://active", json::write(bench.rpc(path, bench.user, "resources/read",
                                                 json::Value::object({{"uri", "hirings://active"}})))});
  seen.push_back({"the stream", bench.streams[session]});
  return seen;
}

void check_absent(const std::vector<Kept>& kept, const std::vector<Seen>& seen, bool to_the_agent) {
  for (const Kept& one : kept)
    for (const Seen& answer : seen) {
      CAPTURE(one.what);
      CAPTURE(answer.where);
      REQUIRE(one.value.size() > 12);
      const bool may = to_the_agent && one.agent_may_see;
      CHECK((may || answer.text.find(one.value) == std::string::npos));
    }
}

} // namespace

// rows: secrets
TEST_CASE("no credential is shown again, to anybody, in any answer, log, control or file") {
  const Folder folder;
  Bench bench(off(), folder.file("world.db"));
  const std::vector<Kept> kept = fill(bench);
  check_absent(kept, everything_told(bench, false), false);
  check_absent(kept, everything_told(bench, true), true);
  check_absent(kept, hirers_resources(bench), false);
  const std::string snapshot = bench.rest("GET", "/__emulator/snapshot", "").response.body;
  REQUIRE(snapshot.find("did:example:coder") != std::string::npos);
  REQUIRE(bytes_of(folder.file("world.db-wal")).size() > 1000);
  check_absent(kept,
               {{"the snapshot", snapshot},
                {"the file", bytes_of(folder.file("world.db"))},
                {"its log", bytes_of(folder.file("world.db-wal"))}},
               false);
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
