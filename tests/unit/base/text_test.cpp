// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace agr;
using namespace std::string_literals;

TEST_CASE("splitting and joining are each other's opposite") {
  CHECK(split("a,b,,c", ',') == std::vector<std::string>{"a", "b", "", "c"});
  CHECK(split("", ',') == std::vector<std::string>{""});
  for (const std::string text : {"", ",", "a", "a,b", ",a,"}) {
    CAPTURE(text);
    CHECK(join(split(text, ','), ",") == text);
  }
  CHECK(trim(" \t\r\n a b \f\v") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(lower("ÄBC") == "Äbc");
  CHECK(iequals("X-API-Key", "x-api-kEY"));
  CHECK_FALSE(iequals("a", "ab"));
}

TEST_CASE("base64 as RFC 4648 prints it") {
  struct Row {
    std::string bytes, standard, url;
  };
  for (const Row& row : {Row{"", "", ""}, Row{"f", "Zg==", "Zg"}, Row{"fo", "Zm8=", "Zm8"},
                         Row{"foo", "Zm9v", "Zm9v"}, Row{"foob", "Zm9vYg==", "Zm9vYg"},
                         Row{"foobar", "Zm9vYmFy", "Zm9vYmFy"}, Row{"\xFB\xFF\x00"s, "+/8A", "-_8A"}}) {
    CAPTURE(row.standard);
    CHECK(base64(row.bytes) == row.standard);
    CHECK(base64url(row.bytes) == row.url);
    CHECK(base64_decode(row.standard) == row.bytes);
    CHECK(base64_decode(row.url) == row.bytes);
  }
}

TEST_CASE("what is not base64 decodes to nothing") {
  for (const std::string_view text :
       {"Z", "Zg=", "=", "====", "Zg===", "Z=g=", "Zm9v\n", "Zm 9v", "Zm9v!", "Zm9v="}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
}

TEST_CASE("percent encoding leaves the unreserved alone and comes back whole") {
  CHECK(percent_encode("did:example:a b/ü~-._") == "did%3Aexample%3Aa%20b%2F%C3%BC~-._");
  std::string every_byte;
  for (int i = 0; i < 256; ++i)
    every_byte += static_cast<char>(i);
  CHECK(percent_decode(percent_encode(every_byte)) == every_byte);
  CHECK(percent_decode("%e2%82%ac") == "€");
  for (const std::string_view text : {"%", "%4", "%4g", "a%zz"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text));
  }
  CHECK(hex("\x00\xff\x1e"s) == "00ff1e");
}

TEST_CASE("only UTF-8 is UTF-8") {
  struct Row {
    std::string bytes;
    bool valid;
    std::string repaired;
  };
  const std::string bad = "\uFFFD";
  for (const Row& row : {
           Row{"aé€😀", true, "aé€😀"}, Row{"\xC0\x80"s, false, bad + bad}, // overlong
           Row{"\xED\xA0\x80"s, false, bad + bad + bad},                    // surrogate
           Row{"\xF4\x90\x80\x80"s, false, bad + bad + bad + bad}, Row{"a\x80z"s, false, "a" + bad + "z"},
           Row{"\xE2\x82"s, false, bad + bad}, // torn
       }) {
    CAPTURE(row.repaired);
    CHECK(is_utf8(row.bytes) == row.valid);
    CHECK(to_utf8(row.bytes) == row.repaired);
  }
}

TEST_CASE("a stranger's text cannot steer the terminal") {
  struct Row {
    std::string text, shown;
  };
  for (const Row& row : {
           Row{"plain ünïcode 😀", "plain ünïcode 😀"},
           Row{"\x1b[2Jgone", "\\x1b[2Jgone"},
           Row{"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
           Row{"\xC2\x9B[31m", "\\x9b[31m"}, // the C1 form of ESC [
           Row{"over\rwrite\b\x7f", "over\\x0dwrite\\x08\\x7f"},
           Row{"nul\0byte"s, "nul\\x00byte"},
           Row{"file\u202Etxt.exe", "file\\u202etxt.exe"},
           Row{"\u2066isolate\u2069", "\\u2066isolate\\u2069"},
           Row{"\u061C\u200B\uFEFF\u00AD", "\\u061c\\u200b\\ufeff\\xad"},
           Row{"\U000E0041", "\\ue0041"}, // invisible tag letters
           Row{"torn \xE2\x82", "torn \uFFFD\uFFFD"},
           Row{"two\nlines\tcells", "two\\nlines cells"},
       }) {
    CAPTURE(row.shown);
    CHECK(printable(row.text) == row.shown);
  }
  CHECK(printable("two\nlines\tand\r\x1b", true) == "two\nlines\tand\\x0d\\x1b");
}

TEST_CASE("width counts columns and a cut never passes them") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("\xFF") == 1);
  struct Row {
    std::string_view text;
    std::size_t columns;
    std::string_view shown;
  };
  for (const Row& row : {Row{"abc", 3, "abc"}, Row{"abcd", 3, "ab…"}, Row{"日本語", 4, "日…"},
                         Row{"日本語", 5, "日本…"}, Row{"abc", 1, "…"}, Row{"abc", 0, ""}, Row{"", 0, ""}}) {
    CAPTURE(row.text);
    CHECK(shorten(row.text, row.columns) == row.shown);
    CHECK(display_width(shorten(row.text, row.columns)) <= row.columns);
  }
}

TEST_CASE("a slip of the finger finds the word that was meant") {
  const std::vector<std::string> words{"hire", "hirings", "status", "serve-agent", "settle"};
  struct Row {
    std::string_view word;
    std::optional<std::string> meant;
  };
  for (const Row& row : {Row{"hir", "hire"}, Row{"HIRE", "hire"}, Row{"statsu", "status"},
                         Row{"serveagent", "serve-agent"}, Row{"setle", "settle"}, Row{"hirngs", "hirings"},
                         Row{"completely", std::nullopt}, Row{"x", std::nullopt}}) {
    CAPTURE(row.word);
    CHECK(did_you_mean(row.word, words) == row.meant);
  }
  CHECK_FALSE(did_you_mean("hire", {}));
}
