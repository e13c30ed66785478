// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "process/files.hpp"
#include "serve/artifacts.hpp"
#include "serve/staging.hpp"
#include "support/scratch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

using namespace agr;
using namespace agr::serve;
using Words = std::vector<std::string>;

namespace {

StagedArtifact staged(std::string name, std::uint64_t size, std::string digest = "aa") {
  return StagedArtifact{.name = std::move(name), .size = size, .sha256 = std::move(digest)};
}

ArtifactFile file(const test::Scratch& scratch, const std::string& name, std::string_view bytes) {
  scratch.write(name, bytes);
  return {.name = name, .path = scratch.path(name), .size = bytes.size()};
}

std::string masked_in_pieces(const Redactor& redactor, std::string_view text, std::size_t piece) {
  std::string out;
  Masker masker(redactor, [&out](std::string_view bytes) -> Result<void> {
    out += bytes;
    return {};
  });
  for (std::size_t at = 0; at < text.size(); at += piece)
    REQUIRE(masker.add(text.substr(at, piece)));
  REQUIRE(masker.end());
  return out;
}

} // namespace

TEST_CASE("artifacts are plain files below their folder, nothing else") {
  const test::Scratch scratch;
  std::filesystem::create_directories(scratch.path("a/deep"));
  scratch.write("b.txt", "bb");
  scratch.write("a/deep/c.md", "c");
  scratch.write("\xf0\x9f\x92\xa9", "emoji are fine");
  for (const auto* name : {"line\nbreak", "\x1b[2J",
                           "\xe2\x80\xae"
                           "exe.txt",
                           "\xff"})
    scratch.write(name, "x");
  std::filesystem::create_symlink("/etc/passwd", scratch.path("passwd"));
  std::filesystem::create_symlink("b.txt", scratch.path("inside"));
  std::filesystem::create_directory_symlink("/etc", scratch.path("etc"));
  std::filesystem::create_directory_symlink("..", scratch.path("up"));
  REQUIRE(::mkfifo(scratch.path("pipe").c_str(), 0600) == 0);
  const auto found = find_artifacts(scratch.path());
  REQUIRE(found.files.size() == 3);
  CHECK(found.files[0] ==
        ArtifactFile{.name = "a/deep/c.md", .path = scratch.path("a/deep/c.md"), .size = 1});
  CHECK(found.files[1].name == "b.txt");
  CHECK(found.refused.size() == 9);
  for (const auto& name : found.refused)
    CHECK(printable(name) == name);
  for (const auto* name : {"etc", "inside", "passwd", "pipe", "up"})
    CHECK(std::ranges::count(found.refused, name) == 1);
  CHECK(find_artifacts("/nowhere").files.empty());
}

TEST_CASE("a file swapped for a link after it was found is not read") {
  const test::Scratch scratch;
  const Redactor redactor;
  std::filesystem::create_symlink("/etc/passwd", scratch.path("x"));
  CHECK_FALSE(stage({.name = "x", .path = scratch.path("x")}, redactor));
  CHECK_FALSE(stage({.name = "folder", .path = scratch.path()}, redactor));
}

TEST_CASE("an artifact is what leaves, not what lies there") {
  const test::Scratch scratch;
  Redactor redactor;
  redactor.add(Secret("hush-hush-hush"));
  const auto text = stage(file(scratch, "hush-hush-hush.md", "say hush-hush-hush!"), redactor).value();
  CHECK(text.name == "[redacted].md");
  CHECK(text.type == "markdown");
  CHECK(text.size == std::string_view("say [redacted]!").size());
  CHECK(text.sha256 == hex(crypto::sha256("say [redacted]!")));
  // What is no text stays as it is: masking would break it.
  const std::string_view raw("hush-hush-hush\0", 15);
  const auto binary = stage(file(scratch, "raw", raw), redactor).value();
  CHECK(binary.type == "file");
  CHECK(binary.sha256 == hex(crypto::sha256(raw)));
}

TEST_CASE("what is text to the last byte is text") {
  const test::Scratch scratch;
  const Redactor redactor;
  const std::string euro = "\xe2\x82\xac";
  std::string many;
  for (int i = 0; i < 100'000; ++i) // pieces end in the middle of a character
    many += euro;
  struct Case {
    std::string bytes;
    const char* type;
  };
  for (const auto& c :
       {Case{"", "text"}, Case{euro, "text"}, Case{euro.substr(0, 2), "file"}, Case{many, "text"},
        Case{"x" + many, "text"}, Case{"xx" + many, "text"}, Case{many + "\xff", "file"},
        Case{many + euro.substr(0, 1), "file"}, Case{std::string(200'000, 'x') + '\0', "file"},
        Case{std::string(2'000'000, 'x'), "file"}}) {
    CAPTURE(c.bytes.size());
    const auto artifact = stage(file(scratch, "t", c.bytes), redactor).value();
    CHECK(artifact.type == c.type);
    CHECK(artifact.sha256 == hex(crypto::sha256(c.bytes)));
  }
}

TEST_CASE("no secret hides on the border of two pieces") {
  Redactor redactor;
  redactor.add(Secret("0123456789abcdef-secret"));
  std::string text;
  while (text.size() < 1'300'000)
    text += fmt::format("{} 0123456789abcdef-secret ghp_{} ", text.size(), std::string(36, 'A'));
  const auto whole = redactor.apply(text);
  for (const std::size_t piece : {1'000U, 65'536U, 1'000'003U}) {
    CAPTURE(piece);
    CHECK(masked_in_pieces(redactor, text, piece) == whole);
  }
}

TEST_CASE("the body of a large one is what a small one would have, too") {
  const test::Scratch scratch;
  const Redactor redactor;
  for (const std::size_t size : {0U, 1U, 2U, 3U, 65'535U, 200'000U}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<char>(i * 7);
    const auto artifact = stage(file(scratch, "raw", bytes), redactor).value();
    REQUIRE(write_body(artifact, redactor, "<", ">", scratch.path("body")));
    CHECK(process::read_file(scratch.path("body")).value() == "<" + base64(bytes) + ">");
  }
  auto changed = stage(file(scratch, "raw", "before"), redactor).value();
  scratch.write("raw", "afterwards");
  CHECK_FALSE(write_body(changed, redactor, "<", ">", scratch.path("body")));
}

TEST_CASE("only what is missing goes up, in portions a request may have") {
  std::vector<StagedArtifact> many;
  for (int i = 0; i < 120; ++i)
    many.push_back(staged(fmt::format("f{:03}", i), 10));
  const auto all = portions(many);
  REQUIRE(all.size() == 3);
  CHECK(all[0].size() == 50);
  CHECK(all[2].size() == 20);
  CHECK(portions({}).empty());

  const std::vector big{staged("a", 5 << 20), staged("b", 1), staged("c", 1)};
  const auto by_size = portions(big);
  REQUIRE(by_size.size() == 2);
  CHECK(is_large(by_size[0]));
  CHECK(by_size[1].size() == 2);
  CHECK_FALSE(is_large(by_size[1]));
}

TEST_CASE("what is there is known by all the marketplace shows of it") {
  struct Case {
    const char* name;
    std::optional<long long> size;
    const char* digest;
    bool same;
  };
  const std::vector artifacts{staged("b", 1, "abcd")};
  for (const auto& c : {Case{"b", {}, "", true}, Case{"b", 1, "", true}, Case{"b", 1, "abcd", true},
                        Case{"b", 1, "ABCD", true}, Case{"b", 2, "", false}, Case{"b", 1, "abce", false},
                        Case{"c", 1, "abcd", false}}) {
    agrenting::Artifact there;
    there.name = c.name;
    there.size = c.size;
    there.sha256 = c.digest;
    CHECK(missing(artifacts, std::vector{there}).empty() == c.same);
  }
}

TEST_CASE("the type of an artifact") {
  struct Case {
    const char* name;
    std::string_view begin;
    bool is_text;
    const char* type;
  };
  using namespace std::string_view_literals;
  for (const auto& c : {Case{"a.md", "x"sv, true, "markdown"},
                        Case{"A.HTML", "x"sv, true, "html"},
                        Case{"a.json", "{}"sv, true, "json"},
                        Case{"fix.patch", "x"sv, true, "diff"},
                        Case{"src/a.py", "x"sv, true, "code_block"},
                        Case{"notes", "plain"sv, true, "text"},
                        Case{"e", ""sv, true, "text"},
                        Case{"a.md", "\xff\xfe"sv, false, "file"},
                        Case{"zero.txt", "a\0b"sv, false, "file"},
                        Case{"late.md", "# text"sv, false, "file"},
                        Case{"a.png", "\x89PNG\r\n\x1a\n\0"sv, false, "image"},
                        Case{"noname", "\xff\xd8\xff\xe0"sv, false, "image"},
                        Case{"x.txt", "GIF89a..."sv, true, "image"},
                        Case{"w", "RIFF\x10\0\0\0WEBPVP8 "sv, false, "image"},
                        Case{"sound", "RIFF\x10\0\0\0WAVEfmt "sv, false, "file"},
                        Case{"lie.png", "no image"sv, true, "text"},
                        Case{"lie.png", "\0\1"sv, false, "file"},
                        Case{"page", "\n<!DOCTYPE HTML><html>"sv, true, "html"},
                        Case{"change", "diff --git a/x b/x\n"sv, true, "diff"},
                        Case{"change", "--- a\n+++ b\n@@"sv, true, "diff"},
                        Case{"tool", "#!/bin/sh\n"sv, true, "code_block"},
                        Case{"tool.md", "#!/bin/sh\n"sv, true, "markdown"}}) {
    CAPTURE(c.name);
    CHECK(artifact_type(c.name, c.begin, c.is_text) == c.type);
  }
}
