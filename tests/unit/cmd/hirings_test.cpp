// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace agr;
using test::Ran;
using test::Runner;

namespace {

std::string hiring(const std::string& status) {
  return R"({"data":{"id":"h1","status":")" + status + R"("}})";
}

constexpr const char* k_conflict = R"({"errors":[{"message":"already terminal"}]})";

} // namespace

TEST_CASE("a list follows its pages as far as it is asked") {
  Runner one;
  one.market.on("GET /hirings", 200,
                R"({"data":{"hirings":[{"id":"h1"},{"id":"h2"}],"page":1,"total_pages":2,"total":3}})");
  one.market.on("GET /hirings", 200,
                R"({"data":{"hirings":[{"id":"h3"}],"page":2,"total_pages":2,"total":3}})");
  const Ran all = one.run({"hirings", "list", "--all", "--json=id"});
  CHECK(all.exit == 0);
  CHECK(all.json().items().size() == 3);
  CHECK(one.market.asked ==
        std::vector<std::string>{"GET /hirings?limit=100&page=1", "GET /hirings?limit=100&page=2"});
}

TEST_CASE("a service that ignores pages is not asked for ever") {
  Runner one;
  one.market.on("GET /hirings", 200, R"({"data":{"hirings":[{"id":"h1"}],"page":1,"total_pages":9}})");
  const Ran all = one.run({"hirings", "list", "--all", "--json"});
  CHECK(all.json().items().size() == 1);
  CHECK(one.market.asked.size() == 2);
  CHECK(one.run({"hirings", "list", "--limit", "0"}).exit == 64);
}

TEST_CASE("a cancel reports how the hiring really stands") {
  struct Case {
    int status;
    std::string answer;
    std::string now;
    int exit;
  };
  for (const Case& c : {Case{200, hiring("cancelled"), "cancelled", 0},
                        Case{200, hiring("completed"), "completed", 7}, Case{409, k_conflict, "completed", 7},
                        Case{409, k_conflict, "cancelled", 0}, Case{409, k_conflict, "in_progress", 7},
                        Case{200, "", "cancelled", 0}, Case{404, k_conflict, "cancelled", 6}}) {
    CAPTURE(c.status);
    CAPTURE(c.now);
    Runner one;
    one.market.on("POST /hirings/h1/cancel", c.status, c.answer);
    one.market.on("GET /hirings/h1", 200, hiring(c.now));
    CHECK(one.run({"hirings", "cancel", "h1", "--yes"}).exit == c.exit);
  }
}

TEST_CASE("a cancel whose answer was lost is looked up, never repeated") {
  Runner one;
  one.market.lose("POST /hirings/h1/cancel");
  one.market.on("GET /hirings/h1", 200, hiring("cancelled"));
  CHECK(one.run({"hirings", "cancel", "h1", "--yes"}).exit == 0);
  CHECK(one.market.asked.size() == 2);
  CHECK(Runner().run({"hirings", "cancel", "h1"}).exit == 64); // nobody to ask, no --yes
}

TEST_CASE("messages come from the hiring, or from their own list") {
  Runner newer;
  newer.market.on("GET /hirings/h1", 200, R"({"data":{"id":"h1","messages":[{"content":"hi"}]}})");
  CHECK(newer.run({"hirings", "messages", "h1", "--json"}).json().items().size() == 1);
  Runner older;
  older.market.on("GET /hirings/h1", 200, R"({"data":{"id":"h1"}})");
  older.market.on("GET /hirings/h1/messages", 200, R"({"data":[{"content":"a"},{"content":"b"}]})");
  CHECK(older.run({"hirings", "messages", "h1", "--json"}).json().items().size() == 2);
}

TEST_CASE("downloads keep to their folder and never replace by themselves") {
  Runner one;
  const std::string folder = one.folder.path("out");
  one.market.on("GET /hirings/h1/artifacts", 200,
                R"({"data":[{"id":"f1","name":"../../evil.md"},{"id":"f2","name":"evil.md"}]})");
  one.market.on("GET /artifacts/f1/download", 200, "first");
  one.market.on("GET /artifacts/f2/download", 200, "second");
  const Ran ran = one.run({"artifacts", "download", "h1", "-o", folder, "--json"});
  CHECK(ran.exit == 0);
  CHECK(ran.json().items().size() == 2);
  CHECK(one.folder.read("out/evil.md") == "first");
  CHECK(one.folder.read("out/evil.md.2") == "second");

  CHECK(one.run({"artifacts", "download", "h1", "-o", folder}).exit == 7);
  CHECK(one.folder.read("out/evil.md") == "first");
  CHECK(one.run({"artifacts", "download", "h1", "-o", folder, "--force"}).exit == 0);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files += entry.is_regular_file() ? 1U : 0U;
  CHECK(files == 2); // no temporary file stays
}

TEST_CASE("one artifact can be named by its own id, and go to a file or to standard output") {
  Runner one;
  one.market.on("GET /artifacts/f1/download", 200, "bytes",
                {{"Content-Disposition", R"(attachment; filename="report.md")"}});
  CHECK(one.run({"artifacts", "download", "f1", "-o", "-"}).out == "bytes");
  CHECK(one.run({"artifacts", "download", "f1", "-o", one.folder.path("mine.md")}).exit == 0);
  CHECK(one.folder.read("mine.md") == "bytes");
  CHECK(one.run({"artifacts", "download", "f1", "-o", one.folder.path("new/")}).exit == 0);
  CHECK(one.folder.read("new/report.md") == "bytes");
  CHECK(one.run({"artifacts", "download", "f9"}).exit == 6);
  one.market.on("GET /hirings/h1/artifacts", 200, R"({"data":[{"id":"f1"},{"id":"f2"}]})");
  CHECK(one.run({"artifacts", "download", "h1", "-o", "-"}).exit == 64);
}

TEST_CASE("a download that fails leaves the others and says so") {
  Runner one;
  one.market.on("GET /hirings/h1/artifacts", 200,
                R"({"data":[{"id":"f1","name":"a"},{"id":"f2","name":"b"}]})");
  one.market.on("GET /artifacts/f2/download", 200, "b");
  const Ran ran = one.run({"artifacts", "download", "h1", "-o", one.folder.path("out/"), "--json"});
  CHECK(ran.exit == 3);
  CHECK(ran.json().items().size() == 2);
  CHECK(ran.json().items()[0]["error"].text().find("f1") != std::string::npos);
  CHECK(one.folder.read("out/b") == "b");
}

TEST_CASE("agents are searched, or listed where the service has no search") {
  Runner one;
  one.market.on(
      "GET /agents", 200,
      R"({"data":[{"did":"a","availability":"offline"},{"did":"b","availability_status":"busy"}]})");
  CHECK(one.run({"agents", "list", "--json"}).json().items().size() == 2);
  const Ran online = one.run({"agents", "list", "--online", "--capability", "x", "--json"});
  CHECK(online.json().items().size() == 1);
  CHECK(one.market.asked.back() == "GET /agents?capability=x&online_only=true&limit=20");
}

TEST_CASE("without a key every question ends with the same exit code") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"agents", "list"},
                                                {"hirings", "list"},
                                                {"balance"},
                                                {"status"},
                                                {"transactions"},
                                                {"artifacts", "list", "h1"},
                                                {"hire", "did:e:a", "x"}}) {
    CAPTURE(words.front());
    Runner one;
    one.environment.set("AGRENTING_API_KEY", "");
    CHECK(one.run(words).exit == 4);
    CHECK(one.market.asked.empty());
  }
}

TEST_CASE("status shows what answers and what does not") {
  Runner one;
  one.market.on("GET /ledger/balance", 200,
                R"({"data":{"available":"10.00","escrow":"2.00","total":"12.00"}})");
  one.market.on("GET /hirings", 403,
                R"({"errors":[{"message":"Token missing required scope: hirings:read"}]})");
  const Ran ran = one.run({"status", "--json"});
  CHECK(ran.exit == 5);
  CHECK(ran.json().items()[0]["value"].text() == "10.00");
}

TEST_CASE("an agent's key is on disk, closed to others, before its registration is told") {
  Runner one;
  one.market.on("POST /agents", 201,
                R"({"data":{"id":"a1","did":"did:e:x","api_key":"secret+/=","name":"x"}})");
  const Ran ran = one.run({"register", "--on", "agrenting", "--name", "x", "--capability", "summarizing",
                           "--price", "2.00", "--json"});
  CHECK(ran.exit == 0);
  CHECK(one.folder.mode("config") == 0600);
  CHECK(one.folder.read("config").find("secret+/=") != std::string::npos);
  CHECK((ran.out + ran.err).find("secret") == std::string::npos);
  CHECK(ran.json()["did"].text() == "did:e:x");

  CHECK(one.run({"register", "--on", "agrenting", "--name", "x", "--capability", "c", "--price", "1"}).exit ==
        7);
}
