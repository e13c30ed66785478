// SPDX-License-Identifier: MIT
#include "process/files.hpp"
#include "process/identity.hpp"
#include "process/spool.hpp"
#include "process/tail.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>

using namespace agr;
using namespace agr::process;

namespace {

struct Folder {
  std::string path = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-files-XXXXXX").string();
    return std::string(::mkdtemp(pattern.data()));
  }();
  Folder() = default;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { (void)remove_folder(path); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
};

} // namespace

TEST_CASE("files are private and written whole") {
  const Folder folder;
  const auto path = folder.path + "/f";
  REQUIRE(write_durably(path, "one"));
  REQUIRE(write_durably(path, "two"));
  CHECK(read_file(path).value() == "two");
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(folder.files() == 1);
}

TEST_CASE("a file is created once") {
  const Folder folder;
  const auto path = folder.path + "/f";
  CHECK(create_once(path, "first").value());
  CHECK_FALSE(create_once(path, "second").value());
  CHECK(read_file(path).value() == "first");
  CHECK(folder.files() == 1);
  CHECK_FALSE(write_private(path, "third"));
}

TEST_CASE("what cannot be done says what, where and why") {
  const auto result = read_file("/nowhere/f");
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "cannot open /nowhere/f: No such file or directory");
  CHECK_FALSE(create_once("/nowhere/f", ""));
  CHECK(remove_folder("/nowhere/f"));
}

TEST_CASE("a process is the same one only with the same start and boot") {
  const auto own = own_identity();
  CHECK(identify(::getpid()) == own);
  CHECK(watch(own));
  auto other = own;
  ++other.start;
  CHECK_FALSE(watch(other));
  other = own;
  other.boot = "another";
  CHECK_FALSE(watch(other));
}

TEST_CASE("a zombie is not alive") {
  const pid_t pid = ::fork();
  if (pid == 0)
    ::_exit(0);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  CHECK_FALSE(identify(pid));
  CHECK(children() == std::vector<pid_t>{pid});
  ::waitpid(pid, nullptr, 0);
  CHECK(children().empty());
}

TEST_CASE("a spool gives back what was put in") {
  const Folder folder;
  const Spool spool(folder.path);
  const Command command{.argv = {"/bin/x", "a b", "\xc3\xa4"},
                        .environment = {"A=1", "B=x=y"},
                        .folder = "/tmp",
                        .deadline = Time(Millis(1'700'000'000'123)),
                        .straggler_grace = Millis(33),
                        .kill_grace = Millis(250),
                        .max_output = 77};
  REQUIRE(spool.fill(command, "input"));
  const auto back = spool.command();
  REQUIRE(back);
  CHECK(back->argv == command.argv);
  CHECK(back->environment == command.environment);
  CHECK(back->folder == command.folder);
  CHECK(back->deadline == command.deadline);
  CHECK(back->straggler_grace == command.straggler_grace);
  CHECK(back->kill_grace == command.kill_grace);
  CHECK(back->max_output == command.max_output);

  CHECK_FALSE(spool.ending().value());
  const Ending ending{.how = How::signalled,
                      .signal = 9,
                      .message = "m",
                      .started = Time(Millis(5)),
                      .finished = Time(Millis(6)),
                      .output_bytes = 7};
  REQUIRE(spool.conclude(ending));
  CHECK(spool.ending().value() == ending);
}

TEST_CASE("a damaged spool is an error, not an ending") {
  const Folder folder;
  const Spool spool(folder.path);
  REQUIRE(write_private(spool.path("status.json"), "{\"how\":"));
  CHECK_FALSE(spool.ending());
  CHECK_FALSE(spool.command());
}

TEST_CASE("a tail keeps the end") {
  Tail tail(4);
  for (const char* piece : {"", "ab", "cdefgh", "i"})
    tail.add(piece);
  CHECK(tail.text() == "fghi");
}
