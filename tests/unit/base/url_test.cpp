// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;

namespace {

Url url(std::string_view text) {
  const auto parsed = Url::parse(text);
  CAPTURE(text);
  REQUIRE(parsed);
  return *parsed;
}

} // namespace

TEST_CASE("an address is taken apart and put together") {
  struct Row {
    std::string_view text, origin, whole;
  };
  for (const Row& row : {
           Row{"https://agrenting.com", "https://agrenting.com", "https://agrenting.com/"},
           Row{"HTTPS://Agrenting.COM:443/A?b=C", "https://agrenting.com", "https://agrenting.com/A?b=C"},
           Row{"http://127.0.0.1:4012/x", "http://127.0.0.1:4012", "http://127.0.0.1:4012/x"},
           Row{"http://a?q", "http://a", "http://a/?q"},
           Row{"http://a/p#fragment", "http://a", "http://a/p"},
           Row{"http://[::1]:8080/", "http://[::1]:8080", "http://[::1]:8080/"},
           Row{"https://a:80/", "https://a:80", "https://a:80/"},
           Row{"http://a/?next=https://b/c@d", "http://a", "http://a/?next=https://b/c@d"},
       }) {
    CAPTURE(row.text);
    CHECK(url(row.text).origin() == row.origin);
    CHECK(url(row.text).to_string() == row.whole);
  }
}

TEST_CASE("what other readers could read differently is refused") {
  for (const std::string_view text : {"",
                                      "agrenting.com",
                                      "//a/b",
                                      "ftp://a",
                                      "file:///etc/passwd",
                                      "javascript://a",
                                      "https://",
                                      "https:///x",
                                      "http://a b/",
                                      "http://a\n/",
                                      "http://a\\b",
                                      "http://a:0/",
                                      "http://a:65536/",
                                      "http://a:x/",
                                      "http://a:/",
                                      "http://a:1:2/",
                                      "http://::1/",
                                      "http://[::1",
                                      "http://[::1]x/",
                                      "http://[::1]@b/",
                                      "http://a%00.b/",
                                      "http://a%2eb/",
                                      "http://a,b/",
                                      "http://ａ.com/",
                                      "http://a\"/",
                                      "http://[]/"}) {
    CAPTURE(text);
    const auto parsed = Url::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == Kind::usage);
  }
}

TEST_CASE("user info is refused and never repeated") {
  for (const std::string_view text :
       {"https://user:hunter2@agrenting.com/", "https://ap_hunter2@a", "https://hunter2@a b",
        "ftp://user:hunter2@a", "https://agrenting.com:hunter2@evil.com"}) {
    CAPTURE(text);
    const auto parsed = Url::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("loopback is an address of this machine, not a name that looks like one") {
  struct Row {
    std::string_view text;
    bool loopback;
  };
  for (const Row& row : {
           Row{"http://127.0.0.1", true},
           Row{"http://127.255.255.254:1", true},
           Row{"http://localhost", true},
           Row{"http://LOCALHOST:80", true},
           Row{"http://www.localhost:80", true},
           Row{"http://evillocalhost", false},
           Row{"http://[::1]", true},
           Row{"http://127.0.0.1.evil.com", false},
           Row{"http://localhost.evil.com", false},
           Row{"http://127.0.0.256", false},
           Row{"http://127.0.0.-0", false},
           Row{"http://127.0.0", false},
           Row{"http://127.0.0.1.", false},
           Row{"http://127.0.0.1.5", false},
           Row{"http://127.a.b.c", false},
           Row{"http://128.0.0.1", false},
           Row{"http://0.0.0.0", false},
           Row{"http://2130706433", false},
           Row{"http://0x7f.0.0.1", false},
           Row{"http://[::ffff:127.0.0.1]", false},
           Row{"http://evil.com/127.0.0.1", false},
           Row{"http://evil.com?127.0.0.1", false},
       }) {
    CAPTURE(row.text);
    CHECK(url(row.text).is_loopback() == row.loopback);
    CHECK(url(row.text).is_safe_for_credentials() == row.loopback);
  }
  CHECK(url("https://evil.com").is_safe_for_credentials());
}

TEST_CASE("references resolve as RFC 3986, 5.4 lists them") {
  struct Row {
    std::string_view reference, target;
  };
  const Url base = url("http://a/b/c/d;p?q");
  for (const Row& row : {
           Row{"g", "http://a/b/c/g"},
           Row{"./g", "http://a/b/c/g"},
           Row{"g/", "http://a/b/c/g/"},
           Row{"/g", "http://a/g"},
           Row{"//g", "http://g/"},
           Row{"?y", "http://a/b/c/d;p?y"},
           Row{"g?y", "http://a/b/c/g?y"},
           Row{"#s", "http://a/b/c/d;p?q"},
           Row{"g#s", "http://a/b/c/g"},
           Row{"g?y#s", "http://a/b/c/g?y"},
           Row{";x", "http://a/b/c/;x"},
           Row{"g;x", "http://a/b/c/g;x"},
           Row{"g;x?y#s", "http://a/b/c/g;x?y"},
           Row{"", "http://a/b/c/d;p?q"},
           Row{".", "http://a/b/c/"},
           Row{"./", "http://a/b/c/"},
           Row{"..", "http://a/b/"},
           Row{"../", "http://a/b/"},
           Row{"../g", "http://a/b/g"},
           Row{"../..", "http://a/"},
           Row{"../../", "http://a/"},
           Row{"../../g", "http://a/g"},
           Row{"../../../g", "http://a/g"},
           Row{"../../../../g", "http://a/g"},
           Row{"/./g", "http://a/g"},
           Row{"/../g", "http://a/g"},
           Row{"g.", "http://a/b/c/g."},
           Row{".g", "http://a/b/c/.g"},
           Row{"g..", "http://a/b/c/g.."},
           Row{"..g", "http://a/b/c/..g"},
           Row{"./../g", "http://a/b/g"},
           Row{"./g/.", "http://a/b/c/g/"},
           Row{"g/./h", "http://a/b/c/g/h"},
           Row{"g/../h", "http://a/b/c/h"},
           Row{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
           Row{"g;x=1/../y", "http://a/b/c/y"},
           Row{"g?y/./x", "http://a/b/c/g?y/./x"},
           Row{"g?y/../x", "http://a/b/c/g?y/../x"},
           Row{"http://b/x", "http://b/x"},
           Row{"https://b", "https://b/"},
           Row{"g?u=http://b", "http://a/b/c/g?u=http://b"},
       }) {
    CAPTURE(row.reference);
    const auto resolved = base.resolve(row.reference);
    REQUIRE(resolved);
    CHECK(resolved->to_string() == row.target);
  }
  for (const std::string_view reference :
       {"g:h", "javascript:alert(1)", "//user@g", "//", "http:g", "/a b"}) {
    CAPTURE(reference);
    CHECK_FALSE(base.resolve(reference));
  }
}

TEST_CASE("an origin is scheme, host and port") {
  CHECK(same_origin(url("https://a/x"), url("https://A:443/y?z")));
  CHECK_FALSE(same_origin(url("https://a"), url("http://a")));
  CHECK_FALSE(same_origin(url("https://a"), url("https://a:8443")));
  CHECK_FALSE(same_origin(url("https://a"), url("https://www.a")));
}
