// SPDX-License-Identifier: MIT
#include "serve/hiclaw.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::serve::hiclaw;
using Words = std::vector<std::string>;

namespace {

const Settings k_settings{.worker = "@standard:h", .rooms = {{"@standard:h", "!1:h"}, {"@other:h", "!2:h"}}};

json::Value read(const std::string& text) {
  return json::parse(text).value();
}

} // namespace

TEST_CASE("a hiring chooses among the rooms that are configured") {
  struct Case {
    const char* hiring;
    const char* worker;
    const char* room;
  };
  for (const auto& c :
       {Case{R"({})", "@standard:h", "!1:h"}, Case{R"({"worker_matrix_id":"@other:h"})", "@other:h", "!2:h"},
        Case{R"({"metadata":{"worker_matrix_id":"@other:h"}})", "@other:h", "!2:h"}}) {
    const auto addressee = addressee_of(read(c.hiring), k_settings);
    REQUIRE(addressee);
    CHECK(addressee->worker == c.worker);
    CHECK(addressee->room == c.room);
  }
  for (const auto* nobody : {R"({"worker_matrix_id":"@stranger:h"})", R"({"worker_matrix_id":"--text"})"})
    CHECK(addressee_of(read(nobody), k_settings).error().kind == Kind::config);
  CHECK(addressee_of(read("{}"), Settings{}).error().kind == Kind::config);
}

TEST_CASE("the task's file has the members HiClaw's bridge writes, in its order, from whichever form a "
          "hiring has") {
  const auto spec = task_spec(
      read(
          R"({"hiring_id":"h1","agent_id":"a","task_description":"do it","price":"25.00","callback":"https://x",)"
          R"("client_agent_id":"c","delivery_mode":"push","repo_url":"https://h/r","task_input":{"k":1}})"),
      "@w:h", Secret("t0k3n"), "2026-04-19T12:00:00.000000");
  CHECK(json::write(spec) ==
        R"({"hiring_id":"h1","source":"agrenting.com","agent_id":"a","worker_matrix_id":"@w:h",)"
        R"("customer_id":"c","price":"25.00","task":{"description":"do it"},"task_input":{"k":1,)"
        R"("delivery_mode":"push","repo_url":"https://h/r","repo_access_token":"t0k3n"},)"
        R"("callback_url":"https://x","created_at":"2026-04-19T12:00:00.000000","status":"assigned"})");
  const auto webhook = task_spec(
      read(R"({"id":"h1","task":{"description":"do it","more":1},"customer_id":"u"})"), "@w:h", Secret(), "");
  CHECK(json::write(webhook["task"]) == R"({"description":"do it","more":1})");
  CHECK(webhook["customer_id"].text() == "u");
  CHECK(webhook["callback_url"].is_string());
  CHECK(json::write(webhook["task_input"]) == R"({"delivery_mode":"output"})");
}

TEST_CASE("what is run has no word of a hirer's in it") {
  CHECK(copy_words(k_settings, "h1") ==
        Words{"mc", "cp", "-r", "/root/hiclaw-fs/shared/tasks/h1", "hiclaw/hiclaw-storage/shared/tasks/h1"});
  CHECK(message_words(k_settings, {"@w:h", "!r:h"}, "h1") ==
        Words{"copaw", "channels", "send", "--agent-id", "default", "--channel", "matrix", "--target-user",
              "@w:h", "--target-session", "!r:h", "--text",
              "@w:h Task assigned: h1. Please file-sync to get task files."});
}

TEST_CASE("an id that is no name of a folder has none") {
  CHECK(task_folder(k_settings, "h-1").value() == "/root/hiclaw-fs/shared/tasks/h-1");
  for (const auto* bad : {"", "..", "../x", "a/b", "a b", ".", "-rf\n"})
    CHECK_FALSE(task_folder(k_settings, bad));
}

TEST_CASE("settings survive being handed over, and what is empty is as HiClaw has it") {
  const Settings settings{
      .tasks = "/t", .alias = "a", .worker = "@w:h", .rooms = {{"@w:h", "!r:h"}}, .mc = "/mc"};
  const auto back = read_settings(to_json(settings));
  CHECK(to_json(back) == to_json(settings));
  CHECK(to_json(read_settings(json::Value::object())) == to_json(Settings{}));
}

TEST_CASE("times are as HiClaw's bridge writes them") {
  const auto time = *parse_rfc3339("2026-04-19T12:00:00.123Z");
  CHECK(local_time(time).ends_with(":00.123000"));
  CHECK(local_time(time).size() == std::string("2026-04-19T12:00:00.123000").size());
  CHECK(json::write(state(time)) == R"({"status":"delegated","notified_at":"2026-04-19T12:00:00.123Z"})");
}
