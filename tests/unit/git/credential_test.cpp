// SPDX-License-Identifier: MIT
#include "git/address.hpp"
#include "git/credential.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::git;

TEST_CASE("a repository's address is https, or http to this machine, and nothing but an address") {
  for (const auto* good :
       {"https://github.com/acme/ui-kit", "https://github.com/acme/ui-kit.git", "http://127.0.0.1:8080/a.git",
        "http://localhost/a", "https://host:8443/x/y/z.git"})
    CHECK_MESSAGE(read_address(good).has_value(), good);
  for (const auto* bad :
       {"", "http://github.com/acme/ui-kit", "git@github.com:acme/ui-kit.git", "ssh://git@github.com/a/b",
        "file:///etc", "/etc", "--upload-pack=touch /tmp/x", "ext::sh -c true",
        "https://t0k3n@github.com/a/b", "https://user:t0k3n@github.com/a/b",
        "https://github.com/a/b?token=t0k3n", "https://github.com", "https://github.com/",
        "https://git hub.com/a", "https://github.com/a\nb", "https://-x/a b"}) {
    const auto read = read_address(bad);
    CHECK_MESSAGE(!read.has_value(), bad);
    if (!read)
      CHECK(read.error().message.find("t0k3n") == std::string::npos);
  }
}

TEST_CASE("a credential survives being handed over") {
  const auto back = unpack(pack({"https://github.com", Secret("t0k3n")}));
  REQUIRE(back);
  CHECK(back->origin == "https://github.com");
  CHECK(back->token.reveal() == "t0k3n");
  for (const auto* broken : {"", "https://github.com", "https://github.com\n"})
    CHECK_FALSE(unpack(Secret(broken)));
}

TEST_CASE("the helper answers for the token's origin alone") {
  const auto asked = [](const std::string& origin, const std::string& token, const std::string& question) {
    return answer_to({origin, Secret(token)}, question).reveal();
  };
  CHECK(asked("https://github.com", "t0k3n", "protocol=https\nhost=github.com\n") ==
        "username=x-access-token\npassword=t0k3n\n");
  CHECK(asked("http://127.0.0.1:8080", "t", "protocol=http\nhost=127.0.0.1:8080\npath=a.git\n") ==
        "username=x-access-token\npassword=t\n");
  CHECK(asked("https://github.com", "t", "protocol=https\nhost=GitHub.com:443\n") != "");
  for (const auto* other :
       {"protocol=https\nhost=evil.example\n", "protocol=https\nhost=github.com.evil.example\n",
        "protocol=http\nhost=github.com\n", "protocol=https\nhost=github.com:8443\n", "host=github.com\n",
        "protocol=https\n", "", "protocol=https\nhost=x@github.com\n", "xprotocol=https\nhost=github.com\n"})
    CHECK_MESSAGE(asked("https://github.com", "t0k3n", other) == "", other);
  CHECK(asked("http://github.com", "t", "protocol=http\nhost=github.com\n") == "");
  CHECK(asked("https://github.com", "t\nquit=1", "protocol=https\nhost=github.com\n") == "");
}
