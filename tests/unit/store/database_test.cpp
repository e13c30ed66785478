// SPDX-License-Identifier: MIT
#include "store/database.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace agr;
using store::Database;
using store::Durability;

namespace {

class Folder {
public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "agr-store-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    m_path = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(m_path); }

  [[nodiscard]] std::string file(const char* name) const { return (m_path / name).string(); }

private:
  std::filesystem::path m_path;
};

Database open_or_die(const std::string& path) {
  auto database = Database::open(path, Durability::power_loss);
  REQUIRE_MESSAGE(database, (database ? "" : database.error().message));
  return std::move(*database);
}

Database with_notes(const std::string& path) {
  Database database = open_or_die(path);
  REQUIRE(database.script("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE)"));
  return database;
}

std::int64_t count(Database& database) {
  const auto row = database.first("SELECT count(*) AS n FROM notes");
  REQUIRE(row);
  return (*row)->integer("n");
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

} // namespace

TEST_CASE("every kind of value comes back as it went in") {
  Database database = with_notes(":memory:");
  REQUIRE(database.script("CREATE TABLE things (t TEXT, n INTEGER, b BLOB)"));
  for (const std::string& text : {std::string(), std::string("plain"), std::string("a\0b\0", 4),
                                  std::string("é😀"), std::string("\xff\xfe\0\x80", 4),
                                  std::string("'; DROP TABLE things; --"), std::string(100'000, 'x')}) {
    REQUIRE(database.run("DELETE FROM things"));
    REQUIRE(database.run("INSERT INTO things VALUES (?, ?, ?)", {text, INT64_MIN, text}));
    const auto row = database.first("SELECT * FROM things WHERE t = ?", {text});
    REQUIRE((row && *row));
    CHECK((*row)->text("t") == text);
    CHECK((*row)->integer("n") == INT64_MIN);
    CHECK((*row)->text("b") == text);
  }
}

TEST_CASE("absent columns and NULL read as nothing, numbers and digits as each other") {
  Database database = open_or_die(":memory:");
  const auto row = database.first("SELECT NULL AS none, 42 AS n, '17' AS digits, 'x' AS word, '' AS empty");
  REQUIRE((row && *row));
  CHECK((*row)->is_null("none"));
  CHECK((*row)->is_null("absent"));
  CHECK_FALSE((*row)->is_null("empty"));
  CHECK((*row)->text("none").empty());
  CHECK_FALSE((*row)->maybe_text("absent"));
  CHECK((*row)->maybe_text("empty") == "");
  CHECK((*row)->text("n") == "42");
  CHECK((*row)->integer("digits") == 17);
  CHECK((*row)->integer("word") == 0);
}

TEST_CASE("run counts the rows it changed, and only those") {
  Database database = with_notes(":memory:");
  CHECK(database.run("INSERT INTO notes (text) VALUES ('a'), ('b')") == 2);
  CHECK(database.run("CREATE TABLE other (id INTEGER)") == 0);
  CHECK(database.run("UPDATE notes SET text = ? WHERE text = ?", {"c", "a"}) == 1);
  CHECK(database.run("DELETE FROM notes WHERE text = ?", {"nobody"}) == 0);
  CHECK(database.query("SELECT text FROM notes ORDER BY text")->size() == 2);
  CHECK_FALSE(*database.first("SELECT text FROM notes WHERE text = 'nobody'"));
}

TEST_CASE("wrong statements are errors that say so") {
  Database database = with_notes(":memory:");
  for (const char* sql : {"SELEKT 1", "", "  ", "SELECT 1; SELECT 2", "SELECT ?", "SELECT * FROM nowhere",
                          "SELECT \"a word in double quotes\""}) {
    CAPTURE(sql);
    const auto rows = database.query(sql);
    REQUIRE_FALSE(rows);
    CHECK(rows.error().kind == Kind::internal);
    CHECK_FALSE(rows.error().message.empty());
  }
  CHECK(database.query("SELECT 1 ; \n").has_value());
}

TEST_CASE("a transaction is all or nothing") {
  Database database = with_notes(":memory:");
  REQUIRE(database.run("INSERT INTO notes (text) VALUES ('first')"));

  SUBCASE("committed when the work succeeds") {
    REQUIRE(database.transaction([&]() -> Result<void> {
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('a')"));
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('b')"));
      return {};
    }));
    CHECK(count(database) == 3);
  }
  SUBCASE("rolled back when the work fails") {
    const auto done = database.transaction([&]() -> Result<void> {
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('a')"));
      return fail({Kind::money, "not enough"});
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == Kind::money);
    CHECK(count(database) == 1);
  }
  SUBCASE("rolled back when a statement in it fails") {
    CHECK_FALSE(database.transaction([&]() -> Result<void> {
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('a')"));
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('first')"));
      return {};
    }));
    CHECK(count(database) == 1);
  }
  SUBCASE("rolled back when the work throws") {
    CHECK_THROWS(static_cast<void>(database.transaction([&]() -> Result<void> {
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('a')"));
      throw std::runtime_error("out");
    })));
    CHECK(count(database) == 1);
  }
  SUBCASE("a transaction inside another is refused and harms neither") {
    REQUIRE(database.transaction([&]() -> Result<void> {
      CHECK_FALSE(database.transaction([] { return Result<void>{}; }));
      AGR_TRY(database.run("INSERT INTO notes (text) VALUES ('a')"));
      return {};
    }));
    CHECK(count(database) == 2);
  }
  // Whatever happened, the next one works.
  CHECK(database.transaction([] { return Result<void>{}; }));
}

TEST_CASE("a file keeps what was committed") {
  const Folder folder;
  const std::string path = folder.file("journal.db");
  {
    Database database = with_notes(path);
    REQUIRE(database.run("INSERT INTO notes (text) VALUES (?)", {"kept"}));
  }
  Database database = with_notes(path);
  CHECK(count(database) == 1);
}

TEST_CASE("all files are readable by their owner only, whatever the umask") {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const Folder folder;
    const std::string path = folder.file("journal.db");
    const mode_t before = ::umask(mask);
    Database database = with_notes(path);
    REQUIRE(database.run("INSERT INTO notes (text) VALUES ('a')"));
    ::umask(before);
    for (const char* suffix : {"", "-wal", "-shm"})
      CHECK(mode_of(path + suffix) == 0600U);
  }
}

TEST_CASE("what cannot be opened says why") {
  const Folder folder;
  SUBCASE("no such folder") {
    const auto database = Database::open(folder.file("nowhere/journal.db"), Durability::crash);
    REQUIRE_FALSE(database);
    CHECK(database.error().message.find("No such file or directory") != std::string::npos);
  }
  SUBCASE("not a database") {
    const std::string path = folder.file("letter.txt");
    std::ofstream(path) << std::string(5000, 'x');
    const auto database = Database::open(path, Durability::crash);
    REQUIRE_FALSE(database);
    CHECK(database.error().kind == Kind::internal);
    CHECK(database.error().message == path + " is not a database");
    CHECK_FALSE(database.error().hint.empty());
    CHECK(std::filesystem::file_size(path) == 5000);
  }
  SUBCASE("a folder") {
    const auto database = Database::open(folder.file(""), Durability::crash);
    REQUIRE_FALSE(database);
    CHECK(database.error().kind == Kind::internal);
  }
  SUBCASE("a link to nothing is not followed into a file with the wrong mode") {
    std::filesystem::create_symlink(folder.file("target.db"), folder.file("link.db"));
    CHECK_FALSE(Database::open(folder.file("link.db"), Durability::crash));
    CHECK_FALSE(std::filesystem::exists(folder.file("target.db")));
  }
}

TEST_CASE("a database another connection holds is busy, not broken") {
  const Folder folder;
  Database one = with_notes(folder.file("journal.db"));
  Database two = with_notes(folder.file("journal.db"));
  REQUIRE(two.script("PRAGMA busy_timeout=0"));
  REQUIRE(one.transaction([&]() -> Result<void> {
    const auto changed = two.run("INSERT INTO notes (text) VALUES ('a')");
    REQUIRE_FALSE(changed);
    CHECK(changed.error().kind == Kind::locked);
    return {};
  }));
  CHECK(two.run("INSERT INTO notes (text) VALUES ('a')") == 1);
}

namespace {

// Runs in a child of the test: a file size limit is what a full disk looks like to one process only.
int fill_the_disk(const std::string& path) {
  auto database = Database::open(path, Durability::power_loss);
  if (!database)
    return 2;
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{200'000, 200'000};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
    return 3;
  const std::string page(50'000, 'x');
  const auto done = database->transaction([&]() -> Result<void> {
    for (int i = 0; i < 100; ++i)
      AGR_TRY(database->run("INSERT INTO notes (text) VALUES (?)", {page + std::to_string(i)}));
    return {};
  });
  if (done || done.error().kind != Kind::internal)
    return 4;
  if (done.error().message != "the disk is full while writing " + path || done.error().hint.empty())
    return 5;
  const auto row = database->first("SELECT count(*) AS n FROM notes");
  return row && (*row)->integer("n") == 1 ? 0 : 6;
}

} // namespace

TEST_CASE("a full disk fails the transaction, says so, and loses nothing committed before") {
  const Folder folder;
  const std::string path = folder.file("journal.db");
  {
    Database database = with_notes(path);
    REQUIRE(database.run("INSERT INTO notes (text) VALUES ('before')"));
  }
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0)
    ::_exit(fill_the_disk(path));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  Database database = with_notes(path);
  CHECK(count(database) == 1);
  CHECK(database.run("INSERT INTO notes (text) VALUES ('after')") == 1);
}

TEST_CASE("what was dumped can be loaded, into memory and into a file") {
  const Folder folder;
  Database source = with_notes(folder.file("source.db"));
  REQUIRE(source.run("INSERT INTO notes (text) VALUES ('kept')"));
  const std::string bytes = source.dump().value();
  CHECK(source.dump().value() == bytes);
  for (const std::string& path : {std::string(":memory:"), folder.file("target.db")}) {
    CAPTURE(path);
    Database target = with_notes(path);
    REQUIRE(target.run("INSERT INTO notes (text) VALUES ('lost'), ('lost too')") == 2);
    REQUIRE(target.load(bytes));
    CHECK(count(target) == 1);
    CHECK(target.run("INSERT INTO notes (text) VALUES ('after')") == 1);
    CHECK(target.dump().value() != bytes);
  }
  CHECK(count(source) == 1);
}

TEST_CASE("what is no database is not loaded, and nothing is lost") {
  Database database = with_notes(":memory:");
  REQUIRE(database.run("INSERT INTO notes (text) VALUES ('kept')"));
  std::string torn = database.dump().value();
  torn.resize(torn.size() / 2);
  for (const std::string& bytes :
       {std::string(), std::string("SQLite format 3"), std::string(5000, 'x'), torn}) {
    CAPTURE(bytes.size());
    CHECK(database.load(bytes).error().kind == Kind::usage);
    CHECK(count(database) == 1);
  }
}
