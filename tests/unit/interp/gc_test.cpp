// Structures and arrays as code makes them, where collections strike in the middle of it.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lib/runtime/cells.hpp"
#include "machine.hpp"

namespace wrun::interp {
namespace {

using runtime::Slot;
using runtime::Store;
using test::Machine;

// Everything that a function holds at an allocation: parameters, locals, operands, a caller's.
constexpr std::string_view held_text = R"((module
  (type $box (struct (field i32)))
  (func $inner (param $a (ref $box)) (result i32)
    (local $b (ref null $box))
    (local.set $b (struct.new $box (i32.const 100)))
    (struct.get $box 0 (local.get $a))
    (struct.get $box 0 (local.get $b))
    (struct.get $box 0 (struct.new $box (i32.const 1000)))
    i32.add
    i32.add)
  (func (export "run") (result i32)
    (struct.new $box (i32.const 1))
    (struct.new $box (i32.const 10))
    (call $inner)
    (drop (struct.new_default $box))
    (call $swap)
    (struct.get $box 0)
    i32.add)
  (func $swap (param $b (ref $box)) (param $n i32) (result i32 (ref $box))
    (local.get $n) (local.get $b))))";

TEST(GcTest, FramesHoldWhatTheyNeed) {
  Machine machine(held_text);
  EXPECT_EQ(machine.i32("run"), 1111u);
  machine.store().heap().set_stress();
  EXPECT_EQ(machine.i32("run"), 1111u);
}

constexpr std::string_view bulk_text = R"((module
  (type $bytes (array (mut i8)))
  (data $hello "hello, world")
  (func (export "fill") (param $n i32)
    (array.fill $bytes (array.new_default $bytes (local.get $n))
      (i32.const 0) (i32.const 1) (local.get $n)))
  (func (export "data") (param $n i32)
    (drop (array.new_data $bytes $hello (i32.const 0) (local.get $n))))))";

std::int64_t fuel_of(Machine& machine, std::string_view function, std::uint64_t n) {
  machine.state().fuel = 1'000'000;
  (void)machine.call(function, {n});
  return 1'000'000 - machine.state().fuel;
}

TEST(GcTest, BulkInstructionsChargeForWhatTheyMove) {
  Machine machine(bulk_text, {.fuel = true});
  // Elements are charged in units of 64, by each of the two.
  EXPECT_EQ(fuel_of(machine, "fill", 64) - fuel_of(machine, "fill", 0), 2);
  EXPECT_EQ(fuel_of(machine, "fill", 65) - fuel_of(machine, "fill", 0), 4);
  EXPECT_EQ(fuel_of(machine, "fill", 64'000) - fuel_of(machine, "fill", 0), 2000);
  EXPECT_EQ(fuel_of(machine, "data", 12) - fuel_of(machine, "data", 0), 1);
  machine.store().heap().set_stress();  // an instruction that is repeated pays once
  EXPECT_EQ(fuel_of(machine, "fill", 65) - fuel_of(machine, "fill", 0), 4);
  machine.state().fuel = 10;
  const Error error = machine.fail("fill", {64'000});
  EXPECT_EQ(error.kind(), ErrorKind::limit);
  EXPECT_EQ(error.trap(), TrapCode::out_of_fuel);
}

constexpr std::string_view wide_text = R"((module
  (type $s (struct (field $v (mut i64)) (field $w f32) (field $x f64)))
  (type $a (array (mut f32)))
  (func (export "mixed") (param $n i64) (result i64)
    (local $s (ref $s)) (local $a (ref $a))
    (local.set $s (struct.new $s (local.get $n) (f32.const 1.5) (f64.const 2.25)))
    (local.set $a (array.new $a (struct.get $s $w (local.get $s)) (i32.const 4)))
    (struct.set $s $v (local.get $s)
      (i64.trunc_f64_s (f64.mul (struct.get $s $x (local.get $s)) (f64.const 4))))
    (array.set $a (local.get $a) (i32.const 3)
      (f32.add (array.get $a (local.get $a) (i32.const 2)) (f32.const 1)))
    (i64.add (struct.get $s $v (local.get $s))
      (i64.trunc_f32_s (f32.mul (array.get $a (local.get $a) (i32.const 3)) (f32.const 2)))))))";

TEST(GcTest, FloatsAndIntegersKeepTheirAccumulators) {
  Machine machine(wide_text);
  EXPECT_EQ(machine.call("mixed", {1}).get<std::int64_t>(), 14);
  machine.store().heap().set_stress();
  EXPECT_EQ(machine.call("mixed", {1}).get<std::int64_t>(), 14);
}

constexpr std::string_view endless_text = R"((module
  (type $node (struct (field (ref null $node))))
  (func $grow (export "grow") (local $list (ref null $node))
    (loop $more
      (local.set $list (struct.new $node (local.get $list)))
      (br $more)))))";

TEST(GcTest, TheLimitOfTheHeapIsAnErrorThatSaysWhere) {
  Machine machine(endless_text);
  runtime::Limits limits;
  limits.heap_bytes = 4'000'000;
  ASSERT_TRUE(machine.store().set_limits(limits));
  for (int i = 0; i < 3; ++i) {  // what the last one left is garbage
    const Error error = machine.fail("grow");
    EXPECT_EQ(error.kind(), ErrorKind::limit);
    EXPECT_EQ(error.trap(), TrapCode::allocation_failed);
    EXPECT_NE(error.message().find("heap_bytes"), std::string::npos);
    ASSERT_NE(error.details(), nullptr);
    ASSERT_EQ(error.details()->backtrace.size(), 1u);
    EXPECT_EQ(error.details()->backtrace[0].func_name, "grow");
  }
}

// A host function that makes a host reference; and one that does nothing.
struct Objects {
  Store* store = nullptr;
  std::shared_ptr<int> object = std::make_shared<int>(0);
};

void make_object(void* env, runtime::CallContext* context, Slot* args) noexcept {
  const auto& object = static_cast<Objects*>(env)->object;
  args[0].set(runtime::as_ref(runtime::create_host_ref(*context->state->store, object)));
}

TEST(GcTest, MillionsOfHostReferencesStayFew) {
  constexpr std::string_view text = R"((module
    (type $holder (struct (field (mut externref))))
    (table $t 1 (ref null func))
    (func (export "run") (param $make funcref) (param $n i32)
      (table.set $t (i32.const 0) (local.get $make))
      (loop $more
        (drop (struct.new $holder (call_indirect $t (result externref) (i32.const 0))))
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))";
  Objects objects;
  Machine machine(text);
  Store& store = machine.store();
  wasm::CanonFuncType type;
  type.results.push_back(wasm::CanonType::ref(wasm::AbstractHeap::extern_, true));
  const wasm::TypeId id = store.types().intern(type);
  runtime::HostFunctionSpec spec;
  spec.type = id;
  spec.call = &make_object;
  spec.env = &objects;
  const runtime::FuncRef& make = runtime::create_host_function(store, std::move(spec)).ref;
  store.types().release(id);
  (void)store.handle(make);
  (void)machine.call("run", {make.as_ref(), 1'000'000});
  EXPECT_LT(objects.object.use_count(), 200'000);
  store.collect();
  EXPECT_EQ(objects.object.use_count(), 1);
}

constexpr std::string_view const_text = R"((module
  (type $box (struct (field i32)))
  (type $boxes (array (ref $box)))
  (global $g (ref $boxes)
    (array.new_fixed $boxes 3
      (struct.new $box (i32.const 1)) (struct.new $box (i32.const 2))
      (struct.new $box (i32.const 3))))
  (table $t 2 2 (ref $box) (struct.new $box (i32.const 40)))
  (elem $e (ref $box) (struct.new $box (i32.const 500)) (item (struct.new $box (i32.const 6000))))
  (func (export "sum") (result i32)
    (drop (struct.new $box (i32.const 0)))
    (table.init $t $e (i32.const 1) (i32.const 1) (i32.const 1))
    (i32.add (struct.get $box 0 (array.get $boxes (global.get $g) (i32.const 2)))
      (i32.add (struct.get $box 0 (table.get $t (i32.const 0)))
        (struct.get $box 0 (table.get $t (i32.const 1))))))))";

TEST(GcTest, ConstantExpressionsAllocate) {
  Machine machine(const_text);
  machine.store().collect();
  machine.store().heap().set_stress();
  EXPECT_EQ(machine.i32("sum"), 6043u);
}

}  // namespace
}  // namespace wrun::interp
