// SPDX-License-Identifier: MIT
#include "git/plan.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::git;

TEST_CASE("each attempt has a branch of its own") {
  CHECK(branch_for("7f-3", 1) == "agr/7f-3");
  CHECK(branch_for("7f-3", 2) == "agr/7f-3-2");
}

TEST_CASE("the first line of a commit is one line, short, and has no control characters") {
  CHECK(subject_for("Add a dark mode\n\nwith love") == "Add a dark mode");
  CHECK(subject_for("  \n ") == "Do what was asked for");
  CHECK(subject_for("") == "Do what was asked for");
  CHECK(subject_for("\x1b[31mred").find('\x1b') == std::string::npos);
  CHECK(subject_for(std::string(5000, 'x')).size() < 80);
  CHECK(subject_for("--amend") == "--amend"); // it comes by a file
}

TEST_CASE("an author is a name and an address") {
  const auto author = read_author("Alice Bot <alice@example.com>");
  REQUIRE(author);
  CHECK(author->name == "Alice Bot");
  CHECK(author->address == "alice@example.com");
  for (const auto* bad : {"", "Alice", "<a@b>", "Alice <>", "Alice <a@b> x", "Al<ice <a@b>", "Alice <a\n@b>"})
    CHECK_MESSAGE(!read_author(bad).has_value(), bad);
}

TEST_CASE("a plan is read back as it was written") {
  const Plan plan{.address = Url::parse("https://h:8443/a/b.git").value(),
                  .branch = "agr/1",
                  .to_default = true,
                  .author = "A <a@b>",
                  .subject = "Do \"it\"",
                  .hiring = "1"};
  const auto back = read_plan(to_json(plan));
  REQUIRE(back);
  CHECK(to_json(*back) == to_json(plan));
  CHECK(message_of(*back) == "Do \"it\"\n\nHiring: 1\n");
  CHECK_FALSE(read_plan(json::Value::object({{"address", "x"}, {"branch", "b"}})));
}

TEST_CASE("a delivery names the commit only when there is one") {
  const Delivery nothing{.repository = "https://h/a"};
  CHECK_FALSE(to_json(nothing).has("commit"));
  const Delivery some{
      .repository = "https://h/a", .branch = "agr/1", .commit = "abc", .files = {"x"}, .file_count = 3};
  const auto back = read_delivery(to_json(some));
  CHECK(back.commit == "abc");
  CHECK(back.branch == "agr/1");
  CHECK(back.files == std::vector<std::string>{"x"});
  CHECK(back.file_count == 3);
}
