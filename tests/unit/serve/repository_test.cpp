// SPDX-License-Identifier: MIT
// Push mode, as far as it is a matter of what is run, who is told the token, and what is reported.
#include "play.hpp"
#include "process/files.hpp"
#include "serve/handler.hpp"
#include "serve/repository.hpp"
#include "serve/verdict.hpp"

#include <filesystem>

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;
using process::How;

namespace {

struct Folder {
  std::string path = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-push-XXXXXX").string();
    return std::string(::mkdtemp(pattern.data()));
  }();
  Folder() = default;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { (void)process::remove_folder(path); }
};

const Repository k_repository{.address = "https://github.com/acme/kit", .token = Secret("t0k3n")};

HandlerSettings settings_in(const Folder& folder) {
  return HandlerSettings{
      .command = {"/bin/cat"},
      .environment = std::make_shared<const std::vector<std::string>>(
          std::vector<std::string>{"PATH=/bin", "HOME=/home/me", "https_proxy=p", "GIT_DIR=/evil"}),
      .spool = folder.path + "/spool",
      .push = {.author = "A <a@b>", .program = "/usr/bin/agr"}};
}

StartHandler work(const std::string& mode) {
  return {.id = "h1",
          .attempt = 1,
          .hiring = R"({"id":"h1","delivery_mode":")" + mode + R"x(","task_description":"--amend $(x)"})x"};
}

bool holds(const std::string& folder, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() &&
        process::read_file(entry.path()).value_or("").find(text) != std::string::npos)
      return true;
  return false;
}

} // namespace

TEST_CASE("push mode puts a fetch before the handler and a push after it, and the token into no file") {
  const Folder folder;
  const auto spool = prepare(settings_in(folder), work("push"), k_repository);
  REQUIRE(spool);
  const auto command = spool->command().value();
  REQUIRE(command.before.size() == 1);
  REQUIRE(command.after.size() == 1);
  CHECK(command.before[0].argv == Words{"/usr/bin/agr", "__repository", "fetch", spool->folder()});
  CHECK(command.after[0].argv == Words{"/usr/bin/agr", "__repository", "publish", spool->folder()});
  for (const auto& step : {command.before[0], command.after[0]}) {
    CHECK(step.takes_secret);
    REQUIRE(step.environment.size() == 4); // nothing that configures git, no home
    CHECK(step.environment[0] == "PATH=/bin");
    CHECK(step.environment[1] == "https_proxy=p");
    CHECK(step.environment[2] == "AGR_WORKDIR=" + spool->path("work"));
    CHECK(step.environment[3].starts_with("AGR_REPOSITORY={"));
  }
  CHECK_FALSE(command.takes_secret);
  CHECK_FALSE(holds(folder.path, "t0k3n"));
}

TEST_CASE("output mode has nothing to do with a repository") {
  const Folder folder;
  const auto command = prepare(settings_in(folder), work("output"), k_repository)->command().value();
  CHECK(command.before.empty());
  CHECK(command.after.empty());
  CHECK_FALSE(command.takes_secret);
}

TEST_CASE("a handler that pushes itself takes the token, in push mode alone") {
  for (const auto* mode : {"push", "output"}) {
    const Folder folder;
    auto settings = settings_in(folder);
    settings.pushes_itself = true;
    const auto command = prepare(settings, work(mode), k_repository)->command().value();
    CHECK(command.takes_secret == (std::string_view(mode) == "push"));
    CHECK(command.before.empty());
  }
}

TEST_CASE("no token goes where anybody could read it") {
  for (const auto* address :
       {"", "http://example.com/a", "ssh://h/a", "--upload-pack=x", "https://u:p@h/a"}) {
    const Folder folder;
    const Repository repository{.address = address, .token = Secret("t0k3n")};
    CHECK(prepare(settings_in(folder), work("push"), repository).error().kind == Kind::usage);
    CHECK(packed(repository).empty());
  }
  CHECK(packed(k_repository).reveal() == "https://github.com\nt0k3n");
  CHECK(packed({.address = k_repository.address, .token = Secret()}).empty());
}

TEST_CASE("the rest of an attempt is told anew what to do") {
  const Folder folder;
  const auto spool = prepare(settings_in(folder), work("push"), k_repository);
  REQUIRE(spool);
  REQUIRE(process::write_durably(spool->path("command.json"), R"({"argv":["/bin/evil"]})"));
  const auto again = prepare_rest(settings_in(folder), work("push"), k_repository);
  REQUIRE(again);
  CHECK(again->command().value().after[0].argv[0] == "/usr/bin/agr");
}

TEST_CASE("the result names the commit, and no secret") {
  const Folder folder;
  const process::Spool spool(folder.path);
  Redactor redactor;
  redactor.add(Secret("s3cr3t-s3cr3t"));
  CHECK(json::write(output_of(spool, "done s3cr3t-s3cr3t", redactor).value()).find("s3cr3t") ==
        std::string::npos);
  CHECK(output_of(spool, "done", redactor).value()["text"].text() == "done");
  REQUIRE(process::write_durably(
      delivery_file(spool), R"({"files_changed":["a","s3cr3t-s3cr3t"],"branch":"agr/h1","commit":"abc"})"));
  const auto output = output_of(spool, "done", redactor).value();
  CHECK(output["summary"].text() == "done");
  CHECK(output["commit"].text() == "abc");
  CHECK(json::write(output).find("s3cr3t") == std::string::npos);
}

TEST_CASE("a step that failed is the reason in its own words, and outweighs what was submitted meanwhile") {
  process::Ending ending{.how = How::step_failed, .code = 1};
  CHECK(judge(ending, "remote: noise\ncannot push to x: the token is not allowed\n").reason ==
        "cannot push to x: the token is not allowed");
  CHECK(judge(ending, "\x1b[2J").reason.find('\x1b') == std::string::npos);
  CHECK_FALSE(judge(ending, "").reason.empty());

  Play play;
  play.running("h1");
  auto end = ended("h1", How::step_failed);
  end.errors = "cannot push";
  end.order = Order{.report = Report::result, .output = "delivered.1"};
  play.on(end);
  CHECK(play.lines() == Words{"h1 finished"});
  CHECK(play.on(ArtifactsUploaded{"h1"}).after_words() == Words{"failure h1"});
}
