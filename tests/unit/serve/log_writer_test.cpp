// SPDX-License-Identifier: MIT
#include "serve/log_writer.hpp"

#include <doctest/doctest.h>

#include <future>
#include <utility>

using namespace agr::serve;

TEST_CASE("all lines get out in order before the writer is gone") {
  std::string out;
  {
    LogWriter writer([&out](std::string_view lines) { out += lines; });
    for (int i = 0; i < 100; ++i)
      writer.write(std::to_string(i) + "\n");
  }
  std::string expected;
  for (int i = 0; i < 100; ++i)
    expected += std::to_string(i) + "\n";
  CHECK(out == expected);
}

TEST_CASE("a reader that stalls holds nobody up, and what was lost meanwhile is said") {
  std::promise<void> stalled;
  std::promise<void> go_on;
  std::string out;
  {
    bool first = true;
    LogWriter writer(
        [&](std::string_view lines) {
          if (std::exchange(first, false)) {
            stalled.set_value();
            go_on.get_future().wait();
          }
          out += lines;
        },
        10);
    writer.write("one\n");
    stalled.get_future().wait();
    for (const char* line : {"two\n", "three\n", "four\n"})
      writer.write(line);
    go_on.set_value();
  }
  CHECK(out == "one\ntwo\nthree\n(1 lines of the log were dropped here: nobody read them)\n");
}
