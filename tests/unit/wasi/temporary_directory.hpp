#pragma once

// A fresh directory with an inside that is granted and an outside that isn't; gone at the end.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <wrun/wasi/filesystem.hpp>

namespace wrun::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "wrun-wasi-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp: " << name;
    path_ = name;
    std::filesystem::create_directories(path_ / "inside/dir/nested");
    std::filesystem::create_directories(path_ / "outside");
    write("outside/secret", "secret");
    write("inside/file", "contents");
    write("inside/dir/nested/deep", "deep");
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path inside() const { return path_ / "inside"; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

/// Tests that run on openat2 (false) and on the component-wise walk (true).
class HostDirectoryTest : public testing::TestWithParam<bool> {
 protected:
  std::shared_ptr<wasi::Directory> root() const {
    auto opened = wasi::host_directory(tmp.inside().string(), {.force_walk = GetParam()});
    EXPECT_TRUE(opened) << wasi::text(opened.error());
    return *opened;
  }
  TemporaryDirectory tmp;
};

inline std::string name_of_walk(const testing::TestParamInfo<bool>& walk) {
  return walk.param ? "walk" : "kernel";
}

inline std::string read_all(wasi::File& file) {
  std::string text(100, '\0');
  const auto count = file.read_at(0, std::as_writable_bytes(std::span(text)));
  text.resize(count ? *count : 0);
  return text;
}

}  // namespace wrun::test
