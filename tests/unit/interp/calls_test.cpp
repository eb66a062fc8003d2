#include <gtest/gtest.h>

#include "lib/runtime/cells.hpp"
#include "machine.hpp"

namespace wrun::test {
namespace {

TEST(Calls, ReturnManyResultsThatOverlapTheLink) {
  Machine machine(R"((module
      (func $five (result i32 i64 i32 i64 i32)
        (i32.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (i32.const 5))
      (func (export "f") (result i32) (local $a i32) (local $b i64)
        (call $five) (local.set $a) (local.set $b)
        (i32.wrap_i64 (local.get $b)) (i32.mul (i32.const 10)) (i32.add) (i32.add (local.get $a))
        (local.set $a) (local.set $b) (i32.wrap_i64 (local.get $b)) (i32.add)
        (i32.mul (i32.const 100)) (i32.add (local.get $a)))))");
  EXPECT_EQ(machine.i32("f"), (1 + 2) * 100 + 3 + 4 * 10 + 5u);
}

TEST(Calls, TailCallsTakeNoStack) {
  Machine machine(R"((module (type $t (func (param i32 i64) (result i32)))
      (table 2 funcref) (elem (i32.const 0) $even $odd)
      (func $even (export "even") (type $t)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
        (return_call $odd (i32.sub (local.get 0) (i32.const 1)) (i64.const 7)))
      (func $odd (type $t) (local i64 i64 i64 f64)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
        (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (local.get 1)
          (i32.const 0)))))");
  EXPECT_EQ(machine.i32("even", {1'000'001}), 0u);
  EXPECT_EQ(machine.i32("even", {1'000'000}), 1u);
}

TEST(Calls, ThroughAFunctionReference) {
  Machine machine(R"((module (type $t (func (param i32) (result i32)))
      (elem declare func $double)
      (func $double (type $t) (i32.shl (local.get 0) (i32.const 1)))
      (func (export "f") (param i32) (result i32)
        (call_ref $t (local.get 0) (ref.func $double)))
      (func (export "null") (result i32) (call_ref $t (i32.const 1) (ref.null $t)))))");
  EXPECT_EQ(machine.i32("f", {21}), 42u);
  EXPECT_EQ(machine.fail("null").trap(), TrapCode::null_function_reference);
}

TEST(Calls, IndirectThroughTablesOfAnyIndex) {
  std::string text = "(module (type $t (func (result i32)))";
  for (int i = 0; i < 65'537; ++i) text += "(table 1 funcref)";
  text += R"((table $last 1 funcref) (elem (table $last) (i32.const 0) func $f)
      (func $f (result i32) (i32.const 7))
      (func (export "call") (result i32) (call_indirect $last (type $t) (i32.const 0)))
      (func (export "tail") (result i32) (return_call_indirect $last (type $t) (i32.const 0)))))";
  Machine machine(text);
  EXPECT_EQ(machine.i32("call"), 7u);
  EXPECT_EQ(machine.i32("tail"), 7u);
}

TEST(Calls, TranslateEachFunctionOnce) {
  Machine machine(R"((module (func $a) (func $b (call $a) (call $a)) (func $never)
      (func (export "f") (call $b) (call $b))))");
  EXPECT_EQ(interp::translated_functions(machine.code()), 0u);
  machine.call("f");
  EXPECT_EQ(interp::translated_functions(machine.code()), 3u);
}

TEST(Calls, BacktracesNameEachFrameAndItsCall) {
  Machine machine(R"((module
      (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
      (func $middle (param i32) (result i32) (i32.add (i32.const 1) (call $inner (local.get 0))))
      (func (export "outer") (result i32) (call $middle (i32.const 0)))))");
  const Error error = machine.fail("outer");
  EXPECT_EQ(error.trap(), TrapCode::integer_divide_by_zero);
  ASSERT_NE(error.details(), nullptr);
  const auto& frames = error.details()->backtrace;
  ASSERT_EQ(frames.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(frames[i].func_index, i);
  EXPECT_EQ(frames[2].func_name, "outer");
  // Each offset is that of an instruction in the function's own body.
  const wasm::ModuleData& data = *machine.code().data;
  const std::uint8_t opcodes[] = {0x6e, 0x10, 0x10};  // i32.div_u, call, call
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(data.bytes[frames[i].offset], opcodes[i]) << i;
}

void add_in_host(void*, runtime::CallContext*, runtime::Slot* args) noexcept {
  args[0].set(args[0].get<std::uint32_t>() + args[1].get<std::uint32_t>());
}

TEST(Calls, ReachHostFunctionsFromTheHostToo) {
  Machine machine("(module)");
  runtime::Store& store = machine.store();
  runtime::HostFunctionSpec spec;
  spec.type = store.types().intern(
      wasm::CanonFuncType{{wasm::Kind::i32, wasm::Kind::i32}, {wasm::Kind::i32}});
  spec.call = &add_in_host;
  runtime::HostFunction& host = runtime::create_host_function(store, spec);
  runtime::Slot slots[2];
  slots[0].set<std::uint32_t>(20);
  slots[1].set<std::uint32_t>(22);
  ASSERT_TRUE(interp::enter(machine.state(), host.ref, slots));
  EXPECT_EQ(slots[0].get<std::uint32_t>(), 42u);
}

}  // namespace
}  // namespace wrun::test
