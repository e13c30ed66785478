// SPDX-License-Identifier: MIT
#include "agrenting_bench.hpp"
#include "base/text.hpp"
#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/webhooks.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::emulator;
using namespace agr::emulator::test;
using namespace std::chrono_literals;

namespace {

json::Value profile(std::string_view name) {
  return json::Value::object({{"name", name},
                              {"capabilities", json::Value::array({json::Value("baking")})},
                              {"pricing_model", "fixed"},
                              {"base_price", "3.50"}});
}

} // namespace

// rows: A1 A2 code.VALIDATION_ERROR
TEST_CASE("an agent registers, with or without an owner, wrapped or not") {
  Bench bench;
  const json::Value wrapped = json::Value::object({{"agent", profile("Baker Bob")}});
  const Outcome owned = bench.rest("POST", "/api/v1/agents", bench.user, wrapped);
  CHECK(owned.status == 201);
  const json::Value& data = owned.body["data"];
  CHECK(data["did"].text() == "did:agrenting:baker-bob");
  CHECK(data["id"].text() == data.at_path("agent.id").text());
  CHECK(data["api_key"].text() == data.at_path("agent.api_key").text());
  CHECK_FALSE(data["owner_id"].is_null());
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", data["api_key"].text()).status == 200);

  const Outcome free = bench.rest("POST", "/api/v1/agents/register", "", profile("Baker Bob"));
  CHECK(free.status == 201);
  CHECK(free.body.at_path("data.owner_id").is_null());
  CHECK(free.body.at_path("data.did").text() != data["did"].text());
  CHECK(bench.rest("POST", "/api/v1/agents", "", wrapped).status == 401);
}

TEST_CASE("what a profile may not say") {
  Bench bench;
  const std::pair<std::string_view, json::Value> cases[] = {
      {"name", " "},
      {"name", std::string(201, 'x')},
      {"capabilities", "baking"},
      {"base_price", "-1"},
      {"base_price", "much"},
      {"pricing_model", "barter"},
      {"metadata", "none"},
      {"did", "alice"},
      {"did", "did:example:alice"},
      {"did", "did:x:a b"},
      {"status", "banned"},
  };
  for (const auto& [field, value] : cases) {
    CAPTURE(field);
    json::Value body = profile("Bob");
    body.set(field, value);
    const Outcome refused = bench.rest("POST", "/api/v1/agents/register", "", body);
    CHECK(refused.status == 422);
    CHECK(refused.body["errors"].items().at(0)["details"].has(field));
  }
}

// rows: A4 A5 A6 K1 quirk.did
TEST_CASE("an agent is found by DID in either form, by id, and by what it can") {
  Bench bench;
  for (const std::string& ref :
       {std::string("did:example:alice"), std::string("did%3Aexample%3Aalice"), bench.alice_id})
    CHECK(bench.rest("GET", "/api/v1/agents/" + ref, "").body.at_path("data.name").text() == "Alice");
  CHECK(bench.rest("GET", "/api/v1/agents?capability=coding", "").body["data"].items().size() == 1);
  CHECK(bench.rest("GET", "/api/v1/agents?max_price=2.00", "").body["data"].items().size() == 1);
  CHECK(bench.rest("GET", "/api/v1/agents/discover?sort_by=price", bench.read_only)
            .body["data"]
            .items()
            .size() == 2);
  CHECK(bench.rest("GET", "/api/v1/agents/discover", "").status == 401);
  CHECK(bench.rest("GET", "/api/v1/agents?min_price=x", "").status == 422);
  const json::Value page = bench.rest("GET", "/api/v1/agents?limit=1", "").body;
  CHECK(page.at_path("meta.pagination.has_more").as_bool() == true);
  const std::string next = page.at_path("meta.pagination.cursor").text();
  const json::Value rest = bench.rest("GET", "/api/v1/agents?limit=1&cursor=" + next, "").body;
  CHECK(rest["data"].items().at(0)["name"].text() == "Coder");
  CHECK(rest.at_path("meta.pagination.has_more").as_bool() == false);
  CHECK(bench.rest("GET", "/api/v1/capabilities", bench.alice).body["data"].items().size() == 2);
}

// rows: A4 A5 K1
TEST_CASE("what a search finds, and in which order") {
  Bench bench;
  const auto add = [&](std::string_view name, std::string_view price, std::string_view status) {
    const json::Value profile = json::Value::object(
        {{"name", name},
         {"description", "Reads 100% of \"everything\""},
         {"capabilities", json::Value::array({json::Value("Summarizing"), json::Value("o'reading")})},
         {"base_price", price}});
    const Outcome made = bench.rest("POST", "/api/v1/agents", bench.user, profile);
    REQUIRE(made.status == 201);
    bench.rest("PATCH", "/api/v1/agents/" + made.body.at_path("data.id").text(), bench.user,
               json::Value::object({{"status", status}}));
  };
  add("Zoe", "0.50", "active");
  add("Gone", "0.10", "inactive");
  const auto names = [&](std::string_view query) {
    const Outcome found = bench.rest("GET", "/api/v1/agents?" + std::string(query), "");
    std::string all;
    for (const json::Value& agent : found.body["data"].items())
      all += agent["name"].text() + " ";
    return all;
  };
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "Alice Coder Zoe "},
      {"sort_by=price", "Zoe Alice Coder "},
      {"sort_by=price&limit=1&offset=1", "Alice "},
      {"capability=SUMMARIZING", "Alice Zoe "},
      {"capability=summ", ""},
      {"capability=o%27reading", "Zoe "},
      {"query=ZOE", "Zoe "},
      {"query=100%25", "Zoe "},
      {"query=o%27read", "Zoe "},
      {"status=inactive", "Gone "},
      {"min_price=0.5&max_price=0.50", "Zoe "},
      {"min_price=0.50000001&max_price=2", "Alice "},
      {"min_reputation=5.01", ""},
      {"min_reputation=5", "Alice Coder Zoe "},
  };
  for (const auto& [query, expected] : cases) {
    CAPTURE(query);
    CHECK(names(query) == expected);
  }
  const json::Value offer = bench.rest("GET", "/api/v1/capabilities", bench.alice).body["data"];
  REQUIRE(offer.items().size() == 4);
  CHECK(offer.items()[0]["name"].text() == "Summarizing");
  CHECK(offer.items()[0]["agent_count"].as_integer() == 1);
  CHECK(offer.items()[0]["avg_price"].text() == "0.50");
}

// rows: A7
TEST_CASE("a profile is changed by its agent or owner; strangers do not see how to call back") {
  Bench bench;
  const json::Value change = json::Value::object(
      {{"agent", json::Value::object({{"metadata", json::Value::object({{"callback_auth_header", "X: secret"},
                                                                        {"worker_id", "w"}})}})}});
  CHECK(bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.coder, change).status == 403);
  CHECK(bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.user, change).status == 403);
  CHECK(bench.rest("PATCH", "/api/v1/agents/" + bench.alice_id, bench.alice, change).status == 200);
  const std::string path = "/api/v1/agents/did:example:alice";
  CHECK(bench.rest("GET", path, "").body.at_path("data.metadata.worker_id").text() == "w");
  CHECK(bench.rest("GET", path, "").response.body.find("secret") == std::string::npos);
  CHECK(bench.rest("GET", path, bench.alice).response.body.find("secret") != std::string::npos);
}

// rows: U1 U2 U3 U4 scopes
TEST_CASE("sessions, rotation and tokens") {
  Bench bench;
  const json::Value session = bench.rest("POST", "/api/v1/auth/authenticate", bench.alice).body["data"];
  const std::string token = session["session_token"].text();
  CHECK(session.at_path("agent.id").text() == bench.alice_id);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", token).status == 200);
  CHECK(bench.rest("DELETE", "/api/v1/auth/logout", token).status == 200);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", token).status == 401);

  const std::string second =
      bench.rest("POST", "/api/v1/auth/authenticate", bench.alice).body["data"]["token"].text();
  bench.pass(24h);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", second).status == 401);

  const std::string fresh =
      bench.rest("POST", "/api/v1/auth/rotate-key", bench.alice).body.at_path("data.api_key").text();
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", bench.alice).status == 401);
  CHECK(bench.rest("GET", "/api/v1/hirings/pending", fresh).status == 200);

  const auto wanted = [](std::string_view scope) {
    return json::Value::object({{"name", "t"}, {"scopes", json::Value::array({json::Value(scope)})}});
  };
  CHECK(bench.rest("POST", "/api/v1/user/tokens", bench.read_only, wanted("hire:create")).status == 403);
  CHECK(bench.rest("POST", "/api/v1/user/tokens", bench.user, wanted("read")).status == 422);
  const json::Value made = bench.rest("POST", "/api/v1/user/tokens", bench.capped, wanted("*")).body["data"];
  CHECK(made["max_price_per_hire"].text() == "10.00");
  CHECK(bench.rest("DELETE", "/api/v1/user/tokens/" + made["id"].text(), bench.user).status == 200);
  CHECK(bench.rest("GET", "/api/v1/ledger/balance", made["token"].text()).status == 401);
}

TEST_CASE("files are decoded from base64, texts are taken as they are") {
  using agrenting::decode_content;
  CHECK(decode_content("file", "aGVsbG8=") == "hello");
  CHECK(decode_content("image", "AAEC/w==") == std::string("\0\1\2\xff", 4));
  CHECK(decode_content("file", "hello world") == "hello world");
  CHECK(decode_content("file", "aGVsbG8") == "aGVsbG8");
  CHECK(decode_content("text", "aGVsbG8=") == "aGVsbG8=");
  CHECK(decode_content("file", "").empty());
}

TEST_CASE("a name cannot leave its header") {
  CHECK(agrenting::content_disposition("r\xC3\xA9sum\xC3\xA9 \"1\".pdf") ==
        "attachment; filename=\"r__sum__ _1_.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%221%22.pdf");
}

// rows: H7 H8 H9
TEST_CASE("artifacts go up and come down byte by byte") {
  Options options = Bench::quiet();
  options.probe = ProbePolicy::off;
  Bench bench(options);
  const std::string id = bench.rest("POST", k_hire_alice, bench.user, task()).body.at_path("data.id").text();
  bench.pass(1ms);
  const std::string path = "/api/v1/hirings/" + id + "/artifacts";
  const auto one = [](std::string_view type, std::string_view name, json::Value content) {
    json::Value list = json::Value::array();
    list.push(
        json::Value::object({{"artifact_type", type}, {"name", name}, {"content", std::move(content)}}));
    return json::Value::object({{"artifacts", list}});
  };
  const std::string bytes("\x00\xff\r\n\x1b[0m", 8);
  const Outcome stored = bench.rest("POST", path, bench.alice, one("file", "a.png", base64(bytes)));
  REQUIRE(stored.status == 201);
  const json::Value& meta = stored.body["data"].items().at(0);
  CHECK(meta["size_bytes"].as_integer() == 8);
  const Outcome got = bench.rest("GET", "/api/v1/artifacts/" + meta["id"].text() + "/download", bench.user);
  CHECK(got.response.body == bytes);
  CHECK(got.response.header("content-type") == "image/png");
  CHECK(bench.rest("GET", "/api/v1/artifacts/" + meta["id"].text() + "/download", bench.coder).status == 404);
  CHECK(bench.rest("GET", "/api/v1/artifacts/" + meta["id"].text() + "/download", bench.read_only).status ==
        403);

  CHECK(bench.rest("POST", path, bench.alice, one("song", "a", "b")).status == 422);
  CHECK(bench.rest("POST", path, bench.alice, one("text", "a\r\nX: y", "b")).status == 422);
  CHECK(bench.rest("POST", path, bench.alice, one("text", "a", 7)).status == 422);
  CHECK(bench.rest("POST", path, bench.alice, json::Value::object()).status == 422);
  CHECK(bench.rest("POST", path, bench.coder, one("text", "a", "b")).status == 403);
  bench.rest("POST", "/api/v1/hirings/" + id + "/result", bench.alice,
             json::Value::object({{"output", "x"}}));
  CHECK(bench.rest("POST", path, bench.alice, one("text", "a", "b")).status == 409);
  CHECK(bench.rest("GET", path, bench.user).body["data"].items().size() == 1);
}

// rows: webhook.dispatch
TEST_CASE("a callback header is one header or none") {
  using agrenting::parse_callback_auth;
  const auto good = parse_callback_auth("Authorization: ApiKey a:b");
  REQUIRE(good);
  CHECK(good->name == "Authorization");
  CHECK(good->value == "ApiKey a:b");
  for (const char* bad : {"", "no colon", ": v", "X Y: v", "X: a\r\nY: b", "Host: evil", "content-length: 0"})
    CHECK_FALSE(parse_callback_auth(bad));
}
