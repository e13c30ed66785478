// SPDX-License-Identifier: MIT
#include "config/document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <charconv>
#include <sstream>

namespace agr::config {

struct Document::Impl {
  toml::table root;
};

namespace {

/// A path's step into an array is its index as digits.
const toml::node* step(const toml::node* node, const std::string& name) {
  if (const toml::table* table = node->as_table())
    return table->get(name);
  if (const toml::array* array = node->as_array()) {
    std::size_t index = 0;
    std::from_chars(name.data(), name.data() + name.size(), index);
    return array->get(index);
  }
  return nullptr;
}

const toml::node* find(const toml::table& root, const Document::Path& path) {
  const toml::node* node = &root;
  for (const std::string& name : path)
    if (node = step(node, name); node == nullptr)
      return nullptr;
  return node;
}

toml::table& table_at(toml::table& root, const Document::Path& path, std::size_t steps) {
  toml::table* table = &root;
  for (std::size_t i = 0; i < steps; ++i) {
    toml::node* next = table->get(path[i]);
    if (next == nullptr || !next->is_table()) {
      table->insert_or_assign(path[i], toml::table{});
      next = table->get(path[i]);
    }
    table = next->as_table();
  }
  return *table;
}

/// The first number with a fraction below `node`.
const toml::node* find_fraction(const toml::node& node) {
  if (node.is_floating_point())
    return &node;
  if (const auto* table = node.as_table())
    for (const auto& [key, value] : *table)
      if (const auto* found = find_fraction(value))
        return found;
  if (const auto* array = node.as_array())
    for (const auto& value : *array)
      if (const auto* found = find_fraction(value))
        return found;
  return nullptr;
}

} // namespace

Document::Document(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text, const std::string& name) {
  try {
    auto impl = std::make_unique<Impl>();
    impl->root = toml::parse(text, name);
    return Document(std::move(impl));
  } catch (const toml::parse_error& error) {
    return fail({Kind::config,
                 fmt::format("{}:{}:{}: {}", name, error.source().begin.line, error.source().begin.column,
                             error.description()),
                 "mend that line; `agr help config` shows what the file holds"});
  }
}

std::optional<std::string> Document::text(const Path& path) const {
  const toml::node* node = find(m_impl->root, path);
  if (node == nullptr)
    return std::nullopt;
  if (const auto* string = node->as_string())
    return string->get();
  if (const auto* integer = node->as_integer())
    return std::to_string(integer->get());
  if (const auto* boolean = node->as_boolean())
    return boolean->get() ? "true" : "false";
  return std::nullopt;
}

std::vector<std::string> Document::texts(const Path& path) const {
  std::vector<std::string> out;
  const toml::node* node = find(m_impl->root, path);
  if (const toml::array* array = node != nullptr ? node->as_array() : nullptr)
    for (const toml::node& item : *array)
      if (const auto* string = item.as_string())
        out.push_back(string->get());
  return out;
}

std::vector<std::string> Document::names(const Path& path) const {
  std::vector<std::string> out;
  const toml::node* node = find(m_impl->root, path);
  if (const toml::table* table = node != nullptr ? node->as_table() : nullptr)
    for (const auto& [key, value] : *table)
      out.emplace_back(key.str());
  return out;
}

std::size_t Document::count(const Path& path) const {
  const toml::node* node = find(m_impl->root, path);
  const toml::array* array = node != nullptr ? node->as_array() : nullptr;
  return array != nullptr ? array->size() : 0;
}

bool Document::has(const Path& path) const {
  return find(m_impl->root, path) != nullptr;
}

Result<std::string> Document::json() const {
  if (const toml::node* fraction = find_fraction(m_impl->root))
    return fail({Kind::usage,
                 fmt::format("line {} holds a number with a fraction", fraction->source().begin.line),
                 "write it as text, \"45.10\", so that no digit is lost"});
  std::ostringstream out;
  out << toml::json_formatter(m_impl->root);
  return std::move(out).str();
}

void Document::set(const Path& path, std::string_view value) {
  table_at(m_impl->root, path, path.size() - 1).insert_or_assign(path.back(), value);
}

void Document::remove(const Path& path) {
  table_at(m_impl->root, path, path.size() - 1).erase(path.back());
}

void Document::put_in_array(const Path& path, std::string_view key, std::string_view value,
                            const std::vector<std::pair<std::string, std::string>>& members) {
  toml::table& parent = table_at(m_impl->root, path, path.size() - 1);
  if (parent.get_as<toml::array>(path.back()) == nullptr)
    parent.insert_or_assign(path.back(), toml::array{});
  toml::array& array = *parent.get_as<toml::array>(path.back());
  toml::table* entry = nullptr;
  for (toml::node& node : array)
    if (toml::table* table = node.as_table();
        table != nullptr && (*table)[key].value<std::string_view>() == value)
      entry = table;
  if (entry == nullptr) {
    array.push_back(toml::table{});
    entry = array.back().as_table();
  }
  entry->insert_or_assign(key, value);
  for (const auto& [name, text] : members)
    entry->insert_or_assign(name, text);
}

std::string Document::write() const {
  std::ostringstream out;
  out << m_impl->root << '\n';
  return out.str();
}

} // namespace agr::config
