// SPDX-License-Identifier: MIT
#include "net/message.hpp"

#include <doctest/doctest.h>

using namespace agr;
using net::Framing;
using net::ResponseHead;
using net::to_bytes;

TEST_CASE("the head of a response") {
  CHECK(to_bytes({.status = 200, .headers = {{"Content-Type", "text/plain"}}, .length = 5}) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
  CHECK(to_bytes({.status = 201, .length = 0, .keep_alive = false}) ==
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(to_bytes({.status = 200, .framing = Framing::until_end}) ==
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST_CASE("answers that cannot have a body name no length") {
  for (const int status : {204, 304})
    CHECK(to_bytes({.status = status, .length = 7}).find("Content-Length") == std::string::npos);
}

TEST_CASE("framing is not the caller's, and no value breaks out of its line") {
  const net::Headers headers{{"content-length", "99"},  {"Transfer-Encoding", "chunked"},
                             {"CONNECTION", "upgrade"}, {"X-Split", "a\r\nX-B: b"},
                             {"X\n-Name", "a"},         {"X-Kept", "a\tb"}};
  CHECK(to_bytes({.status = 200, .headers = headers, .length = 1}) ==
        "HTTP/1.1 200 OK\r\nX-Kept: a\tb\r\nContent-Length: 1\r\n\r\n");
}

TEST_CASE("headers are found ignoring case, the first one counts") {
  const net::Headers headers{{"Host", "a"}, {"X-Twice", "1"}, {"x-twice", "2"}};
  CHECK(net::find_header(headers, "X-TWICE") == "1");
  CHECK(net::find_header(headers, "absent").empty());
}
