// SPDX-License-Identifier: MIT
#include "process/disk.hpp"
#include "process/files.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

using namespace agr::process;

TEST_CASE("disk use counts what is there, in every folder and not beyond links") {
  std::string pattern = (std::filesystem::temp_directory_path() / "agr-disk-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  constexpr std::uint64_t k_any = 1'000'000'000;
  CHECK(disk_use(folder, k_any) == 0);
  CHECK(disk_use(folder + "/nowhere", k_any) == 0);
  std::filesystem::create_directories(folder + "/a/b");
  REQUIRE(write_private(folder + "/a/b/file", std::string(100'000, 'x')));
  REQUIRE(write_private(folder + "/hole", ""));
  std::filesystem::resize_file(folder + "/hole", 50'000'000);
  std::filesystem::create_symlink("/usr", folder + "/a/usr");
  const auto used = disk_use(folder, k_any);
  CHECK(used >= 100'000);
  CHECK(used < 200'000);
  CHECK(disk_use(folder, 50'000) > 50'000);
  (void)remove_folder(folder);
}
