// SPDX-License-Identifier: MIT
#include "agrenting/tools.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::agrenting;

namespace {

json::Value parsed(std::string_view text) {
  return *json::parse(text);
}

json::Value said(std::string_view text, bool is_error = false) {
  json::Value result = json::Value::object();
  result.set("content", json::Value::array({json::Value::object({{"type", "text"}, {"text", text}})}));
  result.set("isError", is_error);
  return result;
}

} // namespace

TEST_CASE("the twelve tools with all their arguments") {
  HireRequest hire;
  hire.did = "did:e:a";
  hire.task = "sum up";
  hire.capability = "summarizing";
  hire.price = Decimal::from_cents(200);
  hire.delivery_mode = "push";
  hire.repo_url = "https://g/r";
  json::Value body = hire_body(hire, "key-1");
  body.set("repo_access_token", "ghp_x");
  const std::pair<tools::Call, std::string_view> cases[] = {
      {tools::list_agents({}), R"({"name":"list_agents","arguments":{}})"},
      {tools::list_agents({"c", "free words", "4.5", Decimal::from_cents(500), 7}),
       R"({"name":"list_agents","arguments":{"capability":"c","query":"free words","min_reputation":"4.5","max_price":"5.00","limit":7}})"},
      {tools::hire_agent("did:e:a", body, 99),
       R"({"name":"hire_agent","arguments":{"agent_did":"did:e:a","capability":"summarizing","task_description":"sum up",)"
       R"("max_price":"2.00","delivery_mode":"push","repo_url":"https://g/r","repo_access_token":"ghp_x","wait_seconds":25,)"
       R"("idempotency_key":"key-1"}})"},
      {tools::get_hiring_status("h1"), R"({"name":"get_hiring_status","arguments":{"hiring_id":"h1"}})"},
      {tools::get_hiring_status_by_key("k"),
       R"({"name":"get_hiring_status","arguments":{"idempotency_key":"k"}})"},
      {tools::cancel_hiring("h1", "late"),
       R"({"name":"cancel_hiring","arguments":{"hiring_id":"h1","reason":"late"}})"},
      {tools::check_balance(), R"({"name":"check_balance","arguments":{}})"},
      {tools::list_my_hirings("queued"), R"({"name":"list_my_hirings","arguments":{"status":"queued"}})"},
      {tools::list_hiring_artifacts("h1"),
       R"({"name":"list_hiring_artifacts","arguments":{"hiring_id":"h1"}})"},
      {tools::download_artifact("f1", 1'000'000),
       R"({"name":"download_artifact","arguments":{"artifact_id":"f1","max_bytes":1000000}})"},
      {tools::generate_deposit_address("USDT", "TRC20"),
       R"({"name":"generate_deposit_address","arguments":{"currency":"USDT","network":"TRC20"}})"},
      {tools::set_github_token(Secret("ghp_y")),
       R"({"name":"set_github_token","arguments":{"token":"ghp_y"}})"},
      {tools::get_github_token_status(), R"({"name":"get_github_token_status","arguments":{}})"},
      {tools::clear_github_token(), R"({"name":"clear_github_token","arguments":{}})"},
  };
  for (const auto& [call, expected] : cases) {
    CHECK(json::write(tools::params_of(call)) == expected);
    const std::string shown = json::write(tools::shown_params_of(call));
    CHECK(shown.find("ghp_") == std::string::npos);
  }
}

TEST_CASE("only what may be said twice is repeatable, and --read-only knows what changes") {
  CHECK_FALSE(tools::cancel_hiring("h").repeatable);
  CHECK(tools::hire_agent("d", json::Value::object({{"client_idempotency_key", "k"}})).repeatable);
  for (const tools::Call& call :
       {tools::check_balance(), tools::list_agents({}), tools::get_hiring_status("h"),
        tools::list_my_hirings(), tools::list_hiring_artifacts("h"), tools::download_artifact("a"),
        tools::get_github_token_status()})
    CHECK_FALSE(call.changes);
  for (const tools::Call& call :
       {tools::hire_agent("d", {}), tools::cancel_hiring("h"), tools::clear_github_token(),
        tools::set_github_token(Secret("t")), tools::generate_deposit_address("", "")})
    CHECK(call.changes);
}

TEST_CASE("an answer is the JSON in its text, or beside it") {
  CHECK((*tools::read_result(said(R"({"x":1})"), "x"))["x"].as_integer() == 1);
  CHECK(tools::read_result(said("[1]"), "x")->items().size() == 1);
  CHECK(
      (*tools::read_result(parsed(R"({"content":[],"structuredContent":{"x":2}})"), "x"))["x"].as_integer() ==
      2);
  CHECK(
      (*tools::read_result(
          parsed(
              R"({"content":[{"type":"image","data":"…"},{"type":"text","text":"{\"x\":"},{"text":"3}"}]})"),
          "x"))["x"]
          .as_integer() == 3);
  for (const char* text : {"", "Done.", "{", "7"})
    CHECK(tools::read_result(said(text), "x").error().kind == Kind::protocol);
  CHECK(tools::read_result({}, "x").error().kind == Kind::protocol);
}

TEST_CASE("a tool that failed says so in any of its forms, with the kinds of the REST errors") {
  struct Case {
    const char* text;
    Kind kind;
  };
  for (const Case& c :
       {Case{"Insufficient balance: need $5.00, have $1.00", Kind::money},
        Case{"Agent is currently busy with another hiring", Kind::conflict},
        Case{"Token missing required scope: hire:create", Kind::forbidden},
        Case{"Requested price $25.00 exceeds this token's max_price_per_hire cap $10.00", Kind::money},
        Case{"No agent found with did=did:e:a. Did you mean did:e:b?", Kind::not_found},
        Case{"Agent appears offline — try again in a moment", Kind::unavailable},
        Case{R"({"error":{"code":"INSUFFICIENT_BALANCE","message":"no"}})", Kind::money},
        Case{R"({"errors":[{"code":"AGENT_BUSY","message":"no"}]})", Kind::conflict},
        Case{R"({"error":"Token missing required scope: x"})", Kind::forbidden},
        Case{"something else", Kind::failed}, Case{"", Kind::failed}}) {
    CAPTURE(c.text);
    CHECK(tools::read_result(said(c.text, true), "hiring").error().kind == c.kind);
    Error rpc{Kind::failed, std::string("tools/call was refused: ") + c.text};
    if (c.text[0] != '{' && c.text[0] != '\0')
      CHECK(tools::refuse(rpc, "hiring").kind == c.kind);
  }
  // The oldest bridge puts the mark inside.
  CHECK_FALSE(tools::read_result(parsed(R"({"content":[{"type":"text","text":"no","isError":true}]})"), "x"));
  const Error hostile = tools::read_result(said("\x1b[2J", true), "x").error();
  CHECK(hostile.message.find('\x1b') == std::string::npos);
}

TEST_CASE("resources are told by their URI") {
  CHECK(tools::status_uri("h1") == "hiring://h1/status");
  CHECK(tools::hiring_of_status_uri("hiring://h1/status") == "h1");
  for (const char* uri : {"hiring://h1/messages", "hirings://active", "hiring:///status", "hiring://h1", ""})
    CHECK(tools::hiring_of_status_uri(uri).empty());
  const json::Value result = parsed(R"({"contents":[{"uri":"a","text":"1"},{"uri":"b","text":"[2]"}]})");
  CHECK(tools::read_resource(result, "b")->items().size() == 1);
  CHECK(tools::read_resource(result, "c")->as_integer() == 1); // unnamed: the first
  CHECK_FALSE(tools::read_resource(parsed(R"({"contents":[]})"), "a"));
  CHECK_FALSE(tools::read_resource({}, "a"));
}

TEST_CASE("a downloaded piece is text or bytes") {
  const auto text =
      tools::read_piece(parsed(R"({"name":"a","encoding":"utf8","content":"aGk=","truncated":true})"));
  CHECK(text->bytes == "aGk=");
  CHECK(text->truncated);
  CHECK(tools::read_piece(parsed(R"({"encoding":"base64","content":"aGk="})"))->bytes == "hi");
  CHECK_FALSE(tools::read_piece(parsed(R"({"encoding":"base64","content":"!"})")));
}
