// SPDX-License-Identifier: MIT
#include "output/view.hpp"

#include "base/text.hpp"
#include "term/console.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace agr::output {
namespace {

using term::Paint;

constexpr std::size_t k_gap = 2;
constexpr std::size_t k_least_column = 8;
constexpr std::size_t k_short_id = 8;

const json::Value& find(const json::Value& row, std::string_view paths) {
  static const json::Value k_absent;
  for (const std::string& path : split(paths, '|'))
    if (const json::Value& value = path.empty() ? row : row.at_path(path); !value.is_null())
      return value;
  return k_absent;
}

std::string joined(const json::Value& value) {
  std::vector<std::string> parts;
  for (const json::Value& item : value.items())
    parts.push_back(item.is_object() || item.is_array() ? json::write(item) : item.text());
  return join(parts, ", ");
}

/// The cell before colour and width: what stands on a pipe.
std::string plain_cell(const json::Value& value, Style style) {
  if (value.is_array())
    return joined(value);
  if (value.is_object())
    return json::write(value);
  if (style == Style::money)
    if (const auto amount = value.as_decimal())
      return amount->money();
  if (style == Style::time)
    if (const auto time = parse_time(value.text()))
      return rfc3339(*time);
  return value.text();
}

std::string person_cell(const json::Value& value, Style style, Time now) {
  if (style == Style::time)
    if (const auto time = parse_time(value.text()))
      return relative(*time, now);
  return plain_cell(value, style);
}

bool aligned_right(Style style) {
  return style == Style::money || style == Style::number;
}

Paint paint_of(std::string_view status) {
  static constexpr std::array k_good{"completed", "settled", "accepted", "available",   "active",
                                     "open",      "ok",      "executed", "already_paid"};
  static constexpr std::array k_moving{"queued", "in_progress", "pending", "paid",    "sent",
                                       "draft",  "busy",        "running", "unknown", "pending_payment",
                                       "hold",   "held",        "intent",  "moved",   "not_tried"};
  static constexpr std::array k_bad{"failed",   "rejected", "banned", "suspended",
                                    "disputed", "error",    "refused"};
  const auto in = [&](const auto& words) {
    return std::find(words.begin(), words.end(), status) != words.end();
  };
  if (in(k_good))
    return Paint::green;
  if (in(k_moving))
    return Paint::yellow;
  if (in(k_bad))
    return Paint::red;
  return Paint::plain;
}

std::string coloured(const std::string& text, std::string_view raw, Style style, bool colour) {
  if (style == Style::status)
    return term::paint(text, paint_of(raw), colour);
  if (style == Style::id || style == Style::short_id || style == Style::time)
    return term::paint(text, Paint::dim, colour);
  return text;
}

std::string padded(const std::string& text, std::size_t shown, std::size_t width, bool right) {
  const std::string space(width > shown ? width - shown : 0, ' ');
  return right ? space + text : text + space;
}

bool flows(Style style) {
  return style == Style::text || style == Style::list || style == Style::prose;
}

/// Narrows the widest flowing columns until the table fits; ids, money and statuses are never cut.
void fit(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t available) {
  const auto total = [&] {
    std::size_t sum = k_gap * (widths.empty() ? 0 : widths.size() - 1);
    for (const std::size_t width : widths)
      sum += width;
    return sum;
  };
  while (total() > available) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (flows(columns[i].style) && widths[i] > k_least_column && (widest == nullptr || widths[i] > *widest))
        widest = &widths[i];
    }
    if (widest == nullptr)
      return;
    --*widest;
  }
}

/// As much of each id as tells the rows apart. Ids that are short by nature stay whole.
void abbreviate(std::vector<std::vector<std::string>>& cells, std::size_t column) {
  std::set<std::string_view> ids;
  std::size_t longest = 0;
  for (const auto& line : cells) {
    ids.insert(line[column]);
    longest = std::max(longest, line[column].size());
  }
  const auto is_enough = [&](std::size_t length) {
    std::set<std::string_view> beginnings;
    for (const std::string_view id : ids)
      beginnings.insert(id.substr(0, length));
    return beginnings.size() == ids.size();
  };
  std::size_t length = k_short_id;
  while (length < longest && !is_enough(length))
    ++length;
  if (longest > 2 * k_short_id)
    for (auto& line : cells)
      line[column] = to_utf8(line[column].substr(0, length));
}

/// Puts the points of amounts under each other.
void align_points(std::vector<std::vector<std::string>>& cells, std::size_t column) {
  const auto behind = [&](const std::string& amount) {
    const std::size_t point = amount.find('.');
    return point == std::string::npos ? 0 : amount.size() - point;
  };
  std::size_t most = 0;
  for (const auto& line : cells)
    most = std::max(most, behind(line[column]));
  for (auto& line : cells)
    line[column].append(most - behind(line[column]), ' ');
}

std::string table(const json::Value::Array& rows, const View& view, const Format& format) {
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  for (const Column& column : view.columns)
    widths.push_back(display_width(column.title));
  for (const json::Value& row : rows) {
    auto& line = cells.emplace_back();
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      const Column& column = view.columns[i];
      line.push_back(printable(person_cell(find(row, column.path), column.style, format.now)));
    }
  }
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (view.columns[i].style == Style::short_id)
      abbreviate(cells, i);
    if (view.columns[i].style == Style::money)
      align_points(cells, i);
    for (const auto& line : cells)
      widths[i] = std::max(widths[i], display_width(line[i]));
  }
  fit(widths, view.columns, static_cast<std::size_t>(std::max(format.width, 20)));

  std::string out;
  const auto add_line = [&](const auto& cell_text, const auto& paint_cell) {
    std::string line;
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      const std::string text = shorten(cell_text(i), widths[i]);
      if (i > 0)
        line.append(k_gap, ' ');
      line +=
          padded(paint_cell(i, text), display_width(text), widths[i], aligned_right(view.columns[i].style));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_line(
      [&](std::size_t i) { return std::string(view.columns[i].title); },
      [&](std::size_t, const std::string& text) { return term::paint(text, Paint::bold, format.colour); });
  for (std::size_t row = 0; row < rows.size(); ++row)
    add_line([&](std::size_t i) { return cells[row][i]; },
             [&](std::size_t i, const std::string& text) {
               return coloured(text, cells[row][i], view.columns[i].style, format.colour);
             });
  return out;
}

/// One field of a tab-separated line: no tab or line break can come from inside.
std::string tab_cell(const json::Value& row, const Column& column) {
  return printable(plain_cell(find(row, column.path), column.style));
}

std::string tabs(const json::Value::Array& rows, const View& view) {
  std::string out;
  for (const json::Value& row : rows) {
    for (std::size_t i = 0; i < view.columns.size(); ++i)
      out.append(i == 0 ? "" : "\t").append(tab_cell(row, view.columns[i]));
    out += '\n';
  }
  return out;
}

/// A line of a detail view.
struct Field {
  std::string title;
  const json::Value& cell;
  Style style = Style::text;
  bool is_other = false; ///< the title is the member's own name
};

/// The members no column names, as they came. Of an object that columns look into, what they leave.
void add_others(std::vector<Field>& fields, const json::Value& value, const std::string& inside,
                const std::set<std::string>& shown) {
  for (const auto& [name, member] : value.members()) {
    const std::string path = inside + name;
    const auto deeper = shown.lower_bound(path + ".");
    if (member.is_object() && deeper != shown.end() && deeper->starts_with(path + "."))
      add_others(fields, member, path + ".", shown);
    else if (!shown.contains(path) && !plain_cell(member, Style::text).empty())
      fields.push_back({printable(path), member, Style::prose, true});
  }
}

std::vector<Field> fields_of(const json::Value& value, const View& view) {
  std::vector<Field> fields;
  std::set<std::string> shown{"ok"};
  for (const Column& column : view.columns) {
    if (const json::Value& cell = find(value, column.path); !plain_cell(cell, column.style).empty())
      fields.push_back({std::string(column.title), cell, column.style});
    for (std::string& path : split(column.path, '|'))
      shown.insert(std::move(path));
  }
  if (view.others)
    add_others(fields, value, "", shown);
  return fields;
}

std::string detail_table(const json::Value& value, const View& view, const Format& format) {
  const std::vector<Field> fields = fields_of(value, view);
  std::size_t widest = 0;
  for (const Field& field : fields)
    widest = std::max(widest, display_width(field.title));
  const auto columns = static_cast<std::size_t>(std::max(format.width, 40));
  std::string out;
  for (const auto& [title, cell, style, is_other] : fields) {
    out +=
        padded(term::paint(title, Paint::bold, format.colour), display_width(title), widest + k_gap, false);
    const std::string text = printable(person_cell(cell, style, format.now), style == Style::prose);
    if (flows(style))
      out += trim(term::wrap(text, columns, widest + k_gap));
    else
      out += coloured(text, text, style, format.colour);
    if (style == Style::time)
      out += term::paint(" (" + plain_cell(cell, style) + ")", Paint::dim, format.colour);
    out += '\n';
  }
  return out;
}

std::string detail_tabs(const json::Value& value, const View& view) {
  std::string out;
  for (const auto& [title, cell, style, is_other] : fields_of(value, view))
    out.append(is_other ? title : lower(title))
        .append("\t")
        .append(printable(plain_cell(cell, style)))
        .append("\n");
  return out;
}

json::Value narrowed(const json::Value& value, const std::vector<std::string>& fields) {
  if (fields.empty())
    return value;
  if (value.is_array()) {
    json::Value out = json::Value::array();
    for (const json::Value& item : value.items())
      out.push(narrowed(item, fields));
    return out;
  }
  json::Value out = json::Value::object();
  for (const std::string& field : fields)
    out.set(field, value.at_path(field));
  return out;
}

const json::Value& rows_of(const json::Value& value, const View& view) {
  return view.items.empty() ? value : value.at_path(view.items);
}

std::string as_json(const json::Value& value, const View& view, const Format& format) {
  const bool is_list = view.shape == View::Shape::list;
  if (is_list && (format.mode == Mode::jsonl || !format.fields.empty())) {
    const json::Value rows = narrowed(rows_of(value, view), format.fields);
    if (format.mode == Mode::json)
      return json::write_pretty(rows) + "\n";
    std::string out;
    for (const json::Value& row : rows.items())
      out += json::write(row) + "\n";
    return out;
  }
  const json::Value whole = narrowed(value, format.fields);
  return (format.mode == Mode::jsonl ? json::write(whole) : json::write_pretty(whole)) + "\n";
}

} // namespace

View list_of(std::vector<Column> columns, std::string empty, std::string items) {
  return {View::Shape::list, std::move(columns), std::move(items), std::move(empty), {}};
}

View detail_of(std::vector<Column> columns) {
  return {View::Shape::detail, std::move(columns), {}, {}, {}};
}

View whole_of(std::vector<Column> columns) {
  View view = detail_of(std::move(columns));
  view.others = true;
  return view;
}

View text_of(std::string body) {
  return {View::Shape::text, {}, {}, {}, std::move(body)};
}

std::string render(const json::Value& value, const View& view, const Format& format) {
  if (format.mode == Mode::json || format.mode == Mode::jsonl)
    return value.is_null() && view.shape == View::Shape::none ? "" : as_json(value, view, format);
  const bool on_terminal = format.mode == Mode::table;
  switch (view.shape) {
  case View::Shape::list: {
    const auto& rows = rows_of(value, view).items();
    if (!on_terminal)
      return tabs(rows, view);
    return rows.empty() ? "" : table(rows, view, format);
  }
  case View::Shape::detail: {
    const std::string fields = on_terminal ? detail_table(value, view, format) : detail_tabs(value, view);
    return view.body.empty() ? fields : fields + "\n" + view.body;
  }
  case View::Shape::text:
    return view.body.empty() || view.body.ends_with('\n') ? view.body : view.body + "\n";
  case View::Shape::none:
    break;
  }
  return "";
}

} // namespace agr::output
