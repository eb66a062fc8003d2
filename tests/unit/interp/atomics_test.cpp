// Atomic instructions: each row of the table against plain arithmetic, on every kind of memory.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lib/wasm/numeric_atomic.hpp"
#include "lib/wasm/opcode.hpp"
#include "machine.hpp"

namespace wrun::test {
namespace {

using wasm::Op;
using wasm::Shape;

struct Where {
  const char* memories;
  const char* index;    ///< in the text of an instruction
  const char* address;  ///< its type
};

constexpr Where places[] = {
    {"(memory 1)", "", "i32"},
    {"(memory 1 2 shared)", "", "i32"},
    {"(memory i64 1)", "", "i64"},
    {"(memory i64 1 2 shared)", "", "i64"},
    {"(memory 0) (memory 1)", "1 ", "i32"},
    {"(memory 0) (memory 1 1 shared)", "1 ", "i32"},
};

const char* type_of(char letter, const Where& where) {
  return letter == 'a' ? where.address : letter == 'i' ? "i32" : "i64";
}

/// A function "op" that does the instruction at offset 8, and "peek" and "poke" of the i64 at 16.
std::string module_of(const wasm::OpInfo& info, const Where& where) {
  std::string params, gets, result;
  for (std::size_t i = 0; i < info.params().size(); ++i) {
    params += fmt::format(" (param {})", type_of(info.params()[i], where));
    gets += fmt::format(" (local.get {})", i);
  }
  for (const char letter : info.results()) {
    result += fmt::format(" (result {})", type_of(letter, where));
  }
  return fmt::format(R"((module {}
      (func (export "op"){}{} ({} {}offset=8{}))
      (func (export "peek") (result i64) (i64.load {}({}.const 16)))
      (func (export "poke") (param i64) (i64.store {}({}.const 16) (local.get 0)))))",
                     where.memories, params, result, info.text(), where.index, gets, where.index,
                     where.address, where.index, where.address);
}

std::uint64_t mask(std::size_t bytes) {
  return bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

std::uint64_t after(const wasm::OpInfo& info, std::uint64_t a, std::uint64_t b) {
  switch (wasm::rmw_of(info)) {
    case wasm::Rmw::add:
      return a + b;
    case wasm::Rmw::sub:
      return a - b;
    case wasm::Rmw::and_:
      return a & b;
    case wasm::Rmw::or_:
      return a | b;
    case wasm::Rmw::xor_:
      return a ^ b;
    default:
      return b;
  }
}

constexpr std::uint64_t memory_value = 0x8899'aabb'ccdd'eeff;
constexpr std::uint64_t argument = 0xf123'4567'89ab'cdef;

class Row {
 public:
  Row(const wasm::OpInfo& info, const Where& where)
      : info_(info),
        machine_(module_of(info, where)),
        width_(mask(wasm::access_width(info.imm))),
        result_width_(info.results() == "i" ? mask(4) : mask(8)) {
    machine_.call("poke", {memory_value});
  }

  std::uint64_t op(std::vector<std::uint64_t> args) {
    return machine_.call("op", std::move(args)).get<std::uint64_t>() & result_width_;
  }
  std::uint64_t in_memory() { return machine_.call("peek").get<std::uint64_t>(); }
  std::uint64_t before() const { return memory_value & width_; }
  std::uint64_t with(std::uint64_t value) const {
    return (memory_value & ~width_) | (value & width_);
  }

  void check() {
    switch (info_.shape) {
      case Shape::atomic_load:
        EXPECT_EQ(op({8}), before());
        break;
      case Shape::atomic_store:
        machine_.call("op", {8, argument});
        EXPECT_EQ(in_memory(), with(argument));
        break;
      case Shape::atomic_rmw:
        EXPECT_EQ(op({8, argument}), before());
        EXPECT_EQ(in_memory(), with(after(info_, memory_value, argument)));
        break;
      default:
        EXPECT_EQ(op({8, before() ^ 1, argument}), before());
        EXPECT_EQ(in_memory(), memory_value);
        EXPECT_EQ(op({8, before(), argument}), before());
        EXPECT_EQ(in_memory(), with(argument));
    }
    check_traps();
  }

 private:
  void check_traps() {
    const std::size_t count = info_.params().size();
    std::vector<std::uint64_t> args(count, 0);
    args[0] = 65536 - 8;
    EXPECT_EQ(machine_.fail("op", args).trap(), TrapCode::out_of_bounds_memory_access);
    args[0] = mask(4) & ~std::uint64_t{7};
    EXPECT_EQ(machine_.fail("op", args).trap(), TrapCode::out_of_bounds_memory_access);
    if (width_ == mask(1)) return;
    args[0] = 9;
    EXPECT_EQ(machine_.fail("op", args).trap(), TrapCode::unaligned_atomic);
  }

  const wasm::OpInfo& info_;
  Machine machine_;
  std::uint64_t width_;
  std::uint64_t result_width_;
};

TEST(Atomics, EachRowOnEachKindOfMemory) {
  int rows = 0;
  for (const wasm::OpInfo& info : wasm::op_table) {
    const bool accesses = info.shape == Shape::atomic_load || info.shape == Shape::atomic_store ||
                          info.shape == Shape::atomic_rmw || info.shape == Shape::atomic_cmpxchg;
    if (!accesses) continue;
    ++rows;
    for (const Where& where : places) {
      SCOPED_TRACE(std::string(info.text()) + " in " + where.memories);
      Row(info, where).check();
    }
  }
  EXPECT_EQ(rows, 7 + 7 + 6 * 7 + 7);
}

TEST(Atomics, AnAddressThatOverflowsIsOutOfBounds) {
  Machine machine(R"((module (memory i64 1 1 shared)
      (func (export "op") (param i64) (result i32)
        (i32.atomic.load offset=8 (local.get 0)))))");
  EXPECT_EQ(machine.fail("op", {~std::uint64_t{0} - 7}).trap(),
            TrapCode::out_of_bounds_memory_access);
}

TEST(Atomics, PlainAccessesOfSharedMemoriesKnowEveryWidthAndAlignment) {
  for (const char* memories : {"(memory 1 1 shared)", "(memory i64 1 1 shared)"}) {
    const char* type =
        std::string_view(memories).find("i64") == std::string_view::npos ? "i32" : "i64";
    Machine machine(fmt::format(R"((module {0}
      (func (export "s8") (param {1}) (result i64) (i64.load8_s (local.get 0)))
      (func (export "s16") (param {1}) (result i64) (i64.load16_s (local.get 0)))
      (func (export "s32") (param {1}) (result i64) (i64.load32_s (local.get 0)))
      (func (export "u64") (param {1}) (result i64) (i64.load (local.get 0)))
      (func (export "f64") (param {1}) (result i64)
        (i64.reinterpret_f64 (f64.load (local.get 0))))
      (func (export "set") (param {1} i64) (i64.store (local.get 0) (local.get 1)))
      (func (export "set32") (param {1} i64) (i64.store32 (local.get 0) (local.get 1)))))",
                                memories, type));
    for (std::uint64_t at = 0; at < 9; ++at) {
      machine.call("set", {at, memory_value});
      EXPECT_EQ(machine.call("u64", {at}).get<std::uint64_t>(), memory_value);
      EXPECT_EQ(machine.call("f64", {at}).get<std::uint64_t>(), memory_value);
      EXPECT_EQ(machine.call("s8", {at}).get<std::int64_t>(), -1);
      EXPECT_EQ(machine.call("s16", {at}).get<std::int64_t>(), -0x1101);
      EXPECT_EQ(machine.call("s32", {at}).get<std::int64_t>(), std::int32_t(0xccddeeff));
      machine.call("set32", {at + 2, 0x0102'0304});
      EXPECT_EQ(machine.call("u64", {at}).get<std::uint64_t>(), 0x8899'0102'0304'eeffu);
    }
    EXPECT_EQ(machine.fail("u64", {65529}).trap(), TrapCode::out_of_bounds_memory_access);
  }
}

TEST(Atomics, WaitAndNotifyWithoutAnotherThread) {
  Machine machine(R"((module (memory 1 1 shared)
      (func (export "wait32") (param i32 i32 i64) (result i32)
        (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
      (func (export "wait64") (param i32 i64 i64) (result i32)
        (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
      (func (export "notify") (param i32 i32) (result i32)
        (atomic.fence)
        (memory.atomic.notify (local.get 0) (local.get 1)))))");
  EXPECT_EQ(machine.call("wait32", {0, 1, 0}).get<std::uint32_t>(), 1u);
  EXPECT_EQ(machine.call("wait32", {0, 0, 1000}).get<std::uint32_t>(), 2u);
  EXPECT_EQ(machine.call("wait64", {8, 1, 0}).get<std::uint32_t>(), 1u);
  EXPECT_EQ(machine.call("wait64", {8, 0, 0}).get<std::uint32_t>(), 2u);
  EXPECT_EQ(machine.call("notify", {0, 5}).get<std::uint32_t>(), 0u);
  EXPECT_EQ(machine.fail("wait32", {2, 0, 0}).trap(), TrapCode::unaligned_atomic);
  EXPECT_EQ(machine.fail("wait64", {4, 0, 0}).trap(), TrapCode::unaligned_atomic);
  EXPECT_EQ(machine.fail("notify", {65536, 0}).trap(), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(machine.state().waits, 4u);
  machine.state().may_wait = false;
  EXPECT_EQ(machine.fail("wait32", {0, 0, 0}).trap(), TrapCode::wait_forbidden);
}

TEST(Atomics, OnlySharedMemoriesAreWaitedAt) {
  Machine machine(R"((module (memory 1)
      (func (export "wait") (param i32) (result i32)
        (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 0)))
      (func (export "notify") (param i32) (result i32)
        (memory.atomic.notify (local.get 0) (i32.const 1)))))");
  EXPECT_EQ(machine.fail("wait", {0}).trap(), TrapCode::expected_shared_memory);
  EXPECT_EQ(machine.call("notify", {0}).get<std::uint32_t>(), 0u);
}

}  // namespace
}  // namespace wrun::test
