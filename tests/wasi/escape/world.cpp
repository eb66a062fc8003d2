#include "tests/wasi/escape/world.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "tests/wasi/support/unprotected_directory.hpp"

namespace wrun::test {

namespace fs = std::filesystem;

namespace {

void write_file(const fs::path& path, std::string_view text) {
  std::ofstream(path) << text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

bool make_socket(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int result = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
  return result == 0;
}

std::string describe(const fs::path& path) {
  struct stat status = {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  std::ostringstream text;
  text << path << ' ' << status.st_mode << ' ' << status.st_nlink << ' ' << status.st_size << ' '
       << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec;
  if (S_ISREG(status.st_mode)) text << ' ' << std::ifstream(path).rdbuf();
  return text.str() + '\n';
}

constexpr const char* surrounding[] = {"outside", "other", "readonly"};

}  // namespace

std::string name_of(Backend backend) {
  if (backend == Backend::unprotected) return "unprotected";
  return backend == Backend::kernel ? "kernel" : "walk";
}

World::World() {
  std::string name = (fs::temp_directory_path() / "wrun-escape-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << name;
  base_ = fs::canonical(name);
  for (const char* each : {"inside/dir/nested", "other", "readonly", "outside/dir/hidden-inner",
                           "outside/empty", "hidden-beside"}) {
    fs::create_directories(base_ / each);
  }
  write_file(base_ / "inside/file", "contents");
  write_file(base_ / "inside/dir/nested/deep", "deep");
  for (const char* each : {"other/file", "readonly/file", "outside/secret", "outside/dir/inner"}) {
    write_file(base_ / each, secret);
  }
  fs::create_symlink("hidden-target", base_ / "outside/link");
  outside_ = ::open((base_ / "outside").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

World::~World() {
  if (outside_ >= 0) ::close(outside_);
  std::error_code ignored;
  fs::remove_all(base_, ignored);
}

std::string World::expand(std::string_view text) const {
  std::string result;
  for (const char c : text) {
    if (c == '@') {
      result += base_.string();
    } else if (c == '%') {
      result += base_.filename().string();
    } else if (c == '#') {
      result += std::to_string(outside_);
    } else {
      result += c;
    }
  }
  return result;
}

void World::prepare(std::string_view setup) const {
  for (const std::string& statement : split(setup, ';')) {
    std::vector<std::string> words = split(statement, ' ');
    for (std::string& word : words) word = expand(word);
    run(words);
  }
}

void World::run(const std::vector<std::string>& words) const {
  const std::string& what = words.at(0);
  const fs::path first = inside() / words.at(1);
  if (what == "symlink") {
    fs::create_symlink(words.at(1), inside() / words.at(2));
  } else if (what == "hardlink") {
    fs::create_hard_link(first, inside() / words.at(2));
  } else if (what == "mkdir") {
    fs::create_directories(first);
  } else if (what == "fifo") {
    EXPECT_EQ(::mkfifo(first.c_str(), 0600), 0);
  } else if (what == "socket") {
    EXPECT_TRUE(make_socket(first.string()));
  } else if (what == "file") {
    write_file(first, "contents");
  } else if (what == "move") {
    fs::rename(first, inside() / words.at(2));
  } else {
    ADD_FAILURE() << "no such statement: " << what;
  }
}

std::shared_ptr<wasi::Directory> World::directory(Backend backend, const std::string& path) const {
  if (backend == Backend::unprotected) return unprotected_directory(path);
  const auto opened = wasi::host_directory(path, {.force_walk = backend == Backend::walk});
  EXPECT_TRUE(opened) << path << ": " << wasi::text(opened.error());
  return *opened;
}

wasi::Config World::config(Backend backend) const {
  const auto read_only = backend == Backend::unprotected ? wasi::read_write : wasi::read_only;
  return wasi::Config{}
      .dir(directory(backend, inside().string()), "/inside", wasi::read_write)
      .dir(directory(backend, (base_ / "other").string()), "/other", wasi::read_write)
      .dir(directory(backend, (base_ / "readonly").string()), "/readonly", read_only)
      .dir(directory(backend, "/proc/self"), "/proc", wasi::read_write)
      .dir(directory(backend, "/dev"), "/dev", wasi::read_write);
}

std::string World::surroundings() const {
  std::string text;
  for (const char* each : surrounding) {
    text += describe(base_ / each);
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(base_ / each)) {
      paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) text += describe(path);
  }
  // Whatever appeared beside the directories.
  for (const auto& entry : fs::directory_iterator(base_)) text += entry.path().filename();
  return text;
}

bool World::is_known_to(Guest& guest) const {
  if (guest.remembers(secret) || guest.remembers("hidden-")) return true;
  const std::uint64_t inode = guest.load64(at::stat + 8);
  if (inode == 0) return false;
  for (const char* each : surrounding) {
    for (const auto& entry : fs::recursive_directory_iterator(base_ / each)) {
      struct stat status = {};
      if (::lstat(entry.path().c_str(), &status) == 0 && status.st_ino == inode) return true;
    }
    struct stat status = {};
    if (::stat((base_ / each).c_str(), &status) == 0 && status.st_ino == inode) return true;
  }
  struct stat status = {};
  return ::stat(base_.c_str(), &status) == 0 && status.st_ino == inode;
}

}  // namespace wrun::test
