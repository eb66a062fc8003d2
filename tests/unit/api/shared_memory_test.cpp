// Memories that several stores share, as a host uses them.

#include <array>
#include <chrono>
#include <thread>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr MemoryType one_to_ten{.size = {.min = 1, .max = 10}, .is_shared = true};

Config with_threads() {
  Config config;
  config.features = Features::all();
  return config;
}

/// An engine with threads, and a memory that stores of it may share.
struct Sharing {
  Engine engine{with_threads()};
  SharedMemory memory = take(SharedMemory::make(engine, one_to_ten));
  Linker linker{engine};

  Sharing() { linker.define("env", "memory", memory); }
  Prepared prepare(std::string_view body) {
    const std::string text =
        R"((module (import "env" "memory" (memory 1 10 shared)) )" + std::string(body) + ")";
    return take(linker.prepare(take(Module::from_text(engine, text))));
  }
};

constexpr std::string_view sleeper_text = R"(
  (func (export "wait") (param i64) (result i32)
    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (local.get 0))))";

TEST(SharedMemory, StoresSeeEachOthersWrites) {
  Sharing shared;
  const Prepared prepared = shared.prepare(R"(
    (func (export "set") (param i32) (i32.store (i32.const 8) (local.get 0)))
    (func (export "get") (result i32) (i32.load (i32.const 8))))");
  Store a(shared.engine);
  Store b(shared.engine);
  take(take(take(prepared.instantiate(a)).typed<void(int)>("set"))(42));
  EXPECT_EQ(take(take(take(prepared.instantiate(b)).typed<int()>("get"))()), 42);
  EXPECT_EQ(take(shared.memory.load<std::int32_t>(8)), 42);
}

TEST(SharedMemory, AHandleCopiesAndHasNoSpan) {
  Sharing shared;
  Store store(shared.engine);
  const Memory memory = take(shared.memory.in(store));
  EXPECT_EQ(kind_of(memory.span()), ErrorKind::usage);
  EXPECT_EQ(kind_of(memory.span(0, 1)), ErrorKind::usage);
  take(memory.write<std::uint64_t>(3, 0x0102'0304'0506'0708));
  EXPECT_EQ(take(memory.read<std::uint16_t>(3)), 0x0708);
  std::array<std::uint8_t, 4> bytes{};
  take(memory.copy_out(7, bytes));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{4, 3, 2, 1}));
  take(shared.memory.copy_out(7, bytes));
  EXPECT_EQ(bytes[0], 4);
  take(shared.memory.copy_in(65532, bytes));
  EXPECT_EQ(kind_of(shared.memory.copy_in(65533, bytes)), ErrorKind::trap);
  EXPECT_EQ(kind_of(memory.read<std::uint32_t>(65533)), ErrorKind::trap);
  EXPECT_TRUE(take(memory.shared()) == shared.memory);
  EXPECT_TRUE(take(memory.type()).is_shared);
}

TEST(SharedMemory, UnsharedMemoriesCopyToo) {
  World world;
  const Memory memory = take(Memory::make(world.store, {.size = {.min = 1}}));
  const std::array<std::uint8_t, 3> bytes{1, 2, 3};
  take(memory.copy_in(10, bytes));
  EXPECT_EQ(take(memory.read<std::uint8_t>(12)), 3);
  EXPECT_EQ(kind_of(memory.copy_in(65534, bytes)), ErrorKind::trap);
  EXPECT_EQ(kind_of(memory.shared()), ErrorKind::usage);
}

TEST(SharedMemory, AtomicsOfTheHost) {
  Sharing shared;
  const SharedMemory& memory = shared.memory;
  take(memory.store<std::uint32_t>(4, 10));
  EXPECT_EQ(take(memory.fetch_add<std::uint32_t>(4, 5)), 10u);
  EXPECT_EQ(take(memory.exchange<std::uint32_t>(4, 7)), 15u);
  EXPECT_EQ(take(memory.compare_exchange<std::uint32_t>(4, 1, 2)), 7u);
  EXPECT_EQ(take(memory.compare_exchange<std::uint32_t>(4, 7, 2)), 7u);
  EXPECT_EQ(take(memory.load<std::int8_t>(4)), 2);
  take(memory.store<std::int64_t>(8, -3));
  EXPECT_EQ(take(memory.fetch_add<std::int64_t>(8, 1)), -3);
  EXPECT_EQ(take(memory.load<std::int16_t>(8)), -2);
  EXPECT_EQ(memory.load<std::uint32_t>(2).error().trap(), TrapCode::unaligned_atomic);
  EXPECT_EQ(memory.load<std::uint32_t>(65536).error().trap(),
            TrapCode::out_of_bounds_memory_access);
}

TEST(SharedMemory, GrowsForAll) {
  Sharing shared;
  const Prepared prepared = shared.prepare(R"(
    (func (export "size") (result i32) memory.size)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "atomic") (param i32) (result i32) (i32.atomic.load (local.get 0))))");
  Store a(shared.engine);
  Store b(shared.engine);
  const Instance in_a = take(prepared.instantiate(a));
  const Instance in_b = take(prepared.instantiate(b));
  const auto load = take(in_b.typed<int(int)>("load"));
  const auto atomic = take(in_b.typed<int(int)>("atomic"));
  EXPECT_EQ(kind_of(load(65536)), ErrorKind::trap);
  EXPECT_EQ(take(take(in_a.typed<int(int)>("grow"))(2)), 1);
  // The other store hears of it when it gets there.
  EXPECT_EQ(take(load(65536)), 0);
  EXPECT_EQ(take(shared.memory.grow(1)), 3u);
  EXPECT_EQ(take(atomic(3 * 65536)), 0);
  EXPECT_EQ(kind_of(atomic(4 * 65536)), ErrorKind::trap);
  EXPECT_EQ(take(take(in_b.typed<int()>("size"))()), 4);
  EXPECT_EQ(shared.memory.size(), 4u * 65536);
  EXPECT_EQ(shared.memory.type().size.min, 4u);
  EXPECT_EQ(kind_of(shared.memory.grow(7)), ErrorKind::limit);
}

TEST(SharedMemory, IsCountedByItsBudgetAndByEachStoresLimits) {
  Engine engine{with_threads()};
  const Budget budget({.memory_bytes = 3 * 65536});
  const SharedMemory memory = take(SharedMemory::make(engine, one_to_ten, budget));
  EXPECT_EQ(budget.usage().memory_bytes, 65536u);
  EXPECT_EQ(kind_of(memory.grow(3)), ErrorKind::limit);
  Store store(engine, budget);
  const Memory in_store = take(memory.in(store));
  EXPECT_EQ(take(in_store.grow(2)), 1u);
  EXPECT_EQ(budget.usage().memory_bytes, 3u * 65536);
  EXPECT_EQ(take(store.usage()).memory_bytes, 3u * 65536);
  Store small(engine);
  take(small.limits({.memory_bytes = 65536}));
  EXPECT_EQ(kind_of(memory.in(small)), ErrorKind::limit);
}

TEST(SharedMemory, TypesAndEnginesThatDoNotFit) {
  Sharing shared;
  const Engine& engine = shared.engine;
  EXPECT_EQ(kind_of(SharedMemory::make(engine, {.size = {.min = 1, .max = 1}})), ErrorKind::usage);
  EXPECT_EQ(kind_of(SharedMemory::make(engine, {.size = {.min = 1}, .is_shared = true})),
            ErrorKind::usage);
  EXPECT_EQ(kind_of(SharedMemory::make(
                engine, {.size = {.min = 1ull << 40, .max = 1ull << 40, .is_64 = true},
                         .is_shared = true})),
            ErrorKind::limit);
  Engine other{with_threads()};
  Store foreign(other);
  EXPECT_EQ(kind_of(shared.memory.in(foreign)), ErrorKind::usage);
  const Module wants_unshared =
      take(Module::from_text(engine, R"((module (import "env" "memory" (memory 1 10))))"));
  EXPECT_EQ(kind_of(shared.linker.prepare(wants_unshared)), ErrorKind::unlinkable);
}

TEST(SharedMemory, HostAndGuestWakeEachOther) {
  Sharing shared;
  const Prepared prepared = shared.prepare(sleeper_text);
  std::thread guest([&] {
    Store store(shared.engine);
    const auto wait = take(take(prepared.instantiate(store)).typed<int(std::int64_t)>("wait"));
    EXPECT_EQ(take(wait(-1)), 0);
    EXPECT_EQ(take(store.usage()).waits, 1u);
  });
  while (take(shared.memory.notify(0, 1)) == 0) std::this_thread::yield();
  guest.join();
  using Wait = SharedMemory::WaitResult;
  EXPECT_EQ(take(shared.memory.wait<std::uint32_t>(0, 0, 1ms)), Wait::timed_out);
  EXPECT_EQ(take(shared.memory.wait<std::uint64_t>(0, 1)), Wait::not_equal);
  EXPECT_EQ(kind_of(shared.memory.wait<std::uint64_t>(4, 0)), ErrorKind::trap);
}

TEST(SharedMemory, AnInterruptionEndsAWait) {
  Sharing shared;
  const Prepared prepared = shared.prepare(sleeper_text);
  Store store(shared.engine);
  const auto wait = take(take(prepared.instantiate(store)).typed<int(std::int64_t)>("wait"));
  for (int i = 0; i < 5; ++i) {
    std::thread other([&] {
      std::this_thread::sleep_for(10ms);
      store.interrupt();
    });
    EXPECT_EQ(kind_of(wait(-1)), ErrorKind::interrupted);
    other.join();
  }
  EXPECT_EQ(take(wait(1000)), 2);
}

TEST(SharedMemory, ADeadlineEndsAWait) {
  Sharing shared;
  const Prepared prepared = shared.prepare(sleeper_text);
  Store store(shared.engine);
  take(store.limits({.deadline = Clock::now() + 20ms}));
  const auto wait = take(take(prepared.instantiate(store)).typed<int(std::int64_t)>("wait"));
  const auto result = wait(-1);
  EXPECT_EQ(kind_of(result), ErrorKind::limit);
  EXPECT_EQ(result.error().trap(), TrapCode::deadline);
}

TEST(SharedMemory, AHostMayForbidWaiting) {
  Sharing shared;
  const Prepared prepared = shared.prepare(sleeper_text);
  Store store(shared.engine);
  take(store.limits({.may_wait = false}));
  const auto wait = take(take(prepared.instantiate(store)).typed<int(std::int64_t)>("wait"));
  EXPECT_EQ(wait(0).error().trap(), TrapCode::wait_forbidden);
}

TEST(SharedMemory, LivesWithWhoeverRefersToIt) {
  Sharing shared;
  Store store(shared.engine);
  std::optional<SharedMemory> own;
  {
    // A module's own, which its export gives to others.
    const Module module =
        take(Module::from_text(shared.engine, R"((module (memory (export "memory") 1 2 shared)
                             (data (i32.const 0) "\2a")))"));
    Store first(shared.engine);
    const Instance instance = take(shared.linker.instantiate(first, module));
    own = take(take(instance.memory("memory")).shared());
  }
  EXPECT_EQ(take(own->load<std::uint8_t>(0)), 42);
  const Memory memory = take(own->in(store));
  own.reset();
  EXPECT_EQ(take(memory.read<std::uint8_t>(0)), 42);
}

}  // namespace
}  // namespace wrun::test
