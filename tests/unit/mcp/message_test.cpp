// SPDX-License-Identifier: MIT
#include "mcp/message.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;

TEST_CASE("messages are told apart by what they have") {
  struct {
    std::string text;
    mcp::Shape shape;
    std::string id;
    std::string method;
  } const table[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", mcp::Shape::request, "1", "ping"},
      {R"({"id":0,"method":"ping","params":{}})", mcp::Shape::request, "0", "ping"},
      {R"({"id":"1","method":"ping"})", mcp::Shape::request, R"("1")", "ping"},
      {R"({"id":1.0,"method":"ping"})", mcp::Shape::request, "1.0", "ping"},
      {R"({"id":12345678901234567890,"method":"ping"})", mcp::Shape::request, "12345678901234567890", "ping"},
      {R"({"id":null,"method":"ping"})", mcp::Shape::request, "null", "ping"},
      {R"({"method":"notifications/resources/updated","x":1})", mcp::Shape::notification, "",
       "notifications/resources/updated"},
      {R"({"id":7,"result":{}})", mcp::Shape::response, "7", ""},
      {R"({"id":7,"result":null})", mcp::Shape::response, "7", ""},
      {R"({"id":null,"error":{"code":-32700,"message":"?"}})", mcp::Shape::response, "null", ""},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto message = mcp::read_message(row.text);
    REQUIRE(message);
    CHECK(message->shape == row.shape);
    CHECK(message->id == row.id);
    CHECK(message->method == row.method);
  }
}

TEST_CASE("an error keeps code, message and data") {
  const auto message =
      mcp::read_message(R"({"id":1,"error":{"code":-32002,"message":"gone","data":{"uri":"x"}}})");
  REQUIRE(message);
  REQUIRE(message->error);
  CHECK(message->error->code == mcp::k_resource_not_found);
  CHECK(message->error->message == "gone");
  CHECK(message->error->data["uri"].text() == "x");
}

TEST_CASE("what is no message is refused") {
  for (const std::string text :
       {"", "null", "1", "[]", R"([{"method":"ping"}])", "{}", R"({"id":1})", R"({"result":{}})",
        R"({"id":{},"method":"ping"})", R"({"id":true,"result":{}})", R"({"method":1})",
        R"({"id":1,"method":null})", "{\"method\":\"ping\""}) {
    CAPTURE(text);
    const auto message = mcp::read_message(text);
    REQUIRE_FALSE(message);
    CHECK(message.error().kind == Kind::protocol);
  }
}

TEST_CASE("what is written is one line of ASCII") {
  CHECK(mcp::request_text("3", "tools/list") == R"({"jsonrpc":"2.0","id":3,"method":"tools/list"})");
  CHECK(mcp::request_text("3", "x", json::Value::object({{"a", "é\n"}})) ==
        R"({"jsonrpc":"2.0","id":3,"method":"x","params":{"a":"\u00e9\n"}})");
  CHECK(mcp::notification_text("notifications/initialized") ==
        R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  CHECK(mcp::result_text(R"("a-b")", json::Value::object()) == R"({"jsonrpc":"2.0","id":"a-b","result":{}})");
  CHECK(mcp::error_text("1.0", -32601, "no \"x\"") ==
        R"({"jsonrpc":"2.0","id":1.0,"error":{"code":-32601,"message":"no \"x\""}})");
}
