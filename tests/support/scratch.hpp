// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace agr::test {

/// A folder of its own for each test, gone with it.
class Scratch {
public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-test-XXXXXX").string();
    m_path = mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(m_path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string path(std::string_view name = "") const {
    return name.empty() ? m_path : m_path + "/" + std::string(name);
  }
  std::string write(std::string_view name, std::string_view content, mode_t mode = 0600) const {
    std::ofstream(path(name)) << content;
    chmod(path(name).c_str(), mode);
    return path(name);
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] mode_t mode(std::string_view name) const {
    struct stat info{};
    return stat(path(name).c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
  }

private:
  std::string m_path;
};

} // namespace agr::test
