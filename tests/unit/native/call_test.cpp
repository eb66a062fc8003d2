#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

std::int8_t shrink(std::int8_t value, std::uint16_t other) {
  return static_cast<std::int8_t>(value + static_cast<std::int8_t>(other));
}
double mix(std::int32_t a, float b, std::int64_t c, double d, std::uint8_t e) {
  return a + static_cast<double>(b) + static_cast<double>(c) + d + e;
}
std::uint64_t huge() {
  return std::uint64_t{1} << 40;
}
void add_each(std::int32_t* numbers, std::uint32_t count, std::int32_t what) {
  for (std::uint32_t i = 0; i < count; ++i) numbers[i] += what;
}
std::int32_t is_null(const void* pointer) {
  return pointer == nullptr;
}
void* elsewhere() {
  static int there;
  return &there;
}
void throwing() {
  throw std::runtime_error("native");
}

/// A module whose import host.f has the given type, and which exports it again as "f".
std::string passing_on(const std::string& type, const std::string& memory = "(memory 1)") {
  return R"((module (import "host" "f" (func $f )" + type + "))" + memory +
         R"((func (export "call") )" + type + " " +
         [&] {
           std::string body;
           std::size_t count = 0;
           const std::size_t end = type.find(')');
           for (const char* each : {"i32", "i64", "f32", "f64"}) {
             for (std::size_t at = type.find(each); at < end; at = type.find(each, at + 1)) ++count;
           }
           if (type.find("(param") != 0) count = 0;
           for (std::size_t i = 0; i < count; ++i) body += "(local.get " + std::to_string(i) + ")";
           return body;
         }() +
         "(call $f)))";
}

struct NativeCall : testing::Test {
  World world;

  Func function(std::string_view signature, const NativeFunction& native, const std::string& type,
                const std::string& memory = "(memory (export \"memory\") 1)") {
    world.linker.native("host", "f", signature, native);
    instance = world.instance(passing_on(type, memory));
    return take(instance.func("call"));
  }
  Instance instance;
};

template <class T>
T only(const Result<std::vector<Val>>& results) {
  EXPECT_TRUE(results) << (results ? "" : results.error().message());
  return results->at(0).get<T>().value();
}

TEST_F(NativeCall, CallsAFunctionOfTheProgram) {
  const Func call =
      function("f64(f64)", static_cast<double (*)(double)>(std::cbrt), "(param f64) (result f64)");
  EXPECT_DOUBLE_EQ(only<double>(call.call({27.0})), 3.0);
}

TEST_F(NativeCall, FindsSymbols) {
  EXPECT_DOUBLE_EQ(
      only<double>(
          function("f64(f64)", {"libm.so.6", "cbrt"}, "(param f64) (result f64)").call({-8.0})),
      -2.0);
  EXPECT_EQ(only<std::int32_t>(function("i32(i32)", "abs", "(param i32) (result i32)").call({-5})),
            5);
}

TEST_F(NativeCall, PassesNumbersOfAllKinds) {
  const Func call =
      function("f64(i32, f32, i64, f64, u8)", mix, "(param i32 f32 i64 f64 i32) (result f64)");
  EXPECT_DOUBLE_EQ(only<double>(call.call({-1, 0.5f, std::int64_t{1} << 33, 0.25, 0x1ff})),
                   -1 + 0.5 + 8589934592.0 + 0.25 + 255);
}

TEST_F(NativeCall, CutsAndExtendsSmallIntegers) {
  const Func call = function("i8(i8, u16)", shrink, "(param i32 i32) (result i32)");
  EXPECT_EQ(only<std::int32_t>(call.call({0x17f, 0x10001})), -128);
}

TEST_F(NativeCall, ChecksThatSizesFit) {
  const Func call = function("usize()", huge, "(result i32)");
  EXPECT_EQ(kind_of(call.call()), ErrorKind::host);
}

TEST_F(NativeCall, ChecksPointersAgainstTheMemory) {
  const Func call = function("void(ptr:$1*4, u32, i32)", add_each, "(param i32 i32 i32)");
  const Memory memory = take(instance.memory("memory"));
  take(memory.write<std::int32_t>(65532, 40));
  EXPECT_TRUE(call.call({65532, 1, 2}));
  EXPECT_EQ(take(memory.read<std::int32_t>(65532)), 42);
  EXPECT_TRUE(call.call({65536, 0, 2}));
  const auto trapped = call.call({65532, 2, 2});
  ASSERT_EQ(kind_of(trapped), ErrorKind::trap);
  EXPECT_EQ(trapped.error().trap(), TrapCode::out_of_bounds_memory_access);
  EXPECT_FALSE(trapped.error().details()->backtrace.empty());
  EXPECT_EQ(kind_of(call.call({4, -1, 2})), ErrorKind::trap);
  EXPECT_EQ(kind_of(call.call({65537, 0, 2})), ErrorKind::trap);
  EXPECT_EQ(take(memory.read<std::int32_t>(65532)), 42);
}

TEST_F(NativeCall, TakesNegativeSizesForHuge) {
  const Func call = function(
      "i32(ptr:$1*$2, i32, i64)", +[](void*, std::int32_t, std::int64_t) { return 1; },
      "(param i32 i32 i64) (result i32)");
  EXPECT_EQ(only<std::int32_t>(call.call({8, 2, std::int64_t{5}})), 1);
  EXPECT_EQ(kind_of(call.call({8, -1, std::int64_t{5}})), ErrorKind::trap);
  EXPECT_EQ(kind_of(call.call({8, 2, std::int64_t{-5}})), ErrorKind::trap);
  EXPECT_EQ(kind_of(call.call({8, -1, std::int64_t{-1}})), ErrorKind::trap);
  EXPECT_EQ(only<std::int32_t>(call.call({8, 0, std::int64_t{-1}})), 1);
}

TEST_F(NativeCall, PassesAPointerWithItsLength) {
  const Func call = function(
      "ptr(ptr:len, i32)",
      +[](void* at, std::size_t length, std::int32_t fill) {
        std::memset(at, fill, length);
        return static_cast<char*>(at) + length;
      },
      "(param i32 i32 i32) (result i32)");
  EXPECT_EQ(only<std::int32_t>(call.call({16, 3, 120})), 19);
  const auto bytes = take(take(instance.memory("memory")).span(15, 5));
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), std::string("\0xxx\0", 5));
  EXPECT_EQ(kind_of(call.call({16, 65536, 120})), ErrorKind::trap);
}

TEST_F(NativeCall, PassesStringsThatEndInTheMemory) {
  const Func call = function("usize(cstr)", "strlen", "(param i32) (result i32)");
  const Memory memory = take(instance.memory("memory"));
  const std::string text = "hello";
  take(memory.copy_in(65530, {reinterpret_cast<const std::uint8_t*>(text.data()), 6}));
  EXPECT_EQ(only<std::int32_t>(call.call({65530})), 5);
  take(memory.write<std::uint8_t>(65535, 'x'));
  EXPECT_EQ(kind_of(call.call({65530})), ErrorKind::trap);
  EXPECT_EQ(kind_of(call.call({65536})), ErrorKind::trap);
  EXPECT_EQ(kind_of(call.call({-1})), ErrorKind::trap);
}

TEST_F(NativeCall, TellsNullFromAddressZeroIfAsked) {
  EXPECT_EQ(
      only<std::int32_t>(function("i32(ptr:1)", is_null, "(param i32) (result i32)").call({0})), 0);
  const Func call = function("i32(ptr?:1)", is_null, "(param i32) (result i32)");
  EXPECT_EQ(only<std::int32_t>(call.call({0})), 1);
  EXPECT_EQ(only<std::int32_t>(call.call({1})), 0);
}

TEST_F(NativeCall, RefusesPointersOutOfTheMemory) {
  const Func call = function("ptr()", elsewhere, "(result i32)");
  EXPECT_EQ(kind_of(call.call()), ErrorKind::host);
}

TEST_F(NativeCall, NeedsAMemoryForPointers) {
  const Func call = function("i32(ptr:1)", is_null, "(param i32) (result i32)", "");
  EXPECT_EQ(kind_of(call.call({0})), ErrorKind::usage);
}

TEST_F(NativeCall, RefusesSharedMemory) {
  world = World(Config{.features = Features::wasm3().with(Feature::threads)});
  const Func call =
      function("i32(ptr:1)", is_null, "(param i32) (result i32)", "(memory 1 1 shared)");
  EXPECT_EQ(kind_of(call.call({0})), ErrorKind::usage);
}

TEST_F(NativeCall, LetsExceptionsThrough) {
  const Func call = function("void()", throwing, "");
  EXPECT_THROW((void)call.call(), std::runtime_error);
}

TEST_F(NativeCall, KeepsItsLibraryLoaded) {
  Func call;
  {
    Linker linker(world.engine);
    linker.native("host", "f", "f64(f64)", {"libm.so.6", "floor"});
    instance =
        take(linker.instantiate(world.store, world.module(passing_on("(param f64) (result f64)"))));
    call = take(instance.func("call"));
  }
  EXPECT_EQ(only<double>(call.call({1.5})), 1.0);
}

TEST(NativeSignature, MistakesAreKept) {
  for (const char* signature : {"",
                                "f64",
                                "f64(",
                                "()",
                                "f64()x",
                                "x(f64)",
                                "f64(f65)",
                                "f64(void)",
                                "f64(f64,)f",
                                "i32(ptr)",
                                "i32(ptr:)",
                                "i32(ptr:x)",
                                "i32(ptr:$)",
                                "i32(ptr:$1)",
                                "i32(ptr:$0)",
                                "i32(ptr:4*)",
                                "i32(ptr:*4)",
                                "i32(ptr:$1, f64)",
                                "cstr()",
                                "i32(ptr:4,,i32)",
                                "i32(ptr:99999999999999999999)"}) {
    World world;
    world.linker.native("host", "f", signature, "abs");
    const auto prepared = world.linker.prepare(world.module("(module)"));
    EXPECT_EQ(kind_of(prepared), ErrorKind::usage) << signature;
  }
  std::string many = "i32(i32";
  for (int i = 0; i < 64; ++i) many += ",i32";
  World world;
  world.linker.native("host", "f", many + ")", "abs");
  EXPECT_EQ(kind_of(world.linker.prepare(world.module("(module)"))), ErrorKind::usage);
}

TEST(NativeSignature, WhatIsNotThereIsAnError) {
  for (const NativeFunction& function :
       {NativeFunction("no_such_symbol_anywhere"),
        NativeFunction(std::string_view("no_such_symbol_anywhere")),
        NativeFunction("libm.so.6", "no_such_symbol"),
        NativeFunction("libnothere.so.99", "cbrt")}) {
    World world;
    world.linker.native("host", "f", "f64(f64)", function);
    EXPECT_EQ(kind_of(world.linker.prepare(world.module("(module)"))), ErrorKind::io);
  }
  World world;
  world.linker.native("host", "f", "f64(f64)", static_cast<double (*)(double)>(nullptr));
  EXPECT_EQ(kind_of(world.linker.prepare(world.module("(module)"))), ErrorKind::usage);
}

TEST(NativeSignature, TypesAreCheckedWhenLinking) {
  World world;
  world.linker.native("host", "f", "f32(f32)", static_cast<float (*)(float)>(std::cbrt));
  EXPECT_EQ(kind_of(world.linker.prepare(
                world.module(R"((module (import "host" "f" (func (param f64) (result f64)))))"))),
            ErrorKind::unlinkable);
}

}  // namespace
}  // namespace wrun::test
