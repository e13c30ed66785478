// SPDX-License-Identifier: MIT
// What a handler is given, what is taken from it, and what is told about it.
#include "base/text.hpp"
#include "json/value.hpp"
#include "process/files.hpp"
#include "serve/answer.hpp"
#include "serve/handler.hpp"
#include "serve/log.hpp"
#include "serve/offer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace agr;
using namespace agr::serve;

namespace {

struct Folder {
  std::string path = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-serve-XXXXXX").string();
    return std::string(::mkdtemp(pattern.data()));
  }();
  Folder() = default;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  void file(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name) << text;
  }
};

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("a command line is split as a shell would, and nothing more") {
  struct Case {
    const char* text;
    Words words;
  };
  for (const auto& c :
       {Case{"a", {"a"}}, Case{"  a  b\tc\n", {"a", "b", "c"}}, Case{"'a b' \"c d\"", {"a b", "c d"}},
        Case{"a\\ b", {"a b"}}, Case{R"("a\"b" 'a\b')", {"a\"b", "a\\b"}}, Case{"a '' b", {"a", "", "b"}},
        Case{"x'y'\"z\"", {"xyz"}}, Case{"$HOME `id` *;|&>x", {"$HOME", "`id`", "*;|&>x"}}}) {
    CAPTURE(c.text);
    CHECK(split_command(c.text).value() == c.words);
  }
  for (const char* bad : {"", "   ", "'a", "\"a", "a\\"}) {
    CAPTURE(bad);
    CHECK(split_command(bad).error().kind == Kind::usage);
  }
}

TEST_CASE("the program is found before anything starts") {
  CHECK(resolve({"/bin/sh", "-c"}, "").value() == Words{"/bin/sh", "-c"});
  CHECK(resolve({"sh"}, "/nowhere::relative:/bin").value() == Words{"/bin/sh"});
  CHECK(resolve({"/bin/../bin/sh"}, "").value() == Words{"/bin/sh"});
  for (const char* bad : {"/nowhere/x", "/etc/passwd", "/bin", "no-such-program-anywhere", "./nope"}) {
    CAPTURE(bad);
    CHECK(resolve({bad}, "/bin").error().kind == Kind::usage);
  }
}

TEST_CASE("no variable of ours is inherited") {
  const Words environment{
      "PATH=/bin",       "AGRENTING_AGENT_KEY=k", "AGR_CONFIG=c", "AGENTSGETHIRED_API_KEY=k",
      "AGRENTING_URL=u", "AGRICULTURE=yes",       "PWD=/x",       "OPENAI_API_KEY=mine"};
  CHECK(inheritable(environment) == Words{"PATH=/bin", "AGRICULTURE=yes", "OPENAI_API_KEY=mine"});
}

TEST_CASE("an attempt's folder holds everything the handler is promised") {
  const Folder folder;
  const HandlerSettings settings{.command = {"/bin/cat"},
                                 .environment = std::make_shared<const Words>(Words{"PATH=/bin"}),
                                 .spool = folder.path + "/spool",
                                 .max_output = 5};
  const auto hiring =
      R"x({"id":"h1","delivery_mode":"push\nEVIL=1","system_prompt":"be kind","task_description":"$(rm -rf /)"})x";
  const auto deadline = *parse_rfc3339("2027-01-02T03:04:05Z");
  const auto spool = prepare(settings, {.id = "h1", .attempt = 2, .hiring = hiring, .deadline = deadline});
  REQUIRE(spool);
  const auto command = spool->command().value();
  const auto has = [&](const std::string& variable) {
    return std::ranges::count(command.environment, variable) == 1;
  };
  CHECK(has("PATH=/bin"));
  CHECK(has("AGR_HIRING_ID=h1"));
  CHECK(has("AGR_ATTEMPT=2"));
  CHECK(has("AGR_DELIVERY_MODE=output"));
  CHECK(has("AGR_DEADLINE=2027-01-02T03:04:05.000Z"));
  CHECK(has("AGR_WORKDIR=" + spool->path("work")));
  CHECK(has("AGR_ARTIFACTS=" + spool->path("artifacts")));
  CHECK(has("AGR_INPUT=" + spool->path("input.json")));
  CHECK(has("AGR_SYSTEM_PROMPT_FILE=" + spool->path("system_prompt.txt")));
  CHECK(command.folder == spool->path("work"));
  CHECK(process::read_file(spool->path("system_prompt.txt")).value() == "be kind");
  CHECK(json::parse(process::read_file(spool->path("input.json")).value()).value() ==
        json::parse(hiring).value());
  struct stat info{};
  for (const auto& [name, mode] : {std::pair("input.json", 0600U), std::pair("command.json", 0600U),
                                   std::pair("work", 0700U), std::pair("artifacts", 0700U)}) {
    REQUIRE(::stat(spool->path(name).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == mode);
  }
  CHECK_FALSE(prepare(settings, {.id = "h1", .attempt = 2, .hiring = hiring}));
}

TEST_CASE("secrets do not get into the last words") {
  const Folder folder;
  const process::Spool spool(folder.path);
  folder.file("stderr", "openai said: bad key sk-verysecretindeed, agent key a+b/c0123456789==\n");
  Redactor redactor;
  redactor.add(Secret("a+b/c0123456789=="));
  learn_secrets(redactor, Words{"OPENAI_API_KEY=sk-verysecretindeed", "EMPTY_TOKEN=", "USE_TOKEN=yes"});
  const auto words = last_words(spool, redactor);
  CHECK(words.starts_with("openai said"));
  CHECK(words.find("verysecret") == std::string::npos);
  CHECK(words.find("a+b/c0123456789") == std::string::npos);
}

TEST_CASE("what a failed report means") {
  struct Case {
    Error error;
    Answer answer;
  };
  const auto http = [](int status) {
    return Error{.kind = Kind::failed, .message = "x", .http_status = status};
  };
  for (const auto& c :
       {Case{http(400), Answer::refused}, Case{http(401), Answer::locked_out},
        Case{http(403), Answer::refused}, Case{http(404), Answer::look}, Case{http(408), Answer::look},
        Case{http(409), Answer::look}, Case{http(410), Answer::look}, Case{http(413), Answer::refused},
        Case{http(422), Answer::refused}, Case{http(425), Answer::look}, Case{http(429), Answer::repeat},
        Case{http(500), Answer::look}, Case{http(503), Answer::look}, Case{http(302), Answer::look},
        Case{Error{Kind::unavailable, ""}, Answer::repeat},
        Case{Error{Kind::outcome_unknown, ""}, Answer::look}, Case{Error{Kind::protocol, ""}, Answer::look},
        Case{Error{Kind::internal, ""}, Answer::refused}}) {
    CAPTURE(c.error.http_status.value_or(0));
    CHECK(meaning_of(c.error) == c.answer);
  }
}

TEST_CASE("pending work is read from every form it comes in") {
  const char* item =
      R"({"id":"h1","status":"in_progress","task_description":"say \u001b[2J hi","capability_requested":"x",
    "price":"2.00","deadline_at":"2027-01-02T03:04:05Z","repo_access_token":"ghp_secretsecretsecret"})";
  for (const auto& document : {fmt::format("[{}]", item), fmt::format(R"({{"data":[{}]}})", item),
                               fmt::format(R"({{"data":{{"hirings":[{}]}}}})", item)}) {
    CAPTURE(document);
    const auto listed = read_offers(json::parse(document).value());
    REQUIRE(listed);
    REQUIRE(listed->offers.size() == 1);
    const auto& offer = listed->offers[0];
    CHECK(offer.id == "h1");
    CHECK(offer.status == "in_progress");
    CHECK(offer.deadline == parse_rfc3339("2027-01-02T03:04:05Z"));
    CHECK(offer.hiring.find("ghp_secret") == std::string::npos);
    CHECK(offer.summary.starts_with("x for 2.00: say"));
    CHECK(offer.summary.find('\x1b') == std::string::npos);
  }
  const auto resource = json::Value::object(
      {{"contents", json::Value::array({json::Value::object({{"text", fmt::format("[{}]", item)}})})}});
  CHECK(read_resource(resource).value().offers.size() == 1);
  CHECK_FALSE(read_resource(json::Value::object()));
  CHECK_FALSE(read_resource(json::parse(R"({"contents":[{"text":"[{"}]})").value()));
}

TEST_CASE("a log line, for people and for programs") {
  const Log log{.level = Log::Level::warning,
                .event = "finished",
                .hiring_id = "h1",
                .text = "bad \x1b[31mwords\nhere",
                .fields = json::Value::object({{"exit_code", 3}})};
  const auto now = *parse_rfc3339("2027-01-02T03:04:05Z");
  const auto text = log_line(log, now, LogFormat::text);
  CHECK(text.starts_with("03:04:05  finished h1: bad "));
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(text.find('\x1b') == std::string::npos);
  const auto value = json::parse(log_line(log, now, LogFormat::json)).value();
  CHECK(value["time"].text() == "2027-01-02T03:04:05.000Z");
  CHECK(value["level"].text() == "warning");
  CHECK(value["event"].text() == "finished");
  CHECK(value["hiring_id"].text() == "h1");
  CHECK(value["exit_code"].as_integer() == 3);
}
