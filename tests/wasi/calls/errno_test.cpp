// Which errno each function of preview 1 gives for what, as wasi-libc's callers expect it: a table.

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <concepts>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/wasi/support/guest.hpp"
#include "wasi/preview1/table.hpp"

namespace wrun::test {
namespace {

using wasi::Errno;
namespace fs = std::filesystem;
namespace fdflag = wasi::preview1::fdflag;
namespace oflag = wasi::preview1::oflag;
namespace right = wasi::preview1::right;

constexpr std::uint64_t most = ~std::uint64_t{0};

// The guest's descriptors.
enum Fd : std::uint64_t {
  in,
  out,
  err,
  root,
  read_only,
  listener,
  connection,
  file,
  reading,
  directory,
  fifo,
  none = 77
};

/// An argument: a number, or a text, which stands for its address and its length.
struct Argument {
  template <std::integral T>
  Argument(T value) : number(value) {}
  Argument(Fd fd) : number(fd) {}
  Argument(const char* value) : text(value) {}
  std::uint64_t number = 0;
  const char* text = nullptr;
};

struct Row {
  const char* call;
  std::vector<Argument> arguments;
  Errno expected;
};

class Errnos : public testing::TestWithParam<bool> {
 protected:
  Errnos() {
    std::string name = (fs::temp_directory_path() / "wrun-errno-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << name;
    path = name;
    fs::create_directories(path / "dir/full");
    fs::create_directories(path / "empty");
    std::ofstream(path / "file") << "contents";
    std::ofstream(path / "dir/full/file") << "x";
    fs::create_symlink("file", path / "link");
    fs::create_symlink("nowhere", path / "dangling");
    fs::create_symlink("dir", path / "dirlink");
    EXPECT_EQ(::mkfifo((path / "fifo").c_str(), 0600), 0);
  }
  ~Errnos() override {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }

  wasi::Config config() const {
    const wasi::HostDirectoryOptions options = {.special_files = true, .force_walk = GetParam()};
    const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ::close(ends[1]);
    return wasi::Config{}
        .args({"prog"})
        .env("NAME", "value")
        .stdin_("text")
        .stdout_(std::make_shared<wasi::StringOutput>(3))
        .clock(wasi::system_clock)
        .random(wasi::system_random)
        .dir(path.string(), "/", wasi::read_write, options)
        .dir(path.string(), "/ro", wasi::read_only, options)
        .listener(*wasi::listener_from_fd(listening))
        .connection(*wasi::connection_from_fd(ends[0]));
  }

  static void open_all(Guest& guest) {
    EXPECT_EQ(guest.open(root, "file", right::file), Errno::success);
    EXPECT_EQ(guest.open(root, "file", right::fd_read), Errno::success);
    EXPECT_EQ(guest.open(root, "dir", right::directory, oflag::directory), Errno::success);
    EXPECT_EQ(guest.open(root, "fifo", right::file), Errno::success);
    EXPECT_EQ(guest.opened(), fifo);
  }

  static Errno run(Guest& guest, const Row& row) {
    Guest::Args arguments;
    std::uint32_t place = at::path;
    for (const Argument& each : row.arguments) {
      if (each.text == nullptr) {
        arguments.push_back(each.number);
        continue;
      }
      guest.put(place, each.text);
      arguments.push_back(place);
      arguments.push_back(std::string_view(each.text).size());
      place += 1000;
    }
    guest.put32(at::vectors, at::data);
    guest.put32(at::vectors + 4, 4);
    return guest.call(row.call, arguments);
  }

  fs::path path;
};

const std::uint64_t vectors = at::vectors;
const std::uint64_t result = at::result;
const std::uint64_t data = at::data;
const std::uint64_t reads = right::fd_read;
const std::uint64_t writes = right::fd_write;

std::vector<Row> stream_rows() {
  using enum Errno;
  return {
      {"args_get", {most, data}, fault},
      {"args_sizes_get", {result, most}, fault},
      {"environ_get", {data, most}, fault},
      {"environ_sizes_get", {most, result}, fault},
      {"clock_res_get", {9, result}, inval},
      {"clock_time_get", {9, 0, result}, inval},
      {"random_get", {most, 1}, fault},
      {"sched_yield", {}, success},
      {"proc_raise", {99}, inval},
      {"poll_oneoff", {data, data + 100, 0, result}, inval},
      {"fd_read", {out, vectors, 1, result}, badf},
      {"fd_read", {none, vectors, 1, result}, badf},
      {"fd_read", {root, vectors, 1, result}, isdir},
      {"fd_read", {listener, vectors, 1, result}, badf},
      {"fd_read", {connection, vectors, 1, result}, success},
      {"fd_write", {in, vectors, 1, result}, badf},
      {"fd_write", {root, vectors, 1, result}, isdir},
      {"fd_write", {reading, vectors, 1, result}, badf},
      {"fd_write", {connection, vectors, 1, result}, pipe},
      {"fd_pread", {in, vectors, 1, 0, result}, spipe},
      {"fd_pread", {fifo, vectors, 1, 0, result}, spipe},
      {"fd_pread", {connection, vectors, 1, 0, result}, spipe},
      {"fd_pread", {root, vectors, 1, 0, result}, isdir},
      {"fd_pread", {reading, vectors, 1, 0, result}, badf},
      {"fd_pwrite", {out, vectors, 1, 0, result}, spipe},
      {"fd_pwrite", {fifo, vectors, 1, 0, result}, spipe},
      {"fd_pwrite", {reading, vectors, 1, 0, result}, badf},
      {"fd_pwrite", {none, vectors, 1, 0, result}, badf},
      {"sock_accept", {connection, 0, result}, notsup},
      {"sock_accept", {file, 0, result}, notsock},
      {"sock_accept", {listener, 1, result}, inval},
      {"sock_accept", {none, 0, result}, badf},
      {"sock_accept", {listener, 0, result}, inval},
      {"sock_recv", {file, vectors, 1, 0, result, result}, notsock},
      {"sock_recv", {listener, vectors, 1, 0, result, result}, notsup},
      {"sock_recv", {connection, vectors, 1, 4, result, result}, inval},
      {"sock_recv", {connection, vectors, 1, 0, result, most}, fault},
      {"sock_recv", {none, vectors, 1, 0, result, result}, badf},
      {"sock_send", {out, vectors, 1, 0, result}, notsock},
      {"sock_send", {listener, vectors, 1, 0, result}, notsup},
      {"sock_send", {connection, vectors, 1, 1, result}, inval},
      {"sock_send", {connection, vectors, 1, 0, result}, pipe},
      {"sock_shutdown", {connection, 0}, inval},
      {"sock_shutdown", {connection, 4}, inval},
      {"sock_shutdown", {file, 1}, notsock},
      {"sock_shutdown", {listener, 1}, notsup},
      {"sock_shutdown", {none, 1}, badf},
  };
}

std::vector<Row> descriptor_rows() {
  using enum Errno;
  return {
      {"fd_advise", {file, 0, 0, 9}, inval},
      {"fd_advise", {root, 0, 0, 0}, badf},
      {"fd_advise", {in, 0, 0, 0}, notcapable},
      {"fd_advise", {fifo, 0, 0, 0}, spipe},
      {"fd_advise", {none, 0, 0, 0}, badf},
      {"fd_allocate", {fifo, 0, 1}, spipe},
      {"fd_allocate", {reading, 0, 1}, notcapable},
      {"fd_allocate", {file, 0, 0}, inval},
      {"fd_allocate", {none, 0, 1}, badf},
      {"fd_close", {none}, badf},
      {"fd_datasync", {none}, badf},
      {"fd_datasync", {out}, notcapable},
      {"fd_datasync", {directory}, success},
      {"fd_sync", {fifo}, success},
      {"fd_sync", {in}, notcapable},
      {"fd_sync", {none}, badf},
      {"fd_fdstat_get", {none, result}, badf},
      {"fd_fdstat_get", {file, most}, fault},
      {"fd_fdstat_set_flags", {file, 32}, inval},
      {"fd_fdstat_set_flags", {out, fdflag::append}, inval},
      {"fd_fdstat_set_flags", {none, 0}, badf},
      {"fd_fdstat_set_flags", {reading, 0}, notcapable},
      {"fd_fdstat_set_rights", {none, 0, 0}, badf},
      {"fd_fdstat_set_rights", {reading, reads | writes, 0}, notcapable},
      {"fd_filestat_get", {none, result}, badf},
      {"fd_filestat_get", {reading, result}, notcapable},
      {"fd_filestat_set_size", {root, 0}, notcapable},
      {"fd_filestat_set_size", {fifo, 0}, inval},
      {"fd_filestat_set_size", {file, most}, inval},
      {"fd_filestat_set_size", {none, 0}, badf},
      {"fd_filestat_set_times", {file, 0, 0, 3}, inval},
      {"fd_filestat_set_times", {file, 0, 0, 16}, inval},
      {"fd_filestat_set_times", {reading, 0, 0, 2}, notcapable},
      {"fd_filestat_set_times", {none, 0, 0, 2}, badf},
      {"fd_prestat_get", {file, result}, badf},
      {"fd_prestat_get", {none, result}, badf},
      {"fd_prestat_get", {directory, result}, badf},
      {"fd_prestat_dir_name", {read_only, data, 2}, nametoolong},
      {"fd_prestat_dir_name", {file, data, 100}, badf},
      {"fd_readdir", {file, data, 100, 0, result}, notdir},
      {"fd_readdir", {in, data, 100, 0, result}, notdir},
      {"fd_readdir", {none, data, 100, 0, result}, badf},
      {"fd_readdir", {root, data, 100, most, result}, inval},
      {"fd_renumber", {none, file}, badf},
      {"fd_renumber", {file, none}, badf},
      {"fd_renumber", {file, file}, success},
      {"fd_seek", {in, 0, 0, result}, spipe},
      {"fd_seek", {fifo, 0, 0, result}, spipe},
      {"fd_seek", {connection, 0, 0, result}, spipe},
      {"fd_seek", {root, 0, 0, result}, badf},
      {"fd_seek", {file, most, 0, result}, inval},
      {"fd_seek", {file, 0, 7, result}, inval},
      {"fd_seek", {reading, 1, 0, result}, notcapable},
      {"fd_seek", {none, 0, 0, result}, badf},
      {"fd_tell", {out, result}, spipe},
      {"fd_tell", {root, result}, badf},
      {"fd_tell", {reading, result}, notcapable},
      {"fd_tell", {file, most}, fault},
      {"fd_tell", {none, result}, badf},
  };
}

std::vector<Row> path_rows() {
  using enum Errno;
  return {
      {"path_create_directory", {root, "dir"}, exist},
      {"path_create_directory", {root, "file"}, exist},
      {"path_create_directory", {root, "dangling"}, exist},
      {"path_create_directory", {root, "no/where"}, noent},
      {"path_create_directory", {root, "file/below"}, notdir},
      {"path_create_directory", {root, "."}, exist},
      {"path_create_directory", {file, "x"}, notdir},
      {"path_create_directory", {none, "x"}, badf},
      {"path_create_directory", {read_only, "x"}, rofs},
      {"path_filestat_get", {root, 1, "nowhere", result}, noent},
      {"path_filestat_get", {root, 1, "dangling", result}, noent},
      {"path_filestat_get", {root, 0, "dangling", result}, success},
      {"path_filestat_get", {root, 1, "file/", result}, notdir},
      {"path_filestat_get", {root, 2, "file", result}, inval},
      {"path_filestat_get", {root, 1, "", result}, noent},
      {"path_filestat_set_times", {root, 1, "dangling", 0, 0, 2}, noent},
      {"path_filestat_set_times", {root, 0, "dangling", 0, 0, 2}, success},
      {"path_filestat_set_times", {root, 1, "file", 0, 0, 3}, inval},
      {"path_filestat_set_times", {root, 1, "file", 0, 0, 12}, inval},
      {"path_filestat_set_times", {read_only, 1, "file", 0, 0, 2}, rofs},
      {"path_link", {root, 0, "dir", root, "new"}, perm},
      {"path_link", {root, 0, "file", root, "dir"}, exist},
      {"path_link", {root, 0, "file", root, "dangling"}, exist},
      {"path_link", {root, 0, "nowhere", root, "new"}, noent},
      {"path_link", {root, 1, "dangling", root, "new"}, noent},
      {"path_link", {root, 0, "dangling", root, "new-link"}, success},
      {"path_link", {root, 0, "file", root, "new/"}, noent},
      {"path_link", {root, 0, "file/", root, "new"}, notdir},
      {"path_link", {root, 2, "file", root, "new"}, inval},
      {"path_link", {root, 0, "file", none, "new"}, badf},
      {"path_open", {root, 1, "nowhere", 0, reads, 0, 0, result}, noent},
      {"path_open", {root, 1, "dangling", 0, reads, 0, 0, result}, noent},
      {"path_open", {root, 0, "link", 0, reads, 0, 0, result}, loop},
      {"path_open", {root, 1, "file", oflag::directory, reads, 0, 0, result}, notdir},
      {"path_open", {root, 0, "dirlink", oflag::directory, reads, 0, 0, result}, notdir},
      {"path_open", {root, 1, "file", oflag::creat | oflag::excl, reads, 0, 0, result}, exist},
      {"path_open", {root, 1, "dangling", oflag::creat | oflag::excl, reads, 0, 0, result}, exist},
      {"path_open", {root, 1, "dir", oflag::creat | oflag::excl, reads, 0, 0, result}, exist},
      {"path_open", {root, 1, "dir", 0, writes, 0, 0, result}, isdir},
      {"path_open", {root, 1, "dir", oflag::trunc, reads, 0, 0, result}, isdir},
      {"path_open", {root, 1, "dir", oflag::creat, reads, 0, 0, result}, isdir},
      {"path_open", {root, 1, "new/", oflag::creat, reads, 0, 0, result}, isdir},
      {"path_open", {root, 1, "new", oflag::creat | oflag::directory, reads, 0, 0, result}, inval},
      {"path_open", {root, 1, "file/x", oflag::creat, reads, 0, 0, result}, notdir},
      {"path_open", {root, 1, "file", 0, reads, 0, 64, result}, inval},
      {"path_open", {file, 1, "x", 0, reads, 0, 0, result}, notdir},
      {"path_open", {none, 1, "x", 0, reads, 0, 0, result}, badf},
      {"path_open", {read_only, 1, "file", 0, writes, 0, 0, result}, rofs},
      {"path_readlink", {root, "file", data, 100, result}, inval},
      {"path_readlink", {root, "dir", data, 100, result}, inval},
      {"path_readlink", {root, "nowhere", data, 100, result}, noent},
      {"path_readlink", {root, "dirlink/", data, 100, result}, inval},
      {"path_readlink", {root, "link", data, 1, result}, success},
      {"path_remove_directory", {root, "file"}, notdir},
      {"path_remove_directory", {root, "dirlink"}, notdir},
      {"path_remove_directory", {root, "dir"}, notempty},
      {"path_remove_directory", {root, "nowhere"}, noent},
      {"path_remove_directory", {root, "."}, inval},
      {"path_remove_directory", {root, "dir/.."}, notempty},
      {"path_rename", {root, "nowhere", root, "new"}, noent},
      {"path_rename", {root, "file", root, "dir"}, isdir},
      {"path_rename", {root, "dir", root, "file"}, notdir},
      {"path_rename", {root, "empty", root, "dir"}, notempty},
      {"path_rename", {root, "dir", root, "dir/full/new"}, inval},
      {"path_rename", {root, "dir/full", root, "dir"}, notempty},
      {"path_rename", {root, "file", root, "new/"}, notdir},
      {"path_rename", {root, "file/", root, "new"}, notdir},
      {"path_rename", {root, ".", root, "new"}, busy},
      {"path_rename", {root, "file", root, "."}, busy},
      {"path_rename", {root, "file", root, "link/x"}, notdir},
      {"path_rename", {root, "file", none, "x"}, badf},
      {"path_symlink", {"x", root, "file"}, exist},
      {"path_symlink", {"x", root, "dangling"}, exist},
      {"path_symlink", {"x", root, "no/where"}, noent},
      {"path_symlink", {"x", root, "new/"}, noent},
      {"path_symlink", {"x", file, "new"}, notdir},
      {"path_unlink_file", {root, "dir"}, isdir},
      {"path_unlink_file", {root, "nowhere"}, noent},
      {"path_unlink_file", {root, "dir/"}, isdir},
      {"path_unlink_file", {root, "dirlink/"}, notdir},
      {"path_unlink_file", {root, "file/"}, notdir},
      {"path_unlink_file", {root, "."}, isdir},
  };
}

std::vector<Row> all_rows() {
  std::vector<Row> rows = stream_rows();
  for (const auto& more : {descriptor_rows(), path_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

std::string shown(const Row& row) {
  std::string text = row.call;
  for (const Argument& each : row.arguments) {
    text += ' ' + (each.text != nullptr ? '"' + std::string(each.text) + '"'
                                        : std::to_string(each.number));
  }
  return text;
}

TEST_P(Errnos, of_each_row) {
  for (const Row& row : all_rows()) {
    SCOPED_TRACE(shown(row));
    Guest guest(config());
    open_all(guest);
    EXPECT_EQ(wasi::text(run(guest, row)), wasi::text(row.expected));
  }
}

/// What fills: the errno comes when nothing more fits, not before.
TEST_P(Errnos, of_a_full_sink) {
  Guest guest(config());
  EXPECT_EQ(guest.write(out, "12345"), Errno::success);
  EXPECT_EQ(guest.load32(at::result2), 3u);
  EXPECT_EQ(guest.write(out, "45"), Errno::nospc);
}

INSTANTIATE_TEST_SUITE_P(paths, Errnos, testing::Bool(),
                         [](const auto& walk) { return walk.param ? "walk" : "kernel"; });

TEST(ErrnoRows, are_of_every_function) {
  std::set<std::string> functions;
  std::apply([&](auto... rows) { (functions.insert(rows.name), ...); }, wasi::preview1::functions);
  // It doesn't return.
  functions.erase("proc_exit");
  for (const Row& row : all_rows()) functions.erase(row.call);
  EXPECT_EQ(functions, std::set<std::string>());
}

}  // namespace
}  // namespace wrun::test
