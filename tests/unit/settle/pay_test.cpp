// SPDX-License-Identifier: MIT
// Whole runs: total paid = total owed and each line once, whatever happens to requests, answers or us.
#include "base/random.hpp"
#include "settle/pay.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace agr;
using namespace agr::settle;
using agentsgethired::Contract;
using agentsgethired::Settlement;

namespace {

/// We were killed here.
struct Killed {};

enum class Fault {
  none,
  lost_before,
  lost_after,
  error_before,
  error_after,
  torn_after,
  not_sent,
  slow_down,
  killed_before,
  killed_after
};
constexpr int k_faults = 10;

/// A marketplace with many settlements, one per contract. It pays a draft whenever it is asked to.
struct Bank final : Marketplace {
  struct Owed {
    std::string rail = "stripe";
    std::string amount = "10.00";
    std::string status = "draft";
    std::string payee = "acct_1";
    std::string reference = {};
    int paid = 0;
  };
  std::map<std::string, Owed> owed;
  std::function<Fault(const std::string& what)> fault = [](const std::string&) { return Fault::none; };
  std::vector<std::string> executed = {}; ///< every request that pays, by settlement

  [[nodiscard]] Settlement shown(const std::string& id) const {
    const auto& one = owed.at(id);
    return Settlement(json::Value::object({{"id", id},
                                           {"contractId", "c-" + id},
                                           {"method", one.rail},
                                           {"amount", one.amount},
                                           {"currency", "USD"},
                                           {"status", one.status},
                                           {"providerReference", one.reference}}));
  }
  [[nodiscard]] Contract terms(const std::string& id) const {
    const auto& one = owed.at(id);
    return Contract(json::Value::object(
        {{"id", "c-" + id},
         {"status", "active"},
         {"agentId", "worker"},
         {"buyerId", "me"},
         {"paymentMethod", one.rail},
         {"paymentAmount", one.amount},
         {"paymentCurrency", "USD"},
         {"acceptedAt", "2026-01-01T00:00:00Z"},
         {"payoutDestination",
          json::Value::object(
              {{"destination", one.payee},
               {"network", one.rail == "stripe" ? json::Value() : json::Value("eip155:8453")}})}}));
  }
  static tl::unexpected<Error> broken(Kind kind, std::optional<int> status = {}) {
    return fail({.kind = kind, .message = "broken", .http_status = status});
  }
  void act(const Line& line) {
    auto& one = owed.at(line.obligation.settlement_id);
    if (one.status != "draft")
      return;
    ++one.paid;
    one.status = one.rail == "stripe" ? "sent" : "settled";
    one.reference = line.obligation.receipt_reference;
  }

  Result<Settlement> execute(const Line& line) override {
    const auto id = line.obligation.settlement_id;
    executed.push_back(id);
    switch (fault("execute " + id)) {
    case Fault::lost_before:
      return broken(Kind::outcome_unknown);
    case Fault::lost_after:
      act(line);
      return broken(Kind::outcome_unknown);
    case Fault::error_before:
      return broken(Kind::unavailable, 500);
    case Fault::error_after:
      act(line);
      return broken(Kind::unavailable, 502);
    case Fault::torn_after:
      act(line);
      return broken(Kind::protocol);
    case Fault::not_sent:
      return broken(Kind::unavailable);
    case Fault::slow_down:
      return broken(Kind::rate_limited, 429);
    case Fault::killed_before:
      throw Killed{};
    case Fault::killed_after:
      act(line);
      throw Killed{};
    case Fault::none:
      break;
    }
    if (owed.at(id).status != "draft")
      return broken(Kind::conflict, 409);
    act(line);
    return shown(id);
  }
  Result<Settlement> read(const std::string& id) override {
    switch (fault("read " + id)) {
    case Fault::killed_before:
    case Fault::killed_after:
      throw Killed{};
    case Fault::none:
      return shown(id);
    default:
      return broken(Kind::unavailable, 503);
    }
  }
  Result<Contract> contract(const std::string& id) override { return terms(id.substr(2)); }
};

struct StillClock final : Clock {
  Time time{Millis(1'768'478'400'000)};
  [[nodiscard]] Time now() const override { return time; }
  [[nodiscard]] Millis steady() const override { return time.time_since_epoch(); }
  void sleep(Millis duration) override { time += duration; }
};

const std::string k_origin = "https://agentsgethired.com";

struct Office {
  Bank bank;
  StillClock clock;
  Journal journal = std::move(*Journal::open(":memory:"));
  Desk desk{.around = {.marketplace = bank, .journal = journal, .clock = clock}};
  Policy policy = {};

  [[nodiscard]] Facts facts(Journal& book) const {
    Facts facts{.origin = k_origin, .payer_id = "me", .statements = {}};
    for (const auto& [id, owed] : bank.owed) {
      facts.statements.push_back({bank.terms(id), {bank.shown(id)}});
      if (const auto line = book.find(k_origin, id); *line)
        facts.tried[id] = (*line)->state;
    }
    return facts;
  }
  [[nodiscard]] Plan plan() { return make_plan(facts(journal), policy, clock.now()); }
  std::vector<Paid> settle_run() {
    const auto open = look_again(k_origin, desk);
    REQUIRE(open);
    return pay(plan(), desk);
  }
};

std::vector<std::string> outcomes(const std::vector<Paid>& report) {
  std::vector<std::string> all;
  for (const auto& line : report)
    all.push_back(line.line.owed.settlement_id + " " + std::string(name_of(line.outcome)));
  return all;
}
using Outcomes = std::vector<std::string>;

/// A person who has looked tells what is open to be sent again.
void resume(const Desk& desk) {
  const auto open = *desk.around.journal.lines(true);
  for (const auto& line : open)
    CHECK(run(line, Execution::Start::try_again, desk.around));
}

const std::string k_hash = "0x" + std::string(64, 'a');
std::string receipt_with(const std::string& hash) {
  return R"({"receipt":{"success":true,"transaction":")" + hash +
         R"(","network":"eip155:8453"},"requirements":{"amount":"10000000","network":"eip155:8453","payTo":"acct_1","asset":"0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}})";
}

} // namespace

TEST_CASE("a run pays what is due, a second run has nothing left to do") {
  Office office;
  office.bank.owed = {{"a", {}}, {"b", {}}, {"c", {.status = "sent"}}};
  const auto report = office.settle_run();
  CHECK(outcomes(report) == Outcomes{"a paid", "b paid"});
  CHECK(!verdict_on(report));
  CHECK(office.settle_run().empty());
}

TEST_CASE("a plan is carried out again without paying again") {
  Office office;
  office.bank.owed = {{"a", {}}, {"b", {}}};
  const auto plan = office.plan();
  REQUIRE(still_holds(plan, office.desk));
  CHECK(outcomes(pay(plan, office.desk)) == Outcomes{"a paid", "b paid"});
  REQUIRE(still_holds(plan, office.desk));
  CHECK(outcomes(pay(plan, office.desk)) == Outcomes{"a already_paid", "b already_paid"});
  CHECK(office.bank.executed.size() == 2);
}

TEST_CASE("applying a plan again reads back what is open and sends nothing") {
  Office office;
  office.bank.owed = {{"a", {}}, {"b", {}}};
  const auto plan = office.plan();
  office.bank.fault = [](const std::string& what) {
    return what == "execute a" ? Fault::lost_before : Fault::none;
  };
  CHECK(outcomes(pay(plan, office.desk)) == Outcomes{"a unknown", "b not_tried"});
  office.bank.fault = [](const std::string&) { return Fault::none; };
  REQUIRE(still_holds(plan, office.desk));
  CHECK(outcomes(pay(plan, office.desk)) == Outcomes{"a unknown", "b paid"});
  CHECK(office.bank.executed == std::vector<std::string>{"a", "b"});
  office.bank.owed["a"].status = "sent"; // it took effect late
  CHECK(outcomes(pay(plan, office.desk)) == Outcomes{"a paid", "b already_paid"});
}

TEST_CASE("a plan whose world moved is refused whole, and line by line") {
  struct Case {
    const char* what;
    std::function<void(Bank::Owed&)> change;
  };
  const std::vector<Case> cases = {
      {"paid by somebody else", [](auto& o) { o.status = "sent"; }},
      {"cancelled", [](auto& o) { o.status = "cancelled"; }},
      {"another amount", [](auto& o) { o.amount = "10.01"; }},
      {"another payee", [](auto& o) { o.payee = "acct_2"; }},
      {"another rail", [](auto& o) { o.rail = "mpp"; }},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    Office office;
    office.bank.owed = {{"a", {}}, {"b", {}}};
    const auto plan = office.plan();
    test.change(office.bank.owed["b"]);
    const auto holds = still_holds(plan, office.desk);
    REQUIRE(!holds);
    CHECK(holds.error().kind == Kind::conflict);
    CHECK(holds.error().message.find("settlement b") != std::string::npos);
    const auto report = pay(plan, office.desk);
    CHECK(outcomes(report) == Outcomes{"a paid", "b moved"});
    CHECK(verdict_on(report) == Kind::partial);
    CHECK(office.bank.executed == std::vector<std::string>{"a"});
  }
}

TEST_CASE("a run stops where going on would make matters worse") {
  struct Case {
    Fault fault;
    bool keep_going;
    Outcomes then;
  };
  const std::vector<Case> cases = {
      {Fault::lost_before, false, {"a unknown", "b not_tried"}},
      {Fault::lost_before, true, {"a unknown", "b paid"}},
      {Fault::lost_after, false, {"a paid", "b paid"}},
      {Fault::not_sent, false, {"a refused", "b not_tried"}},
      {Fault::not_sent, true, {"a refused", "b not_tried"}},
  };
  for (const auto& test : cases) {
    Office office;
    office.bank.owed = {{"a", {}}, {"b", {}}};
    office.desk.keep_going = test.keep_going;
    office.bank.fault = [&](const std::string& what) {
      return what == "execute a" ? test.fault : Fault::none;
    };
    CHECK(outcomes(office.settle_run()) == test.then);
  }
}

TEST_CASE("a payment left open is not sent again by a run, and does not stop it") {
  Office office;
  office.bank.owed = {{"a", {}}, {"b", {}}};
  office.bank.fault = [](const std::string& what) {
    return what == "execute a" ? Fault::lost_before : Fault::none;
  };
  office.settle_run();
  const auto report = office.settle_run();
  CHECK(outcomes(report) == Outcomes{"a unknown", "b paid"});
  CHECK(verdict_on(report) == Kind::partial);
  CHECK(verdict_on(office.settle_run()) == Kind::outcome_unknown);
  CHECK(office.bank.executed == std::vector<std::string>{"a", "b"});
  office.bank.owed["a"].status = "sent"; // it took effect late
  const auto found = look_again(k_origin, office.desk);
  CHECK(outcomes(*found) == Outcomes{"a paid"});
}

TEST_CASE("what a run amounts to") {
  const auto line = [](Outcome outcome, Kind kind) {
    return Paid{.line = {}, .outcome = outcome, .error = Error{kind, "why"}};
  };
  const Paid paid{.line = {}, .outcome = Outcome::paid};
  const auto held = line(Outcome::held, Kind::money);
  const auto unknown = line(Outcome::unknown, Kind::outcome_unknown);
  const auto refused = line(Outcome::refused, Kind::forbidden);
  const Paid not_tried{.line = {}};
  CHECK(!verdict_on({}));
  CHECK(!verdict_on({paid, paid}));
  CHECK(verdict_on({paid, held}) == Kind::partial);
  CHECK(verdict_on({held, held}) == Kind::money);
  CHECK(verdict_on({held, refused}) == Kind::forbidden);
  CHECK(verdict_on({held, refused, unknown, not_tried}) == Kind::outcome_unknown);
}

TEST_CASE("a receipt command is asked once, and what it says is kept before it is used") {
  Office office;
  office.policy.receipts = true;
  office.bank.owed = {{"w", {.rail = "x402"}}};
  int asked = 0;
  office.desk.receipts = [&](const json::Value& about) -> Result<std::string> {
    ++asked;
    CHECK(about["settlement"].text() == "w");
    CHECK(about["amount"].text() == "10.00");
    CHECK(about["payee"].text() == "acct_1");
    return receipt_with(k_hash);
  };
  office.bank.fault = [](const std::string& what) {
    return what == "execute w" ? Fault::not_sent : Fault::none;
  };
  CHECK(outcomes(office.settle_run()) == Outcomes{"w refused"});
  office.bank.fault = [](const std::string&) { return Fault::none; };
  CHECK(outcomes(office.settle_run()) == Outcomes{"w paid"});
  CHECK(asked == 1);
  CHECK(office.bank.owed["w"].reference == k_hash);
}

TEST_CASE("what a receipt command's failure means") {
  struct Case {
    const char* what;
    std::function<Result<std::string>()> answer;
    std::string outcome;
    int asked_after_two_runs;
  };
  const std::vector<Case> cases = {
      {"nothing was paid", [] { return Result<std::string>(fail({Kind::pending, "not yet"})); }, "held", 2},
      {"it does not exist", [] { return Result<std::string>(fail({Kind::config, "no such program"})); },
       "held", 2},
      {"it crashed", [] { return Result<std::string>(fail({Kind::failed, "signal 9"})); }, "unknown", 1},
      {"it said nothing", [] { return Result<std::string>(" \n"); }, "unknown", 1},
      {"it said nonsense", [] { return Result<std::string>("nonsense"); }, "held", 1},
      {"it reported a failure",
       [] { return Result<std::string>(R"({"success":false,"transaction":"","network":"eip155:8453"})"); },
       "held", 1},
      {"it paid on another network",
       [] {
         return Result<std::string>(R"({"success":true,"transaction":")" + k_hash +
                                    R"(","network":"eip155:137"})");
       },
       "held", 1},
      {"it proves no amount",
       [] {
         return Result<std::string>(R"({"success":true,"transaction":")" + k_hash +
                                    R"(","network":"eip155:8453"})");
       },
       "held", 1},
      {"we were killed", []() -> Result<std::string> { throw Killed{}; }, "unknown", 1},
  };
  for (const auto& test : cases) {
    CAPTURE(test.what);
    Office office;
    office.policy.receipts = true;
    office.bank.owed = {{"w", {.rail = "x402"}}};
    int asked = 0;
    office.desk.receipts = [&](const json::Value&) {
      ++asked;
      return test.answer();
    };
    try {
      office.settle_run();
    } catch (const Killed&) {
    }
    CHECK(outcomes(office.settle_run()) == Outcomes{"w " + test.outcome});
    CHECK(asked == test.asked_after_two_runs);
    CHECK(office.bank.executed.empty());
  }
}

TEST_CASE("one receipt pays one settlement") {
  Office office;
  office.policy.receipts = true;
  office.bank.owed = {{"w1", {.rail = "x402"}}, {"w2", {.rail = "x402"}}};
  office.desk.receipts = [](const json::Value&) { return Result<std::string>(receipt_with(k_hash)); };
  const auto report = office.settle_run();
  CHECK(outcomes(report) == Outcomes{"w1 paid", "w2 held"});
  CHECK(report[1].error->code == "receipt_reused");
}

TEST_CASE("a thousand seeded runs: total paid = total owed, each line once, the log intact") {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    SeededRandom random{seed};
    Office office;
    // Somebody with a journal of their own pays from the same account.
    auto other = std::move(*Journal::open(":memory:"));
    for (int i = 0; i < 3; ++i)
      office.bank.owed["s" + std::to_string(i)] = {};
    int quiet = 0; // until here anything may happen
    office.bank.fault = [&](const std::string&) {
      return quiet > 0 || random.below(3) > 0 ? Fault::none : static_cast<Fault>(random.below(k_faults));
    };
    for (int round = 0; round < 6; ++round) {
      auto& book = random.below(4) == 0 ? other : office.journal;
      Desk desk{.around = {.marketplace = office.bank, .journal = book, .clock = office.clock},
                .keep_going = random.below(2) == 0};
      quiet = round < 5 ? 0 : 1;
      try {
        const bool looked = look_again(k_origin, desk).has_value(); // doctest's macros would catch Killed
        CHECK(looked);
        pay(make_plan(office.facts(book), {}, office.clock.now()), desk);
        if (quiet > 0)
          resume(desk);
      } catch (const Killed&) {
      }
    }
    for (auto* book : {&office.journal, &other}) {
      Desk desk{.around = {.marketplace = office.bank, .journal = *book, .clock = office.clock}};
      resume(desk);
      pay(make_plan(office.facts(*book), {}, office.clock.now()), desk);
      CHECK(book->audit());
      CHECK(book->lines(true)->empty());
    }
    for (const auto& [id, owed] : office.bank.owed) {
      CAPTURE(id);
      CHECK(owed.status == "sent");
      CHECK(owed.paid == 1);
    }
  }
}
