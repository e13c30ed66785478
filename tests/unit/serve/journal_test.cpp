// SPDX-License-Identifier: MIT
#include "serve/journal.hpp"
#include "serve/outbox.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

using namespace agr;
using namespace agr::serve;

namespace {

struct File {
  std::string folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-journal-XXXXXX").string();
    return std::string(::mkdtemp(pattern.data()));
  }();
  std::string path = folder + "/journal.db";
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove_all(folder); }
};

const Time k_now{Millis(1'800'000'000'000)};

Entry full_entry() {
  return Entry{.id = "h1",
               .state = State::submitting,
               .attempt = 3,
               .hiring = R"({"id":"h1","task_description":"it's"})",
               .deadline = k_now + Millis(5),
               .seen_at = k_now,
               .not_before = k_now + Millis(1),
               .report = Report::failure,
               .reason = "no \"luck\"\n",
               .tries = 2,
               .last_error = "down"};
}

} // namespace

TEST_CASE("what is written is there after closing and opening again, in a private file") {
  const File file;
  {
    auto journal = Journal::open(file.path);
    REQUIRE(journal);
    REQUIRE(journal->write(std::vector{full_entry(), Entry{.id = "h2", .state = State::done}}, k_now));
  }
  auto journal = Journal::open(file.path);
  REQUIRE(journal);
  CHECK(journal->open_entries().value() == std::vector{full_entry()});
  CHECK(journal->closed_ids().value() == std::vector<std::string>{"h2"});
  struct stat info{};
  REQUIRE(::stat(file.path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a line replaces the one before") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  auto entry = full_entry();
  REQUIRE(journal->write(std::vector{entry}, k_now));
  entry.state = State::done;
  entry.hiring.clear();
  entry.deadline.reset();
  REQUIRE(journal->write(std::vector{entry}, k_now));
  CHECK(journal->open_entries().value().empty());
  CHECK(journal->closed_ids().value() == std::vector<std::string>{"h1"});
}

TEST_CASE("open hirings come back in the order they were seen") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  REQUIRE(journal->write(std::vector{Entry{.id = "a", .seen_at = k_now + Millis(2)},
                                     Entry{.id = "b", .seen_at = k_now},
                                     Entry{.id = "c", .seen_at = k_now + Millis(1)}},
                         k_now));
  std::string order;
  const auto entries = journal->open_entries().value();
  for (const auto& entry : entries)
    order += entry.id;
  CHECK(order == "bca");
}

TEST_CASE("every state survives") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  for (const auto state :
       {State::seen, State::accepted, State::running, State::finished, State::submitting}) {
    REQUIRE(journal->write(std::vector{Entry{.id = "h1", .state = state}}, k_now));
    CHECK(journal->open_entries().value().at(0).state == state);
  }
}

TEST_CASE("the outbox gathers what all agents still have to report, oldest first") {
  const File file;
  CHECK(read_outbox(file.folder).value().empty());
  int age = 9;
  for (const char* agent : {"a", "b"}) {
    const auto folder = file.folder + "/agents/" + agent;
    std::filesystem::create_directories(folder);
    auto journal = Journal::open(folder + "/journal.db");
    REQUIRE(journal);
    REQUIRE(journal->write(
        std::vector{
            Entry{.id = std::string(agent) + "1", .state = State::running},
            Entry{.id = std::string(agent) + "2", .state = State::finished, .seen_at = k_now + Millis(age--)},
            Entry{
                .id = std::string(agent) + "3", .state = State::submitting, .seen_at = k_now + Millis(age--)},
            Entry{.id = std::string(agent) + "4", .state = State::done}},
        k_now));
  }
  std::string order;
  const auto outbox = read_outbox(file.folder).value();
  for (const auto& entry : outbox)
    order += entry.id;
  CHECK(order == "b3b2a3a2");
}
