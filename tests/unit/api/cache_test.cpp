// The directory of machine code.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"

namespace wrun {
namespace {

namespace fs = std::filesystem;

struct Cache : testing::Test {
  std::string place = testing::TempDir() + "wrun-cache-XXXXXX";
  Config config;

  void SetUp() override {
    ASSERT_NE(mkdtemp(place.data()), nullptr);
    config.cache = place + "/cache";
    if (Engine(config).info().tier == "interpreter") GTEST_SKIP();
  }
  void TearDown() override { fs::remove_all(place); }

  std::vector<fs::path> images() const {
    std::vector<fs::path> found;
    for (const auto& each : fs::directory_iterator(config.cache))
      if (each.path().extension() == ".cwasm") found.push_back(each.path());
    return found;
  }
};

std::string module_text(int constant) {
  return "(module (func (export \"get\") (result i32) (i32.const " + std::to_string(constant) +
         ")))";
}

std::int32_t get(const Engine& engine, const Module& module) {
  Store store(engine);
  auto instance = Linker(engine).instantiate(store, module).value();
  return instance.typed<std::int32_t()>("get").value()().value();
}

TEST_F(Cache, KeepsWhatWasCompiled) {
  for (int i = 0; i < 2; ++i) {
    const Engine engine(config);
    const auto module = Module::from_text(engine, module_text(7)).value();
    EXPECT_EQ(api::compiled_functions(module).functions, 1u);
    EXPECT_EQ(get(engine, module), 7);
    EXPECT_EQ(api::interpreted_functions(module), 0u);
    EXPECT_EQ(images().size(), 1u);
  }
  struct stat status {};
  ASSERT_EQ(stat(config.cache.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(images()[0].c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Cache, TellsModulesAndEnginesApart) {
  const Engine engine(config);
  EXPECT_EQ(get(engine, Module::from_text(engine, module_text(1)).value()), 1);
  EXPECT_EQ(get(engine, Module::from_text(engine, module_text(2)).value()), 2);
  config.fuel = true;
  const Engine counting(config);
  EXPECT_EQ(get(counting, Module::from_text(counting, module_text(1)).value()), 1);
  EXPECT_EQ(images().size(), 3u);
  config.canonical_nans = true;
  const Engine canonical(config);
  EXPECT_EQ(get(canonical, Module::from_text(canonical, module_text(1)).value()), 1);
  EXPECT_EQ(images().size(), 4u);
  config.relaxed_simd = RelaxedSimd::fused;
  const Engine fusing(config);
  EXPECT_EQ(get(fusing, Module::from_text(fusing, module_text(1)).value()), 1);
  EXPECT_EQ(images().size(), 5u);
}

TEST_F(Cache, BelievesNothingThatWasChanged) {
  const Engine engine(config);
  EXPECT_EQ(get(engine, Module::from_text(engine, module_text(5)).value()), 5);
  const fs::path file = images().at(0);
  const auto size = fs::file_size(file);
  for (const std::uintmax_t at : {std::uintmax_t{0}, std::uintmax_t{30}, size / 2, size - 1}) {
    {
      std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(at));
      const int byte = stream.get();
      stream.seekp(static_cast<std::streamoff>(at));
      stream.put(static_cast<char>(byte ^ 1));
    }
    EXPECT_EQ(get(engine, Module::from_text(engine, module_text(5)).value()), 5);
    EXPECT_EQ(fs::file_size(file), size);
  }
  fs::resize_file(file, size / 2);
  EXPECT_EQ(get(engine, Module::from_text(engine, module_text(5)).value()), 5);
  EXPECT_EQ(fs::file_size(file), size);
}

/// A valid image, with the hash that everybody can make.
TEST_F(Cache, BelievesNobodyWithoutTheKey) {
  const Engine engine(config);
  EXPECT_EQ(get(engine, Module::from_text(engine, module_text(5)).value()), 5);
  const auto forged = Module::from_text(engine, module_text(6)).value().serialize().value();
  const fs::path file = images().at(0);
  for (const fs::path& each : images())
    std::ofstream(each, std::ios::binary)
        .write(reinterpret_cast<const char*>(forged.data()),
               static_cast<std::streamsize>(forged.size()));
  EXPECT_EQ(get(engine, Module::from_text(engine, module_text(5)).value()), 5);
}

TEST_F(Cache, IsRefusedIfOthersMayUseIt) {
  fs::create_directory(config.cache);
  ASSERT_EQ(chmod(config.cache.c_str(), 0755), 0);
  const Engine engine(config);
  const auto module = Module::from_text(engine, module_text(1));
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().kind(), ErrorKind::io);
  EXPECT_NE(module.error().message().find("0700"), std::string::npos);
}

TEST_F(Cache, MayBeWrittenByManyAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 12; ++i) {
        const Engine engine(config);
        const auto module = Module::from_text(engine, module_text(i)).value();
        wrong[t] += get(engine, module) != i;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
  EXPECT_EQ(images().size(), 12u);
}

/// An engine whose machine code has no room for a module's interprets it, and neither compiles it
/// for nothing nor takes what others put there.
TEST_F(Cache, KeepsWhatAnEngineHasNoRoomFor) {
  std::string text = "(module (func (export \"get\") (result i32) (i32.const 7))";
  for (int i = 0; i < 2000; ++i)
    text += "(func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const " +
            std::to_string(i) + ")))";
  const Engine roomy(config);
  EXPECT_EQ(get(roomy, Module::from_text(roomy, text + ")").value()), 7);
  struct stat before {};
  ASSERT_EQ(stat(images().at(0).c_str(), &before), 0);
  config.code_bytes = 64 << 10;
  const Engine tight(config);
  const auto module = Module::from_text(tight, text + ")").value();
  EXPECT_EQ(api::compiled_functions(module).functions, 0u);
  EXPECT_EQ(get(tight, module), 7);
  struct stat after {};
  ASSERT_EQ(stat(images().at(0).c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(Cache, KeepsItsSize) {
  config.cache_bytes = 4000;
  const Engine engine(config);
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(get(engine, Module::from_text(engine, module_text(i)).value()), i);
  std::uintmax_t total = 0;
  for (const fs::path& each : images()) total += fs::file_size(each);
  EXPECT_LE(total, config.cache_bytes);
  EXPECT_GE(images().size(), 2u);
}

}  // namespace
}  // namespace wrun
