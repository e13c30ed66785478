// SPDX-License-Identifier: MIT
#include "sse/parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace agr;
using namespace std::string_literals;

namespace {

struct Case {
  std::string wire;
  std::vector<std::string> data;
  std::string type = "message";
  std::string last_id = {};
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"data:a\n\n", {"a"}},
      {"data: a\n\n", {"a"}},
      {"data:  a\n\n", {" a"}},
      {"data\n\n", {""}},
      {"data\ndata\n\n", {"\n"}},
      {"data:a\r\rdata:b\r\n\r\n", {"a", "b"}},
      {"data:a\rdata:b\r\r", {"a\nb"}},
      {":c\ndata:a\n:d\ndata:b\n\n", {"a\nb"}},
      {"id:1\n\n", {}, "message", "1"},
      {"id:1\n\nid\ndata:a\n\n", {"a"}, "message", ""},
      {"id:1\nid:2\0003\ndata:a\n\n"s, {"a"}, "message", "1"},
      {"event:x\n\ndata:a\n\n", {"a"}},
      {"event:x\ndata:a\n\n", {"a"}, "x"},
      {"event: endpoint\ndata: /m?x=1:2\n\n", {"/m?x=1:2"}, "endpoint"},
      {"data:a\n", {}},
      {"data:a", {}},
      {"\xEF\xBB\xBF"
       "data:a\n\n",
       {"a"}},
      {"\xEF\xBB\xBF\xEF\xBB\xBF"
       "data:a\n\n",
       {}},
      {"\xEF\xBB"
       "data:a\n\ndata:b\n\n",
       {"b"}},
      {"\n\xEF\xBB\xBF"
       "data:a\n\n",
       {}},
      {"retry:5s\n\n", {}},
      {"dataX:a\n\n", {}},
      {"Data:a\n\n", {}},
      {"data:a\r\n\r\n", {"a"}},
      {"data:a\n\r\n", {"a"}},
      {"\n\r\n\rdata:a\n\n\n\n", {"a"}},
      {"data:\xC3\xA9\n\n", {"\xC3\xA9"}},
      {"data:\xFF!\n\n", {"\xEF\xBF\xBD!"}},
      {":\xFF\ndata:{\"a\":\ndata:1}\n\n", {"{\"a\":\n1}"}},
  };
  return all;
}

void check(const Case& expected, const std::vector<std::string>& pieces) {
  sse::Parser parser;
  std::vector<sse::Event> events;
  for (const std::string& piece : pieces)
    for (sse::Event& event : parser.feed(piece))
      events.push_back(std::move(event));
  REQUIRE(events.size() == expected.data.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i].data == expected.data[i]);
    CHECK(events[i].type == expected.type);
  }
  CHECK(parser.last_id() == expected.last_id);
  CHECK_FALSE(parser.retry());
  CHECK(parser.dropped() == 0);
}

} // namespace

TEST_CASE("every vector, whole, cut at every place and byte by byte") {
  for (const Case& one : cases()) {
    CAPTURE(one.wire);
    check(one, {one.wire});
    for (std::size_t cut = 0; cut <= one.wire.size(); ++cut)
      check(one, {one.wire.substr(0, cut), one.wire.substr(cut)});
    std::vector<std::string> bytes;
    for (const char c : one.wire)
      bytes.emplace_back(1, c);
    check(one, bytes);
  }
}

TEST_CASE("a line ends with its CR, not with the byte after it") {
  sse::Parser parser;
  CHECK(parser.feed("data:a\r").empty());
  CHECK(parser.feed("\r").size() == 1);
}

TEST_CASE("an event carries the id in force when it was sent") {
  sse::Parser parser;
  const auto events = parser.feed("id:7\ndata:a\n\ndata:b\n\nid:8\ndata:c\n\n");
  REQUIRE(events.size() == 3);
  CHECK(events[0].id == "7");
  CHECK(events[1].id == "7");
  CHECK(events[2].id == "8");
}

TEST_CASE("retry takes ASCII digits only") {
  struct {
    std::string text;
    std::optional<Millis> wait;
  } const table[] = {{"3000", Millis{3000}},
                     {"0", Millis{0}},
                     {"", {}},
                     {"-1", {}},
                     {"+1", {}},
                     {"1.5", {}},
                     {"1s", {}},
                     {"99999999999999999999", {}}};
  for (const auto& row : table) {
    CAPTURE(row.text);
    sse::Parser parser;
    parser.feed("retry:" + row.text + "\n");
    CHECK(parser.retry() == row.wait);
  }
}

TEST_CASE("what is too large is dropped and counted, and the stream goes on") {
  const std::string long_line(40, 'x');
  struct {
    std::string name;
    std::string wire;
  } const table[] = {
      {"line", "data:" + long_line + "\n\n"},
      {"unknown field", long_line + "\ndata:a\n\n"},
      {"event of short lines", "data:0123456789\ndata:0123456789\ndata:0123456789\n\n"},
  };
  for (const auto& row : table) {
    CAPTURE(row.name);
    for (std::size_t cut = 0; cut <= row.wire.size(); ++cut) {
      sse::Parser parser({.line = 20, .event = 25});
      CHECK(parser.feed(row.wire.substr(0, cut)).empty());
      CHECK(parser.feed(row.wire.substr(cut)).empty());
      CHECK(parser.dropped() == 1);
      CHECK(parser.feed("data:ok\n\n").size() == 1);
    }
  }
}

TEST_CASE("a comment of any length harms nothing") {
  sse::Parser parser({.line = 20, .event = 25});
  CHECK(parser.feed("data:a\n:" + std::string(500, ' ') + "\n\n").size() == 1);
  CHECK(parser.dropped() == 0);
}
