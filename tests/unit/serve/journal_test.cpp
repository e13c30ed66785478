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
               .round = 2,
               .dispatch = {.id = "d2", .number = 7, .started = k_now - Millis(3)},
               .attempt = 3,
               .attempts_before = 1,
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
  CHECK(journal->latest("h2").value().value().state == State::done);
  CHECK_FALSE(journal->latest("h3").value());
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
  CHECK(journal->latest("h1").value() == entry);
}

TEST_CASE("every dispatch of a hiring has its line, and the latest is found") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  const Entry first{.id = "h1", .state = State::failed, .attempt = 1, .confirmed = true};
  const Entry second{.id = "h1", .state = State::running, .round = 2, .attempt = 2, .attempts_before = 1};
  REQUIRE(journal->write(std::vector{first, second}, k_now));
  CHECK(journal->open_entries().value() == std::vector{second});
  CHECK(journal->latest("h1").value() == second);
}

TEST_CASE("compaction drops what was closed long ago, and nothing else") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  const Entry open{.id = "open", .state = State::submitting};
  REQUIRE(journal->write(std::vector{open, Entry{.id = "old", .state = State::done}}, k_now));
  REQUIRE(journal->write(std::vector{Entry{.id = "new", .state = State::failed}}, k_now + Millis(10)));
  CHECK(journal->compact(k_now + Millis(10)).value() == 1);
  CHECK(journal->open_entries().value() == std::vector{open});
  CHECK_FALSE(journal->latest("old").value());
  CHECK(journal->latest("new").value());
}

TEST_CASE("a journal of the first version is taken over") {
  const File file;
  {
    auto database = store::Database::open(file.path, store::Durability::power_loss);
    REQUIRE(database);
    REQUIRE(database->script(R"(
create table hiring (id text primary key, state text not null, attempt integer not null, hiring text not null,
  deadline integer, seen_at integer not null, not_before integer not null, report integer not null,
  reason text not null, tries integer not null, last_error text not null, changed_at integer not null);
insert into hiring values ('h1', 'running', 2, '{}', 5, 1, 0, 0, '', 0, '', 1);
insert into hiring values ('h2', 'done', 1, '', null, 1, 0, 1, '', 0, '', 1);)"));
  }
  for (int i = 0; i < 2; ++i) {
    auto journal = Journal::open(file.path);
    REQUIRE(journal);
    const auto open = journal->open_entries().value();
    REQUIRE(open.size() == 1);
    CHECK(open[0].attempt == 2);
    CHECK(open[0].deadline == Time(Millis(5)));
    CHECK(journal->latest("h2").value().value().confirmed);
  }
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
