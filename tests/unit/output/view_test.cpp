// SPDX-License-Identifier: MIT
#include "output/view.hpp"

#include <doctest/doctest.h>

using namespace agr;
using output::Format;
using output::Mode;
using output::Style;

namespace {

const Time k_now = *parse_rfc3339("2026-01-15T12:00:00Z");

json::Value rows() {
  return *json::parse(R"({"items":[
    {"id":"a1","title":"Summarise\ta report","amount":"5","status":"open","at":"2026-01-15T11:55:00Z","who":{"did":"d:1"},"extra":1},
    {"id":"b22","title":"\u001b[31mred","amount":120.5,"status":"failed","at":null,"tags":["x","y"]}]})");
}

output::View view() {
  return output::list_of({{"ID", "id", Style::id},
                          {"TITLE", "title"},
                          {"USD", "amount", Style::money},
                          {"STATUS", "status", Style::status},
                          {"POSTED", "at", Style::time},
                          {"WHO", "who.did|tags"}},
                         "None.", "items");
}

Format format(Mode mode) {
  return {mode, {}, false, 100, k_now};
}

} // namespace

TEST_CASE("a table aligns money to the right and speaks of time as people do") {
  CHECK(output::render(rows(), view(), format(Mode::table)) ==
        "ID   TITLE                  USD  STATUS  POSTED         WHO\n"
        "a1   Summarise a report    5.00  open    5 minutes ago  d:1\n"
        "b22  \\x1b[31mred         120.50  failed                 x, y\n");
}

TEST_CASE("on a pipe: tabs, no header, RFC 3339, and no cell can add a tab or line") {
  CHECK(output::render(rows(), view(), format(Mode::tabs)) ==
        "a1\tSummarise a report\t5.00\topen\t2026-01-15T11:55:00.000Z\td:1\n"
        "b22\t\\x1b[31mred\t120.50\tfailed\t\tx, y\n");
}

TEST_CASE("a narrow terminal shortens flowing text, never ids or money") {
  Format narrow = format(Mode::table);
  narrow.width = 50;
  const std::string text = output::render(rows(), view(), narrow);
  CHECK(text.find("Summari…") != std::string::npos);
  CHECK(text.find("120.50") != std::string::npos);
  CHECK(text.find("b22") != std::string::npos);
}

TEST_CASE("JSON is the whole value, or the members asked for") {
  CHECK(*json::parse(output::render(rows(), view(), format(Mode::json))) == rows());
  Format fields = format(Mode::json);
  fields.fields = {"id", "who.did"};
  CHECK(json::write(*json::parse(output::render(rows(), view(), fields))) ==
        R"([{"id":"a1","who.did":"d:1"},{"id":"b22","who.did":null}])");
  fields.mode = Mode::jsonl;
  fields.fields = {"id"};
  CHECK(output::render(rows(), view(), fields) == "{\"id\":\"a1\"}\n{\"id\":\"b22\"}\n");
}

TEST_CASE("a detail view leaves out what is absent and wraps prose") {
  const auto value =
      *json::parse(R"({"id":"a1","bio":"one two three four five six seven eight nine ten","none":null})");
  const auto detail =
      output::detail_of({{"Id", "id", Style::id}, {"None", "none"}, {"Bio", "bio", Style::prose}});
  Format narrow = format(Mode::table);
  narrow.width = 40;
  CHECK(output::render(value, detail, narrow) == "Id   a1\n"
                                                 "Bio  one two three four five six seven\n"
                                                 "     eight nine ten\n");
  CHECK(output::render(value, detail, format(Mode::tabs)) ==
        "id\ta1\nbio\tone two three four five six seven eight nine ten\n");
}

TEST_CASE("ids that may be abbreviated are cut where they still differ, in a table only") {
  const auto value = *json::parse(R"([{"id":"3f1c22aa-0000-4000-8000-000000000001","to":"app-7f2a"},
                                      {"id":"3f1c22aa-00bb-4000-8000-000000000002","to":"app-9e1b"},
                                      {"id":"77777777-0000-4000-8000-000000000003","to":"app-7f2a"}])");
  const auto list = output::list_of({{"ID", "id", Style::short_id}, {"TO", "to", Style::short_id}}, "None.");
  CHECK(output::render(value, list, format(Mode::table)) == "ID            TO\n"
                                                            "3f1c22aa-000  app-7f2a\n"
                                                            "3f1c22aa-00b  app-9e1b\n"
                                                            "77777777-000  app-7f2a\n");
  CHECK(
      output::render(value, list, format(Mode::tabs)).starts_with("3f1c22aa-0000-4000-8000-000000000001\t"));
}

TEST_CASE("amounts stand point under point") {
  const auto value = *json::parse(R"([{"a":"45"},{"a":"0.125"},{"a":"1200.5"},{"a":"much"},{"b":1}])");
  CHECK(output::render(value, output::list_of({{"USD", "a", Style::money}, {"X", "x"}}, "None."),
                       format(Mode::table)) == "     USD  X\n"
                                               "  45.00\n"
                                               "   0.125\n"
                                               "1200.50\n"
                                               "much\n\n");
}

TEST_CASE("members that no column names follow under their own names") {
  const auto value = *json::parse(
      R"({"ok":true,"id":"a1","status":"novel","none":null,"empty":[],"odd":{"x":1},
          "to":{"destination":"0xaa","details":{"chainId":1}},"note":"one two three four five six seven"})");
  const auto detail = output::whole_of(
      {{"Id", "id", Style::id}, {"Status", "status", Style::status}, {"Pays to", "to.destination|to"}});
  Format narrow = format(Mode::table);
  narrow.width = 40;
  CHECK(output::render(value, detail, narrow) == "Id          a1\n"
                                                 "Status      novel\n"
                                                 "Pays to     0xaa\n"
                                                 "odd         {\"x\":1}\n"
                                                 "to.details  {\"chainId\":1}\n"
                                                 "note        one two three four five six\n"
                                                 "            seven\n");
  CHECK(output::render(*json::parse(R"({"to":"acct_1"})"), detail, format(Mode::tabs)) ==
        "pays to\tacct_1\n");
}
