// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agr::output {

/// How a cell reads: alignment, colour, and what a person sees instead of the raw text.
enum class Style {
  text,     ///< as it is, strangers' control characters made visible
  id,       ///< dim
  short_id, ///< an id that may be abbreviated: in a table only as much of it as tells the rows apart
  money,    ///< right-aligned decimal, in a table point under point
  number,   ///< right-aligned
  time,     ///< "5 minutes ago" on a terminal, RFC 3339 on a pipe
  status,   ///< coloured by what it means
  list,     ///< items joined by ", "
  prose,    ///< may have lines of its own
};

/// One column of a table or one line of a detail view. `path` names the member ("agent.did"); several
/// candidates are separated by "|", the first that is there wins.
struct Column {
  std::string_view title;
  std::string_view path;
  Style style = Style::text;
};

/// How a value is shown to a person. The value itself is what --json prints.
struct View {
  enum class Shape { none, list, detail, text };
  Shape shape = Shape::none;
  std::vector<Column> columns = {};
  std::string items = {}; ///< list: path of the array inside the value; empty when the value is the array
  std::string empty = {}; ///< list: said on stderr when there is nothing
  std::string body = {};  ///< text: printed as it is; detail: printed below the fields
  bool others = false;    ///< detail: the members that no column names follow under their own names
};

View list_of(std::vector<Column> columns, std::string empty, std::string items = {});
View detail_of(std::vector<Column> columns);
/// As detail_of, for objects of a service that may know members we do not.
View whole_of(std::vector<Column> columns);
View text_of(std::string body);

enum class Mode { table, tabs, json, jsonl };

struct Format {
  Mode mode = Mode::table;
  std::vector<std::string> fields = {}; ///< --json=a,b: only these members, in this order
  bool colour = false;
  int width = 80;
  Time now = {};
};

/// The text for stdout, ending in a newline unless empty.
std::string render(const json::Value& value, const View& view, const Format& format);

} // namespace agr::output
