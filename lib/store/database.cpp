// SPDX-License-Identifier: MIT
#include "store/database.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <span>
#include <unordered_map>
#include <utility>

namespace agr::store {
namespace {

using Handle = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

constexpr int k_busy_timeout_ms = 5'000;
constexpr std::size_t k_cached_statements = 256;

// Off by default for the sake of programs older than they are.
constexpr const char* k_pragmas =
    "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA journal_mode=WAL;";

struct Descriptor {
  int fd;
  explicit Descriptor(int number) : fd(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0)
      ::close(fd);
  }
};

Error system_error(std::string_view what, const std::string& path, int number) {
  return {Kind::internal, fmt::format("cannot {} the database {}: {}", what, path, std::strerror(number)),
          "check that its folder exists, is yours and has room"};
}

bool is_full(int code, int system_number) {
  return code == SQLITE_FULL || (code == SQLITE_IOERR && (system_number == ENOSPC ||
                                                          system_number == EDQUOT || system_number == EFBIG));
}

Error explain(sqlite3* handle, const std::string& path, std::string_view what) {
  const int code = sqlite3_errcode(handle) & 0xFF;
  if (is_full(code, sqlite3_system_errno(handle)))
    return {Kind::internal, fmt::format("the disk is full while writing {}", path),
            "free some space and run it again; what was committed before is intact"};
  switch (code) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return {Kind::locked, fmt::format("another program holds the database {}", path),
            "wait for it to finish, then run this again"};
  case SQLITE_NOTADB:
    return {Kind::internal, fmt::format("{} is not a database", path),
            "move the file away, or name another one"};
  case SQLITE_CORRUPT:
    return {Kind::internal, fmt::format("the database {} is damaged: {}", path, sqlite3_errmsg(handle)),
            "restore it from a backup, or move it away to start afresh"};
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_CANTOPEN:
    return {Kind::internal, fmt::format("cannot {} the database {}: {}", what, path, sqlite3_errmsg(handle)),
            "check that the file and its folder are yours and writable"};
  default:
    return {
        Kind::internal, fmt::format("cannot {} the database {}: {}", what, path, sqlite3_errmsg(handle)), {}};
  }
}

// A new file's name must survive a power cut as well as its content.
void sync_folder_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const Descriptor folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd >= 0)
    ::fsync(folder.fd);
}

// Made here and not by SQLite, so that it never exists with a wider mode; SQLite gives its -wal and -shm
// files the mode of the database, whatever the umask.
Result<void> create_private(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.fd < 0)
    return errno == EEXIST ? Result<void>{} : fail(system_error("create", path, errno));
  if (::fchmod(file.fd, S_IRUSR | S_IWUSR) != 0)
    return fail(system_error("create", path, errno));
  sync_folder_of(path);
  return {};
}

Cell read_cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_NULL:
    return nullptr;
  case SQLITE_INTEGER:
    return std::int64_t{sqlite3_column_int64(statement, column)};
  default: {
    const void* bytes = sqlite3_column_blob(statement, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
  }
  }
}

std::vector<Cell> read_row(sqlite3_stmt* statement) {
  std::vector<Cell> cells;
  const int columns = sqlite3_column_count(statement);
  for (int i = 0; i < columns; ++i)
    cells.push_back(read_cell(statement, i));
  return cells;
}

std::shared_ptr<const std::vector<std::string>> column_names(sqlite3_stmt* statement) {
  auto names = std::make_shared<std::vector<std::string>>();
  const int columns = sqlite3_column_count(statement);
  for (int i = 0; i < columns; ++i)
    names->emplace_back(sqlite3_column_name(statement, i));
  return names;
}

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  // By length: text may hold NUL bytes. The caller's values outlive the call, so nothing is copied.
  int operator()(const std::string& text) const {
    return sqlite3_bind_text64(statement, index, text.data(), text.size(), nullptr, SQLITE_UTF8);
  }
};

// Ends a statement's use of the caller's values, however the use went.
class InUse {
public:
  explicit InUse(sqlite3_stmt* statement) : m_statement(statement) {}
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;
  ~InUse() {
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
  }

private:
  sqlite3_stmt* m_statement;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// A database in memory, which a file's image is read into and written from.
Result<Handle> open_in_memory() {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw, &sqlite3_close_v2);
  if (code != SQLITE_OK)
    return fail({Kind::internal, "there is no memory left for a copy of the database"});
  return handle;
}

// The bytes that say whether a file is in WAL mode, which a database in memory cannot be in.
void leave_wal_mode(std::string& bytes) {
  constexpr std::size_t k_write_version = 18, k_read_version = 19;
  if (bytes.size() > k_read_version)
    bytes[k_write_version] = bytes[k_read_version] = 1;
}

bool is_sound(sqlite3* handle) {
  bool sound = false;
  const auto on_row = [](void* verdict, int, char** cells, char**) {
    *static_cast<bool*>(verdict) = cells[0] != nullptr && std::string_view(cells[0]) == "ok";
    return 0;
  };
  return sqlite3_exec(handle, "PRAGMA quick_check(1)", on_row, &sound, nullptr) == SQLITE_OK && sound;
}

Result<Handle> read_image(std::string bytes) {
  AGR_TRY_ASSIGN(Handle handle, open_in_memory());
  leave_wal_mode(bytes);
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  auto* const copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size() + 1));
  if (copy == nullptr)
    return fail({Kind::internal, "there is no memory left for a copy of the database"});
  std::memcpy(copy, bytes.data(), bytes.size());
  sqlite3_deserialize(handle.get(), "main", copy, size, size,
                      SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  if (bytes.empty() || !is_sound(handle.get()))
    return fail({Kind::usage, "these bytes are no database", "use what a snapshot gave"});
  return handle;
}

bool copy_all(sqlite3* to, sqlite3* from) {
  sqlite3_backup* const backup = sqlite3_backup_init(to, "main", from, "main");
  if (backup == nullptr)
    return false;
  sqlite3_backup_step(backup, -1);
  return sqlite3_backup_finish(backup) == SQLITE_OK;
}

} // namespace

const Cell* Row::cell(std::string_view column) const {
  for (std::size_t i = 0; i < m_names->size(); ++i)
    if ((*m_names)[i] == column)
      return &m_cells[i];
  return nullptr;
}

bool Row::is_null(std::string_view column) const {
  const Cell* found = cell(column);
  return found == nullptr || std::holds_alternative<std::nullptr_t>(*found);
}

std::string Row::text(std::string_view column) const {
  return maybe_text(column).value_or("");
}

std::optional<std::string> Row::maybe_text(std::string_view column) const {
  if (is_null(column))
    return std::nullopt;
  const Cell& found = *cell(column);
  if (const auto* number = std::get_if<std::int64_t>(&found))
    return std::to_string(*number);
  return std::get<std::string>(found);
}

std::int64_t Row::integer(std::string_view column) const {
  if (is_null(column))
    return 0;
  const Cell& found = *cell(column);
  if (const auto* number = std::get_if<std::int64_t>(&found))
    return *number;
  const auto& digits = std::get<std::string>(found);
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

struct Database::Impl {
  using Values = std::initializer_list<Cell>;
  using OnRow = std::function<bool(sqlite3_stmt*)>; // false: no more rows are wanted

  std::string path;
  Handle handle{nullptr, &sqlite3_close_v2};
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements; // die before the handle

  [[nodiscard]] Error error(std::string_view what) const { return explain(handle.get(), path, what); }
  [[nodiscard]] Error misuse(std::string_view sql, std::string_view why) const {
    return {Kind::internal, fmt::format("cannot run \"{}\": {}", shorten(trim(sql), 80), why), {}};
  }

  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<void> bind(sqlite3_stmt* statement, std::string_view sql, Values values);
  Result<void> step_all(std::string_view sql, Values values, const OnRow& on_row);
  Result<void> execute(const char* sql, std::string_view what);
  void roll_back() {
    if (sqlite3_get_autocommit(handle.get()) == 0)
      sqlite3_exec(handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
};

Result<sqlite3_stmt*> Database::Impl::prepare(std::string_view sql) {
  if (const auto known = statements.find(sql); known != statements.end())
    return known->second.get();
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw, &sqlite3_finalize);
  if (code != SQLITE_OK)
    return fail(error("use"));
  if (raw == nullptr || !trim(sql.substr(static_cast<std::size_t>(rest - sql.data()))).empty())
    return fail(misuse(sql, "it must be exactly one statement"));
  if (statements.size() >= k_cached_statements)
    statements.clear();
  statements.emplace(std::string(sql), std::move(statement));
  return raw;
}

Result<void> Database::Impl::bind(sqlite3_stmt* statement, std::string_view sql, Values values) {
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(values.size()))
    return fail(misuse(sql, fmt::format("it takes {} values and was given {}",
                                        sqlite3_bind_parameter_count(statement), values.size())));
  int index = 0;
  for (const Cell& value : values)
    if (std::visit(Binder{statement, ++index}, value) != SQLITE_OK)
      return fail(error("use"));
  return {};
}

Result<void> Database::Impl::step_all(std::string_view sql, Values values, const OnRow& on_row) {
  AGR_TRY_ASSIGN(sqlite3_stmt* const statement, prepare(sql));
  const InUse in_use(statement);
  AGR_TRY(bind(statement, sql, values));
  for (;;) {
    switch (sqlite3_step(statement)) {
    case SQLITE_DONE:
      return {};
    case SQLITE_ROW:
      if (!on_row(statement))
        return {};
      break;
    default:
      return fail(error(sqlite3_stmt_readonly(statement) != 0 ? "read" : "write"));
    }
  }
}

Result<void> Database::Impl::execute(const char* sql, std::string_view what) {
  if (sqlite3_exec(handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(error(what));
  return {};
}

Database::Database(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

namespace {

// Many a statement opens a table of its own for a moment; by default that costs a block of 80 KiB from the
// system each time, which was a third of what the emulator did.
void keep_caches_small() {
  static const int k_done = sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
  static_cast<void>(k_done);
}

} // namespace

Result<Database> Database::open(const std::string& path, Durability durability) {
  keep_caches_small();
  if (path != ":memory:")
    AGR_TRY(create_private(path));
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  impl->handle.reset(raw);
  if (code != SQLITE_OK)
    return fail(impl->error("open"));
  sqlite3_busy_timeout(raw, k_busy_timeout_ms);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  AGR_TRY(impl->execute(k_pragmas, "open"));
  AGR_TRY(impl->execute(durability == Durability::power_loss ? "PRAGMA synchronous=FULL"
                                                             : "PRAGMA synchronous=NORMAL",
                        "open"));
  return Database(std::move(impl));
}

Result<void> Database::script(std::string_view sql) {
  return m_impl->execute(std::string(sql).c_str(), "write");
}

Result<int> Database::run(std::string_view sql, std::initializer_list<Cell> values) {
  sqlite3* const handle = m_impl->handle.get();
  const int before = sqlite3_total_changes(handle);
  AGR_TRY(m_impl->step_all(sql, values, [](sqlite3_stmt*) { return true; }));
  // The count of the last change stays when a statement changes nothing (CREATE, BEGIN).
  return sqlite3_total_changes(handle) == before ? 0 : sqlite3_changes(handle);
}

Result<std::vector<Row>> Database::query(std::string_view sql, std::initializer_list<Cell> values) {
  std::vector<Row> rows;
  std::shared_ptr<const std::vector<std::string>> names;
  AGR_TRY(m_impl->step_all(sql, values, [&](sqlite3_stmt* statement) {
    if (!names)
      names = column_names(statement);
    rows.emplace_back(names, read_row(statement));
    return true;
  }));
  return rows;
}

Result<std::optional<Row>> Database::first(std::string_view sql, std::initializer_list<Cell> values) {
  std::optional<Row> row;
  AGR_TRY(m_impl->step_all(sql, values, [&](sqlite3_stmt* statement) {
    row.emplace(column_names(statement), read_row(statement));
    return false;
  }));
  return row;
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  AGR_TRY(m_impl->execute("BEGIN IMMEDIATE", "write"));
  struct RollBack {
    Impl& impl;
    ~RollBack() { impl.roll_back(); }
  } const otherwise{*m_impl};
  AGR_TRY(work());
  return m_impl->execute("COMMIT", "write");
}

Result<std::string> Database::dump() {
  AGR_TRY_ASSIGN(const Handle copy, open_in_memory());
  if (!copy_all(copy.get(), m_impl->handle.get()))
    return fail(m_impl->error("copy"));
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> image(
      sqlite3_serialize(copy.get(), "main", &size, 0), &sqlite3_free);
  if (!image)
    return fail({Kind::internal, "there is no memory left for a copy of the database"});
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::memcpy(bytes.data(), image.get(), bytes.size());
  leave_wal_mode(bytes);
  return bytes;
}

Result<void> Database::load(std::string_view bytes) {
  AGR_TRY_ASSIGN(const Handle image, read_image(std::string(bytes)));
  m_impl->statements.clear();
  if (!copy_all(m_impl->handle.get(), image.get()))
    return fail(m_impl->error("replace"));
  return {};
}

} // namespace agr::store
