// Precompiled modules: loaded as they were made, refused in every other case.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "lib/wasm/nh_hash.hpp"
#include "tests/unit/api/support.hpp"
#include "tests/unit/wasm/allocation_counter.hpp"

namespace wrun {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr const char* small = R"((module $small
  (memory 1)
  (func $twice (export "twice") (param i32) (result i32)
    (call $add (local.get 0) (local.get 0)))
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))))";

/// Catches in a function, through another one, from an inner try in an outer one, and all of it.
constexpr const char* catching = R"((module
  (memory 1)
  (tag $a (param i32)) (tag $b (param i32 i64))
  (func $throw (param i32)
    (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 10))))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b (i32.const 20) (i64.const 5))))
    (if (i32.eq (local.get 0) (i32.const 3)) (then (drop (i32.load (i32.const -1))))))
  (func $inner (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $a $h) (call $throw (local.get 0)))
      (return (i32.const 1)))
    (drop (i32.load8_u (i32.const 0))))
  (func (export "run") (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 1000))
    (block $h (result i32 i64)
      (try_table (catch $b $h)
        (block $all
          (try_table (catch_all $all)
            (return (i32.add (local.get 1) (call $inner (local.get 0)))))
          (unreachable))
        (call $throw (local.get 0)))
      (return (i32.const -1)))
    (i32.wrap_i64) (i32.add) (i32.add (local.get 1)))
  (func (export "load") (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $a $h) (call $throw (i32.const 1)))
      (unreachable))
    (i32.load (local.get 0)) (i32.add))))";

/// The header of an image: what is before the hashed part, and all of it.
constexpr std::size_t hash_at = 24;
constexpr std::size_t hashed_from = 40;
constexpr std::size_t code_hash_at = 40;
constexpr std::size_t sizes_at = 64;
constexpr std::size_t header_size = 96;

template <class T>
T number_at(std::span<const std::uint8_t> image, std::size_t at) {
  T number{};
  std::memcpy(&number, image.data() + at, sizeof(number));
  return number;
}

/// Makes the hashes what the bytes say; false if the parts aren't where they were.
bool hash_anew(Bytes& image) {
  const std::uint64_t sizes[] = {number_at<std::uint32_t>(image, 12),
                                 number_at<std::uint64_t>(image, sizes_at),
                                 number_at<std::uint64_t>(image, sizes_at + 8),
                                 number_at<std::uint64_t>(image, sizes_at + 16)};
  std::vector<std::span<const std::uint8_t>> parts;
  std::uint64_t at = header_size;
  for (const std::uint64_t size : sizes) {
    if (size > image.size() || at + size > image.size()) return false;
    parts.push_back(std::span(image).subspan(at, size));
    at += (size + 15) & ~std::uint64_t{15};
  }
  if (at != image.size()) return false;
  const auto code_hash = wasm::nh_hash({0, 0}, parts.back());
  std::memcpy(image.data() + code_hash_at, code_hash.data(), sizeof(code_hash));
  parts.back() = std::span(image).first(header_size).subspan(hashed_from);
  std::rotate(parts.begin(), parts.end() - 1, parts.end());
  wasm::NhHash all({0, 0});
  for (const auto& part : parts) {
    all.add(part);
    all.end_part();
  }
  const auto hash = all.result();
  std::memcpy(image.data() + hash_at, hash.data(), sizeof(hash));
  return true;
}

struct Images : testing::Test {
  Engine engine;
  Module module = Module::from_text(engine, small).value();
  Bytes image;

  void SetUp() override {
    auto made = module.serialize();
    if (engine.info().tier == "interpreter") GTEST_SKIP() << engine.info().tier_reason;
    ASSERT_TRUE(made) << made.error().message();
    image = *made;
  }
};

Result<std::int32_t> call(const Engine& engine, const Module& module, const char* name,
                          std::int32_t n) {
  Store store(engine);
  auto instance = Linker(engine).instantiate(store, module);
  if (!instance) return instance.error();
  return instance->typed<std::int32_t(std::int32_t)>(name).value()(n);
}

bool is_refusal(const Result<Module>& loaded) {
  return !loaded &&
         (loaded.error().kind() == ErrorKind::malformed ||
          loaded.error().kind() == ErrorKind::usage) &&
         loaded.error().message().starts_with("precompiled module: ");
}

TEST_F(Images, RunWithoutCompiling) {
  const Engine other;
  const auto loaded = Module::deserialize_trusted(other, image);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(api::compiled_functions(*loaded).functions, 3u);
  EXPECT_EQ(call(other, *loaded, "twice", 21).value(), 42);
  const auto trap = call(other, *loaded, "load", -1);
  ASSERT_FALSE(trap);
  EXPECT_EQ(trap.error().trap(), TrapCode::out_of_bounds_memory_access);
  const auto same = call(engine, module, "load", -1);
  EXPECT_EQ(trap.error().details()->backtrace[0].offset,
            same.error().details()->backtrace[0].offset);
  EXPECT_EQ(api::interpreted_functions(*loaded), 0u);
  EXPECT_EQ(api::compiled_functions(*loaded).functions, 3u);
  EXPECT_TRUE(std::equal(loaded->bytes().begin(), loaded->bytes().end(), module.bytes().begin()));
  EXPECT_EQ(loaded->name(), "small");
}

TEST_F(Images, AreTheSameOfALoadedOne) {
  const auto loaded = Module::deserialize_trusted(engine, image).value();
  EXPECT_EQ(loaded.serialize().value(), image);
}

TEST_F(Images, OutliveWhatTheyWereMadeOf) {
  std::optional<Module> loaded;
  {
    Bytes copy = image;
    loaded = Module::deserialize_trusted(Engine(), copy).value();
    std::fill(copy.begin(), copy.end(), std::uint8_t{0xcc});
  }
  EXPECT_EQ(call(loaded->engine(), *loaded, "twice", 4).value(), 8);
}

TEST_F(Images, AreRefusedWithAnyByteChanged) {
  for (std::size_t i = 0; i < image.size(); ++i) {
    Bytes changed = image;
    changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
    const auto loaded = Module::deserialize_trusted(engine, changed);
    ASSERT_TRUE(is_refusal(loaded)) << i;
  }
}

TEST_F(Images, AreRefusedIfCutOffOrLonger) {
  for (std::size_t size = 0; size < image.size(); ++size)
    ASSERT_TRUE(is_refusal(Module::deserialize_trusted(engine, std::span(image).first(size))));
  image.push_back(0);
  EXPECT_TRUE(is_refusal(Module::deserialize_trusted(engine, image)));
}

TEST_F(Images, WithAnyBitOfALargeOnesHeaderChangedAreRefused) {
  std::string text = "(module ";
  for (int i = 0; i < 500; ++i)
    text += "(func (export \"f" + std::to_string(i) +
            "\") (param i32) (result i32) (i32.div_u (local.get 0) (i32.const " +
            std::to_string(i) + ")))";
  const auto large = Module::from_text(engine, text + ")").value().serialize().value();
  ASSERT_TRUE(Module::deserialize_trusted(engine, large));
  for (std::size_t bit = 0; bit < 8 * header_size; ++bit) {
    Bytes changed = large;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    ASSERT_TRUE(is_refusal(Module::deserialize_trusted(engine, changed))) << bit;
  }
}

/// Whose function 1 has too many locals for machine code.
std::string with_large_function() {
  std::string locals;
  for (int i = 0; i < 5000; ++i) locals += " i32";
  return "(module (func (export \"small\") (param i32) (result i32) (local.get 0))"
         "(func (export \"large\") (param i32) (result i32) (local" +
         locals + ") (local.tee 2 (local.get 0)))" + "(func (param i32) (result i32) (local" +
         locals + ") (local.tee 2 (local.get 0))))";
}

/// The hash put right again, as whoever damages on purpose would: nothing is read out of bounds,
/// and nothing runs.
void damage(const Engine& engine, const Bytes& image) {
  for (std::size_t i = hashed_from; i < image.size(); ++i) {
    for (const std::uint8_t bits : {0x01, 0x80, 0xff}) {
      Bytes changed = image;
      changed[i] ^= bits;
      if (!hash_anew(changed)) continue;
      const auto loaded = Module::deserialize_trusted(engine, changed);
      if (!loaded) {
        EXPECT_FALSE(loaded.error().message().empty());
      }
    }
  }
}

TEST_F(Images, WithWrongWordsAreReadSafely) {
  Bytes same = image;
  ASSERT_TRUE(hash_anew(same));
  EXPECT_EQ(same, image);
  damage(engine, image);
  damage(engine, Module::from_text(engine, catching).value().serialize().value());
}

TEST_F(Images, WithWrongReasonsAreReadSafely) {
  const Module made = Module::from_text(engine, with_large_function()).value();
  const Bytes sound = made.serialize().value();
  const std::string_view text(reinterpret_cast<const char*>(sound.data()), sound.size());
  const std::size_t reasons = text.find("5001 locals");
  ASSERT_NE(reasons, text.npos);
  EXPECT_EQ(text.find("5001 locals", reasons + 1), text.npos);
  // Two rows of three words are before their text.
  for (std::size_t i = reasons - 24; i < reasons; ++i) {
    Bytes changed = sound;
    changed[i] ^= 0x80;
    ASSERT_TRUE(hash_anew(changed));
    EXPECT_TRUE(is_refusal(Module::deserialize_trusted(engine, changed))) << i;
  }
}

TEST_F(Images, SayWhyFunctionsHaveNoCode) {
  const Module made = Module::from_text(engine, with_large_function()).value();
  image = made.serialize().value();
  const auto loaded = Module::deserialize_trusted(engine, image);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(call(engine, *loaded, "small", 4).value(), 4);
  EXPECT_TRUE(api::compiled_functions(*loaded).interpreted.empty());
  EXPECT_EQ(call(engine, *loaded, "large", 4).value(), 4);
  EXPECT_EQ(call(engine, *loaded, "large", 5).value(), 5);
  const auto interpreted = api::compiled_functions(*loaded).interpreted;
  ASSERT_EQ(interpreted.size(), 1u);
  EXPECT_EQ(interpreted[0].first, 1u);
  EXPECT_EQ(interpreted[0].second, "the image has no machine code of it: 5001 locals");
  EXPECT_EQ(loaded->serialize().value(), image);
}

TEST_F(Images, HaveFunctionsThatCatch) {
  const Module made = Module::from_text(engine, catching).value();
  image = made.serialize().value();
  const auto loaded = Module::deserialize_trusted(engine, image);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(api::compiled_functions(*loaded).functions, 4u);
  for (const std::int32_t n : {0, 1, 2}) {
    const auto expected = call(engine, made, "run", n);
    ASSERT_TRUE(expected) << n;
    EXPECT_EQ(call(engine, *loaded, "run", n).value(), *expected) << n;
  }
  EXPECT_EQ(call(engine, *loaded, "run", 2).value(), 1025);
  EXPECT_EQ(call(engine, *loaded, "load", 4).value(), 10);
  EXPECT_EQ(api::interpreted_functions(*loaded), 0u);
}

TEST_F(Images, TrapAfterCatching) {
  image = Module::from_text(engine, catching).value().serialize().value();
  const auto loaded = Module::deserialize_trusted(engine, image).value();
  for (int round = 0; round < 3; ++round) {
    const auto trap = call(engine, loaded, "load", -1);
    ASSERT_FALSE(trap);
    EXPECT_EQ(trap.error().trap(), TrapCode::out_of_bounds_memory_access);
    EXPECT_EQ(call(engine, loaded, "run", 3).error().trap(), TrapCode::out_of_bounds_memory_access);
  }
}

TEST_F(Images, AreForEnginesOfTheSameKind) {
  Config counting;
  counting.fuel = true;
  const auto other = Module::deserialize_trusted(Engine(counting), image);
  ASSERT_TRUE(is_refusal(other));
  EXPECT_EQ(other.error().kind(), ErrorKind::usage);
  EXPECT_EQ(other.error().message(),
            "precompiled module: it is for another engine: this engine has \"fuel\"");
  const Bytes counted = Module::from_text(Engine(counting), small).value().serialize().value();
  EXPECT_EQ(Module::deserialize_trusted(engine, counted).error().message(),
            "precompiled module: it is for another engine: it needs \"fuel\"");
  Config canonical;
  canonical.canonical_nans = true;
  EXPECT_EQ(Module::deserialize_trusted(Engine(canonical), counted).error().message(),
            "precompiled module: it is for another engine: it needs \"fuel\"; this engine has "
            "\"canonical_nans\"");
  EXPECT_TRUE(is_refusal(Module::deserialize_trusted(Engine(canonical), image)));
  Config fused;
  fused.relaxed_simd = RelaxedSimd::fused;
  EXPECT_EQ(Module::deserialize_trusted(Engine(fused), image).error().message(),
            "precompiled module: it is for another engine: this engine has \"fused_madd\"");
  Config fewer;
  fewer.features = Features::wasm1();
  EXPECT_TRUE(is_refusal(Module::deserialize_trusted(Engine(fewer), image)));
  Config interpreting;
  interpreting.tier = Tier::interpreter;
  const Engine interpreter(interpreting);
  EXPECT_EQ(Module::deserialize_trusted(interpreter, image).error().kind(), ErrorKind::usage);
  EXPECT_EQ(Module::from_text(interpreter, small).value().serialize().error().kind(),
            ErrorKind::usage);
}

/// Whose code a fault was in is found from wherever it was.
TEST_F(Images, TrapAnywhereInALargeOne) {
  std::string text = "(module (memory 1) ";
  for (int i = 0; i < 700; ++i)
    text += "(func (export \"f" + std::to_string(i) +
            "\") (param i32) (result i32) (i32.add (i32.load (local.get 0)) (i32.const " +
            std::to_string(i) + ")))";
  const auto made = Module::from_text(engine, text + ")").value();
  const Engine other;
  const auto loaded = Module::deserialize_trusted(other, made.serialize().value());
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_GT(api::compiled_functions(*loaded).bytes, std::uint64_t{20} << 10);
  Store store(other);
  const auto instance = Linker(other).instantiate(store, *loaded).value();
  for (int i = 0; i < 700; i += 7) {
    const auto f = instance.typed<std::int32_t(std::int32_t)>("f" + std::to_string(i)).value();
    EXPECT_EQ(f(4).value(), i);
    const auto trap = f(-1);
    ASSERT_FALSE(trap);
    EXPECT_EQ(trap.error().trap(), TrapCode::out_of_bounds_memory_access);
    EXPECT_EQ(trap.error().details()->backtrace.at(0).func_index, static_cast<std::uint32_t>(i));
  }
  EXPECT_EQ(api::interpreted_functions(*loaded), 0u);
}

TEST_F(Images, AreRefusedWhereThereIsNoRoom) {
  std::string text = "(module ";
  for (int i = 0; i < 2000; ++i)
    text += "(func (param i32) (result i32) (i32.div_u (local.get 0) (i32.const " +
            std::to_string(i) + ")))";
  const auto large = Module::from_text(engine, text + ")").value().serialize().value();
  Config config;
  config.code_bytes = 64 << 10;
  const Engine tight(config);
  for (int round = 0; round < 2; ++round) {
    const auto loaded = Module::deserialize_trusted(tight, large);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind(), ErrorKind::limit);
    EXPECT_EQ(loaded.error().message(), "precompiled module: the memory for machine code is full");
  }
  const auto small_one = Module::deserialize_trusted(tight, image);
  ASSERT_TRUE(small_one) << small_one.error().message();
  EXPECT_EQ(call(tight, *small_one, "twice", 3).value(), 6);
}

// Of a function that is too large for machine code. Where there is no memory to note that an image
// has none of it, the function isn't taken to be compiled for ever.
TEST(ImageWithoutMemory, SaysInTheEndWhyAFunctionStaysInterpreted) {
  using test::FailingAllocations, test::take;
  if (!FailingAllocations::is_possible) GTEST_SKIP() << "allocations can't be made to fail";
  const Engine engine(test::hot_config(Tier::automatic));
  std::string text = R"((module (func) (func (export "run") )";
  for (int i = 0; i < (2 << 20); ++i) text += "nop ";
  const auto image = take(take(Module::from_text(engine, text + "))")).serialize());
  for (std::size_t count = 0; count < 6; ++count) {
    const Module module = take(Module::deserialize_trusted(engine, image));
    Store store(engine);
    const Instance instance = take(Linker(engine).instantiate(store, module));
    const auto run = take(instance.typed<void()>("run"));
    take(run());
    {
      const FailingAllocations failing(count);
      take(run());
    }
    for (int i = 0; i < 3; ++i) take(run());
    const auto interpreted = api::compiled_functions(module).interpreted;
    ASSERT_EQ(interpreted.size(), 1u) << "after " << count << " allocations";
    EXPECT_EQ(
        interpreted[0].second,
        "the image has no machine code of it: its body has 2097154 bytes, and at most 2097152 are "
        "compiled");
  }
}

/// 20 functions of 500 indirect calls, which take far more machine code than bytes.
std::string many_indirect_calls() {
  std::string text = "(module (type $t (func (param i32) (result i32))) (table 1 funcref)";
  for (int i = 0; i < 20; ++i) {
    text += "(func (export \"f" + std::to_string(i) + "\") (type $t) (local.get 0)";
    for (int j = 0; j < 500; ++j) text += "(call_indirect (type $t) (local.get 0))";
    text += ")";
  }
  return text +
         "(elem (i32.const 0) $same) (func $same (export \"same\") (type $t) (local.get 0)))";
}

std::uint64_t most_code(const Module& module) {
  return (256 << 10) + 4 * module.bytes().size();
}

TEST_F(Images, LeaveOutWhatIsBeyondTheModulesCode) {
  const Module made = Module::from_text(engine, many_indirect_calls()).value();
  const auto loaded = Module::deserialize_trusted(engine, made.serialize().value());
  ASSERT_TRUE(loaded) << loaded.error().message();
  const auto counts = api::compiled_functions(*loaded);
  EXPECT_LT(counts.bytes, most_code(made));
  EXPECT_GT(counts.functions, 1u);
  const auto named = api::compiled_functions(made).interpreted;
  ASSERT_EQ(named.size(), 21 - counts.functions);
  ASSERT_FALSE(named.empty());
  for (const auto& [function, reason] : named) {
    EXPECT_EQ(reason, "the module would have more than " + std::to_string(most_code(made)) +
                          " bytes of machine code");
  }
  EXPECT_EQ(call(engine, *loaded, "f0", 0).value(), 0);
  EXPECT_EQ(call(engine, *loaded, "f19", 0).value(), 0);
  EXPECT_EQ(call(engine, *loaded, "same", 7).value(), 7);
}

/// Code that a larger module may have, with a smaller one.
TEST_F(Images, WithMoreCodeThanTheModuleMayHaveAreRefused) {
  const Module made = Module::from_text(engine, many_indirect_calls()).value();
  const std::size_t size = made.bytes().size();
  Bytes padded(made.bytes().begin(), made.bytes().end());
  padded.insert(padded.end(), {0, 0x80, 0x80, 0x80, 0x01, 0});  // a custom section of 2 MiB
  padded.resize(padded.size() + (2 << 20) - 1);
  Bytes all = Module::from_bytes(engine, std::move(padded)).value().serialize().value();
  ASSERT_TRUE(Module::deserialize_trusted(engine, all));
  const auto round_up = [](std::uint64_t n) { return (n + 15) & ~std::uint64_t{15}; };
  const std::uint64_t padded_size = number_at<std::uint64_t>(all, sizes_at);
  const std::uint64_t module_at = header_size + round_up(number_at<std::uint32_t>(all, 12));
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(module_at);
  std::fill(begin + static_cast<std::ptrdiff_t>(size),
            begin + static_cast<std::ptrdiff_t>(round_up(size)), std::uint8_t{0});
  all.erase(begin + static_cast<std::ptrdiff_t>(round_up(size)),
            begin + static_cast<std::ptrdiff_t>(round_up(padded_size)));
  const std::uint64_t total = all.size(), module_size = size;
  std::memcpy(all.data() + 16, &total, sizeof(total));
  std::memcpy(all.data() + sizes_at, &module_size, sizeof(module_size));
  ASSERT_TRUE(hash_anew(all));
  const auto refused = Module::deserialize_trusted(engine, all);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
  EXPECT_NE(refused.error().message().find("bytes of machine code"), std::string::npos)
      << refused.error().message();
}

/// In files.
struct ImageFiles : Images {
  std::string place = testing::TempDir() + "wrun-image-XXXXXX";
  std::string file;

  void SetUp() override {
    ASSERT_NE(mkdtemp(place.data()), nullptr);
    file = place + "/image.cwasm";
    Images::SetUp();
  }
  void TearDown() override { std::filesystem::remove_all(place); }

  Result<Module> load(std::span<const std::uint8_t> content) const {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
    return Module::deserialize_trusted_file(engine, file);
  }
};

TEST_F(ImageFiles, AreReadToWhereTheyAreUsed) {
  const auto loaded = load(image);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(api::compiled_functions(*loaded).functions, 3u);
  // Whatever becomes of the file.
  ASSERT_EQ(truncate(file.c_str(), 0), 0);
  EXPECT_EQ(call(engine, *loaded, "twice", 21).value(), 42);
  EXPECT_EQ(call(engine, *loaded, "load", -1).error().trap(),
            TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(loaded->serialize().value(), image);
}

TEST_F(ImageFiles, AreRefusedIfChangedCutOffOrLonger) {
  for (std::size_t i = 0; i < image.size(); i += 11) {
    Bytes changed = image;
    changed[i] ^= 0x10;
    ASSERT_TRUE(is_refusal(load(changed))) << i;
    ASSERT_TRUE(is_refusal(load(std::span(image).first(i)))) << i;
  }
  image.push_back(0);
  EXPECT_TRUE(is_refusal(load(image)));
}

TEST_F(ImageFiles, AreRegularFiles) {
  EXPECT_EQ(Module::deserialize_trusted_file(engine, file).error().kind(), ErrorKind::io);
  EXPECT_EQ(Module::deserialize_trusted_file(engine, place).error().kind(), ErrorKind::io);
  EXPECT_EQ(Module::deserialize_trusted_file(engine, std::string(3, '\0')).error().kind(),
            ErrorKind::io);
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  const auto refused = Module::deserialize_trusted_file(engine, file);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("not a regular file"), std::string::npos);
}

TEST_F(Images, AreNotTakenForModules) {
  EXPECT_TRUE(Module::is_serialized(image));
  EXPECT_FALSE(Module::is_serialized(module.bytes()));
  EXPECT_FALSE(Module::is_serialized({}));
  EXPECT_EQ(Module::from_content(engine, image).error().kind(), ErrorKind::denied);
  EXPECT_EQ(Module::from_bytes(engine, std::span<const std::uint8_t>(image)).error().kind(),
            ErrorKind::malformed);
}

}  // namespace
}  // namespace wrun
