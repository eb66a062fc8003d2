#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <ucontext.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "lib/runtime/cells.hpp"
#include "machine.hpp"

namespace wrun::test {
namespace {

/// Runs `work` on a thread with a stack of that size.
void on_small_stack(std::size_t bytes, const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

constexpr const char* counting = R"((module
    (func (export "count") (param i32) (result i32) (local i32)
      (loop (local.set 1 (i32.add (local.get 1) (i32.const 3)))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1))
    (func $deep (export "deep") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        (else (i32.const 0))))
    (func $forever (export "forever") (call $forever))
    (func (export "spin") (loop (br 0)))))";

// Dispatch that grew the native stack by a word an instruction would need hundreds of megabytes.
TEST(NativeStack, StaysAsItIsOverManyInstructions) {
  on_small_stack(256 * 1024, [] {
    Machine machine(counting);
    EXPECT_EQ(machine.i32("count", {16'700'000}), 3 * 16'700'000u);  // six instructions each
  });
}

TEST(NativeStack, OfAHostMayBeSmall) {
  on_small_stack(128 * 1024, [] {
    Machine machine(counting);
    EXPECT_EQ(machine.i32("deep", {10'000}), 10'000u);
    EXPECT_EQ(machine.fail("forever").kind(), ErrorKind::exhaustion);
  });
}

/// Calls WebAssembly, which calls this again.
struct Recursion {
  Machine machine{R"((module (type $h (func)) (table 1 funcref)
      (func (export "f") (param funcref)
        (table.set 0 (i32.const 0) (local.get 0))
        (call_indirect (type $h) (i32.const 0)))))"};
  runtime::HostFunction* host = nullptr;
  std::uint32_t depth = 0;
  std::optional<Error> error;

  Recursion() {
    runtime::HostFunctionSpec spec;
    spec.type = machine.instance().type_ids[0];
    spec.env = this;
    spec.call = [](void* self, runtime::CallContext*, runtime::Slot*) noexcept {
      static_cast<Recursion*>(self)->enter();
    };
    host = &runtime::create_host_function(machine.store(), spec);
  }
  bool enter() {
    ++depth;
    runtime::Slot slot;
    slot.set(host->ref.as_ref());
    return interp::enter(machine.state(), machine.function("f"), &slot);
  }
  /// The body of a context.
  static void run(unsigned high, unsigned low) {
    auto* self = reinterpret_cast<Recursion*>(std::uintptr_t{high} << 32 | low);
    EXPECT_FALSE(self->enter());
    self->error = std::move(self->machine.state().failure.error);
  }
};

// As a host's coroutines have it.
TEST(NativeStack, ThatCannotBeMeasuredEndsRecursionWithTheHost) {
  Recursion recursion;
  std::vector<char> stack(256 * 1024);
  ucontext_t here;
  ucontext_t there;
  ASSERT_EQ(getcontext(&there), 0);
  there.uc_stack.ss_sp = stack.data();
  there.uc_stack.ss_size = stack.size();
  there.uc_link = &here;
  const auto self = reinterpret_cast<std::uintptr_t>(&recursion);
  makecontext(&there, reinterpret_cast<void (*)()>(&Recursion::run), 2,
              static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
  ASSERT_EQ(swapcontext(&here, &there), 0);
  ASSERT_TRUE(recursion.error.has_value());
  EXPECT_EQ(recursion.error->kind(), ErrorKind::exhaustion);
  EXPECT_GT(recursion.depth, 10u);
}

TEST(StackLimit, EndsRecursionAndLeavesTheStoreUsable) {
  Machine machine(counting);
  for (int i = 0; i < 3; ++i) {
    const Error error = machine.fail("forever");
    EXPECT_EQ(error.kind(), ErrorKind::exhaustion);
    EXPECT_EQ(error.trap(), TrapCode::stack_exhausted);
    EXPECT_EQ(error.details()->backtrace.size(), 100u);
    EXPECT_EQ(machine.i32("deep", {100}), 100u);
  }
}

TEST(StackLimit, HoldsForFramesLargerThanTheStack) {
  std::string locals;
  for (int i = 0; i < 49'990; ++i) locals += " i64";
  Machine machine("(module (func (export \"f\") (local" + locals +
                  ")) (func $r (export \"r\") (local" + locals + ") (call $r)))");
  machine.call("f");
  EXPECT_EQ(machine.fail("r").kind(), ErrorKind::exhaustion);
}

TEST(StackLimit, RefusesFramesThatSlotNumbersCannotReach) {
  std::string text = "(module (func (export \"f\")";
  for (int i = 0; i < 70'000; ++i) text += " (i64.const 1)";
  for (int i = 0; i < 70'000; ++i) text += " drop";
  Machine machine(text + "))");
  EXPECT_EQ(machine.fail("f").kind(), ErrorKind::exhaustion);
}

/// The most memory that this process ever had resident.
std::size_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

TEST(Memory, StaysSmallOverNestedIfsWithManyParameters) {
  std::string numbers;
  std::string zeros;
  for (int i = 0; i < 1000; ++i) {
    numbers += " i32";
    zeros += " i32.const 0";
  }
  std::string ifs;
  for (int i = 0; i < 10'000; ++i) ifs += " i32.const 1 if (type $t)";
  for (int i = 0; i < 10'000; ++i) ifs += " end";
  const std::size_t before = peak_bytes();
  Machine machine("(module (type $t (func (param" + numbers + ") (result" + numbers +
                  "))) (func (export \"f\") (result" + numbers + ")" + zeros + ifs + "))");
  EXPECT_EQ(interp::print_slots(machine.code(), 0).substr(0, 6), "; 1004");
  EXPECT_LT(peak_bytes() - before, 100u << 20);
}

TEST(Interruption, EndsALoopFromAnotherThread) {
  Machine machine(counting);
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> started{false};
    std::thread other([&] {
      while (!started) {
      }
      machine.state().request(runtime::ExecState::Stop::interrupted);
    });
    started = true;
    EXPECT_EQ(machine.fail("spin").kind(), ErrorKind::interrupted);
    other.join();
    machine.state().rearm();
  }
  EXPECT_EQ(machine.i32("count", {10}), 30u);
}

// A translator goes from module to module, and must forget what it knew of the one before.
TEST(Translation, IsOfTheModuleThatIsCalled) {
  const char* const accesses =
      "(func (export \"f\") (result i32) (i32.store (ADDRESS.const 8) (i32.const 7))"
      " (i32.load (ADDRESS.const 8))))";
  const auto module = [&](std::string memory, std::string address) {
    std::string text = "(module (memory " + memory + ")" + accesses;
    for (std::size_t at; (at = text.find("ADDRESS")) != text.npos;) text.replace(at, 7, address);
    return text;
  };
  const std::string narrow = module("1", "i32");
  const std::string wide = module("i64 1", "i64");
  const std::string other =
      "(module (type $s (struct (field i32 i64))) (func (export \"f\") (result i32)"
      " (struct.get $s 0 (struct.new $s (i32.const 7) (i64.const 8)))))";
  for (const std::string& text : {narrow, wide, narrow, other, wide, other}) {
    EXPECT_EQ(Machine(text).i32("f"), 7u) << text;
  }
}

}  // namespace
}  // namespace wrun::test
