// SPDX-License-Identifier: MIT
#include "settle/audit.hpp"
#include "settle/journal.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace agr;
using namespace agr::settle;

namespace {

const Time k_now{Millis(1'768'485'600'000)};

std::vector<AuditLine> chain(const std::vector<std::string>& texts) {
  std::vector<AuditLine> lines;
  std::string previous;
  for (const auto& text : texts) {
    previous = chain_hash(previous, text);
    lines.push_back({.number = static_cast<long long>(lines.size() + 1), .text = text, .hash = previous});
  }
  return lines;
}

Line line(const std::string& settlement) {
  Line fresh{.key = {},
             .obligation = {.origin = "https://agentsgethired.com",
                            .contract_id = "c1",
                            .settlement_id = settlement,
                            .rail = "stripe",
                            .amount = Decimal::from_cents(4500),
                            .currency = "USD",
                            .destination = {},
                            .receipt_reference = {}},
             .body = "{}",
             .status_before = "draft"};
  fresh.key = key_of(fresh.obligation);
  return fresh;
}

/// A journal in a file with two payments, one executed and one open; and the file once more, for meddling.
struct Meddled {
  test::Scratch folder;
  std::string path = folder.path("settlements.db");

  Meddled() {
    auto journal = Journal::open(path);
    REQUIRE(journal);
    REQUIRE(journal->intend(line("s1"), k_now));
    REQUIRE(journal->note(line("s1").key, State::executed, "tr_1", "", k_now));
    REQUIRE(journal->intend(line("s2"), k_now));
    REQUIRE(journal->remark("run", json::Value::object({{"lines", 2}}), k_now));
  }
  Result<std::vector<AuditLine>> audit_after(const std::string& sql) const {
    auto database = store::Database::open(path, store::Durability::crash);
    REQUIRE(database);
    REQUIRE(database->script(sql));
    auto journal = Journal::open(path);
    REQUIRE(journal);
    return journal->audit();
  }
};

const std::string k_unlock = "drop trigger audit_is_never_changed; drop trigger audit_is_never_cut;";

} // namespace

TEST_CASE("a hash is what sha256sum gives for the hash before, a newline and the text") {
  // printf '\n%s' '{"a":1}' | sha256sum, and with that hash before the newline
  const auto first = chain_hash("", R"({"a":1})");
  CHECK(first == "7395dc66860499cb2b8970e17094ec53ed1ff54e7067ad619f884917096166b0");
  CHECK(chain_hash(first, R"({"a":2})") ==
        "0896981808372f8586c990691cd133392b627cac4279b07d08150ee76b493376");
}

TEST_CASE("whatever is done to a line, verification names it") {
  const auto whole = chain({"one", "two", "three", "four"});
  CHECK(verify(whole));
  CHECK(verify({}));

  struct Case {
    const char* what;
    void (*meddle)(std::vector<AuditLine>&);
    const char* says;
  };
  const std::vector<Case> cases = {
      {"a text", [](auto& lines) { lines[1].text = "2"; }, "line 2"},
      {"a hash", [](auto& lines) { lines[2].hash[0] ^= 1; }, "line 3"},
      {"text and hash", [](auto& lines) { lines[1].hash = chain_hash(lines[0].hash, lines[1].text = "2"); },
       "line 3"},
      {"removed", [](auto& lines) { lines.erase(lines.begin() + 1); }, "line 2"},
      {"removed at the front", [](auto& lines) { lines.erase(lines.begin()); }, "line 1"},
      {"swapped", [](auto& lines) { std::swap(lines[1], lines[2]); }, "line 2"},
      {"renumbered after removal",
       [](auto& lines) {
         lines.erase(lines.begin() + 1);
         lines[1].number = 2;
       },
       "line 2"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    auto lines = whole;
    test.meddle(lines);
    const auto verdict = verify(lines);
    REQUIRE(!verdict);
    CHECK(verdict.error().kind == Kind::conflict);
    CHECK(verdict.error().message.find(test.says) != std::string::npos);
  }
}

TEST_CASE("every change of the journal is a line of the log, with nothing secret in it") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  auto paid = line("s1");
  paid.receipt = "the whole receipt";
  paid.body = R"({"providerReceipt":"the whole receipt"})";
  REQUIRE(journal->intend(paid, k_now));
  REQUIRE(journal->note(paid.key, State::unknown, "", "a 502", k_now));
  REQUIRE(journal->note(paid.key, State::executed, "tr_1", "", k_now));
  const auto log = journal->audit();
  REQUIRE(log);
  REQUIRE(log->size() == 3);
  const std::vector<std::string> events = {"intent", "unknown", "executed"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto said = *json::parse((*log)[i].text);
    CHECK(said["event"].text() == events[i]);
    CHECK(said["settlement"].text() == "s1");
    CHECK(said["amount"].text() == "45.00");
    CHECK((*log)[i].text.find("whole receipt") == std::string::npos);
  }
}

TEST_CASE("the log cannot be changed or cut by a statement") {
  const Meddled journal;
  auto database = store::Database::open(journal.path, store::Durability::crash);
  REQUIRE(database);
  CHECK(!database->script("update audit set text = '{}' where number = 1"));
  CHECK(!database->script("delete from audit where number = 4"));
}

TEST_CASE("what somebody does to the file behind our back is found") {
  struct Case {
    std::string sql;
    std::string says;
  };
  const std::vector<Case> cases = {
      {k_unlock + "update audit set text = replace(text, '45.00', '4.50') where number = 2", "line 2"},
      {k_unlock + "delete from audit where number = 2", "line 2"},
      {k_unlock + "delete from audit where number > 1", "the audit log does not know it"},
      {"update payments set state = 'refused' where settlement = 's1'", "audit log says executed"},
      {"delete from payments where settlement = 's1'", "the journal does not"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.sql);
    const Meddled journal;
    const auto audit = journal.audit_after(test.sql);
    REQUIRE(!audit);
    CAPTURE(audit.error().message);
    CHECK(audit.error().kind == Kind::conflict);
    CHECK(audit.error().message.find(test.says) != std::string::npos);
  }
  const Meddled whole;
  CHECK(whole.audit_after("select 1"));
}

TEST_CASE("a journal older than its log is where the log begins") {
  const Meddled journal;
  const auto audit = journal.audit_after("drop table audit");
  REQUIRE(audit);
  CHECK(audit->size() == 2);
}

TEST_CASE("a receipt command's answer is kept, and that it was asked is known before it answers") {
  auto journal = Journal::open(":memory:");
  REQUIRE(journal);
  const auto owed = line("s1").obligation;
  CHECK(!*journal->receipt_of(owed));
  REQUIRE(journal->asked_receipt(owed, k_now));
  REQUIRE(*journal->receipt_of(owed));
  CHECK((*journal->receipt_of(owed))->answer.empty());
  CHECK(!journal->asked_receipt(owed, k_now));
  REQUIRE(journal->got_receipt(owed, "{}", k_now));
  CHECK((*journal->receipt_of(owed))->answer == "{}");
  REQUIRE(journal->drop_receipt(owed, "it said that nothing was paid", k_now));
  CHECK(!*journal->receipt_of(owed));
  CHECK(journal->audit()->size() == 3);
}
