// SPDX-License-Identifier: MIT
#include "git/trouble.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::git;

TEST_CASE("what git says decides whether trying again may help") {
  struct Row {
    Kind kind;
    const char* errors;
  };
  const Row rows[]{
      {Kind::auth, "fatal: Authentication failed for 'https://h/r/'"},
      {Kind::auth, "fatal: could not read Username for 'https://h': terminal prompts disabled"},
      {Kind::auth, "fatal: unable to access 'https://h/r/': The requested URL returned error: 403"},
      {Kind::not_found, "fatal: repository 'https://h/r/' not found"},
      {Kind::not_found, "remote: Repository not found.\nfatal: unable to access 'x'"},
      {Kind::failed, "fatal: unable to access 'https://h/r/': The requested URL returned error: 302"},
      {Kind::conflict,
       "!\tabc:refs/heads/x\t[rejected] (fetch first)\nerror: failed to push some refs to 'x'"},
      {Kind::conflict, "!\tabc:refs/heads/main\t[remote rejected] (protected branch hook declined)"},
      {Kind::unavailable, "fatal: unable to access 'https://h/r/': Could not resolve host: h"},
      {Kind::unavailable,
       "fatal: unable to access 'http://h/': Failed to connect to h port 1: Connection refused"},
      {Kind::unavailable, "fatal: unable to access 'https://h/r/': The requested URL returned error: 503"},
      {Kind::unavailable,
       "error: RPC failed; curl 18 transfer closed\nfatal: the remote end hung up unexpectedly"},
      {Kind::unavailable, "fatal: unable to access 'x': Operation too slow."},
      {Kind::failed, "fatal: something nobody has seen"},
      {Kind::failed, ""},
  };
  for (const auto& row : rows)
    CHECK_MESSAGE(trouble("fetch x", row.errors).kind == row.kind, row.errors);
}

TEST_CASE("little of what a server says is quoted, and nothing that could harm a terminal") {
  const auto error =
      trouble("push to x", "Enumerating: 1\nremote: \x1b[2Jowned\nhint: do this\n! [rejected] a\n" +
                               ("remote: " + std::string(5000, 'x')));
  CHECK(error.message.starts_with("cannot push to x: the branch holds other commits (remote: "));
  CHECK(error.message.find('\x1b') == std::string::npos);
  CHECK(error.message.find("hint") == std::string::npos);
  CHECK(error.message.size() < 500);
}
