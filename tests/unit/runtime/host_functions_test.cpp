#include "lib/runtime/host_functions.hpp"

#include <string_view>

#include "lib/os/poison.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

class HostFunctionsTest : public RuntimeTest {
 protected:
  std::shared_ptr<IdleBytes> idle_bytes = std::make_shared<IdleBytes>();

  std::unique_ptr<HostFunctions> block(Store& store, int count, std::shared_ptr<void> keeper = {}) {
    const wasm::TypeId type = registry->intern(wasm::CanonFuncType{});
    auto made = std::make_unique<HostFunctions>(store, static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) made->add({.type = type, .env_owner = keeper});
    registry->release(type);
    return made;
  }
};

TEST_F(HostFunctionsTest, GoBackToTheirOwnerAndToItsNextStore) {
  const auto owner = std::make_shared<HostFunctionPool>(idle_bytes);
  const HostFunctions* first = nullptr;
  {
    Store store(config());
    first = &store.kept().keep(owner, block(store, 3), true);
    EXPECT_EQ(store.kept().find(owner, true), first);
    store.collect();
    EXPECT_EQ(store.kept().find(owner, true), first);
    (void)store.handle(first->cells()[1].ref);
    store.collect();
  }
  Store next(config());
  EXPECT_EQ(next.kept().find(owner, true), nullptr);
  auto again = owner->take();
  EXPECT_EQ(again.get(), first);
  EXPECT_EQ(owner->take(), nullptr);
  again->move_to(next);
  for (const HostFunction& cell : again->cells()) {
    EXPECT_EQ(cell.store, &next);
    EXPECT_FALSE(cell.marked);
    EXPECT_EQ(cell.ref.host, &cell);
  }
}

TEST_F(HostFunctionsTest, OfOneStoreOnlyAreNobodyElses) {
  const auto owner = std::make_shared<HostFunctionPool>(idle_bytes);
  {
    Store store(config());
    const HostFunctions& own = store.kept().keep(owner, block(store, 1), false);
    EXPECT_EQ(store.kept().find(owner, true), nullptr);
    EXPECT_EQ(store.kept().find(owner, false), &own);
    const HostFunctions& shared = store.kept().keep(owner, block(store, 1), true);
    EXPECT_EQ(store.kept().find(owner, true), &shared);
    EXPECT_EQ(store.kept().find(owner, false), &own);
  }
  EXPECT_NE(owner->take(), nullptr);
  EXPECT_EQ(owner->take(), nullptr);
}

TEST_F(HostFunctionsTest, AreKeptInSmallNumbers) {
  const auto owner = std::make_shared<HostFunctionPool>(idle_bytes);
  Store store(config());
  const std::size_t bytes = block(store, 3)->bytes();
  for (std::size_t i = 0; i < HostFunctionPool::most_blocks + 5; ++i) owner->give(block(store, 3));
  EXPECT_EQ(idle_bytes->used(), HostFunctionPool::most_blocks * bytes);
  std::size_t kept = 0;
  while (owner->take()) ++kept;
  EXPECT_EQ(kept, HostFunctionPool::most_blocks);
  EXPECT_EQ(idle_bytes->used(), 0u);
}

TEST_F(HostFunctionsTest, AreKeptUpToTheEnginesBound) {
  Store store(config());
  const auto few = std::make_shared<IdleBytes>(2 * block(store, 3)->bytes());
  {
    HostFunctionPool first(few);
    HostFunctionPool second(few);
    first.give(block(store, 3));
    second.give(block(store, 3));
    second.give(block(store, 3));
    EXPECT_NE(second.take(), nullptr);
    EXPECT_EQ(second.take(), nullptr);
    first.give(block(store, 3));
    EXPECT_EQ(few->used(), 2 * block(store, 3)->bytes());
  }
  EXPECT_EQ(few->used(), 0u);
}

TEST_F(HostFunctionsTest, ArePoisonedWhileTheyWait) {
  HostFunctionPool pool(idle_bytes);
  Store store(config());
  auto made = block(store, 2);
  const HostFunction& cell = made->cells()[1];
  pool.give(std::move(made));
  EXPECT_EQ(os::is_poisoned(&cell.ref), os::poisons);
  made = pool.take();
  EXPECT_FALSE(os::is_poisoned(&cell.ref));
}

/// Appends a word to a list when the last copy goes.
std::shared_ptr<void> at_end(std::vector<std::string_view>& ends, std::string_view word) {
  return {nullptr, [&ends, word](void*) { ends.push_back(word); }};
}

TEST_F(HostFunctionsTest, EndBeforeWhatHangsOnThem) {
  std::vector<std::string_view> ends;
  const auto owner = std::make_shared<HostFunctionPool>(idle_bytes);
  {
    Store store(config());
    HostFunctions& own = store.kept().keep(owner, block(store, 1, at_end(ends, "function")), false);
    store.attachment(own.cells()[0]) = at_end(ends, "hung on it");
    EXPECT_TRUE(ends.empty());
  }
  EXPECT_EQ(ends, (std::vector<std::string_view>{"function", "hung on it"}));
}

TEST_F(HostFunctionsTest, TakeNothingThatHangsOnThemToThePool) {
  std::vector<std::string_view> ends;
  const auto owner = std::make_shared<HostFunctionPool>(idle_bytes);
  {
    Store store(config());
    HostFunctions& shared =
        store.kept().keep(owner, block(store, 1, at_end(ends, "function")), true);
    store.attachment(shared.cells()[0]) = at_end(ends, "hung on it");
  }
  EXPECT_EQ(ends, std::vector<std::string_view>{"hung on it"});
  EXPECT_NE(owner->take(), nullptr);
}

TEST_F(HostFunctionsTest, OutliveTheirOwnerWhereSomethingReachesOne) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  auto keeper = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = keeper;
  auto owner = std::make_shared<HostFunctionPool>(idle_bytes);
  const auto cells = store.kept().keep(owner, block(store, 4, std::move(keeper)), true).cells();
  owner.reset();
  const Handle handle = store.handle(cells[2].ref);
  store.collect();
  EXPECT_FALSE(watch.expired());
  auto* frame = reinterpret_cast<Slot*>(store.stack().begin());
  frame[0].set(cells[3].ref.as_ref());
  store.state().stack_top = frame + 1;
  EXPECT_TRUE(store.release(handle));
  store.collect();
  EXPECT_FALSE(watch.expired());
  store.state().stack_top = frame;
  store.collect();
  EXPECT_TRUE(watch.expired());
}

TEST_F(HostFunctionsTest, OfAnOwnerThatIsGoneAreNotItsSuccessors) {
  Store store(config());
  // Both at one address.
  alignas(HostFunctionPool) std::byte room[sizeof(HostFunctionPool)];
  const auto make = [&] {
    return std::shared_ptr<HostFunctionPool>(new (room) HostFunctionPool(idle_bytes),
                                             [](HostFunctionPool* pool) { std::destroy_at(pool); });
  };
  auto owner = make();
  const HostFunctions& first = store.kept().keep(owner, block(store, 2), true);
  const Handle handle = store.handle(first.cells()[0].ref);
  owner.reset();
  owner = make();
  EXPECT_EQ(store.kept().find(owner, true), nullptr);
  const HostFunctions& second = store.kept().keep(owner, block(store, 2), true);
  EXPECT_EQ(store.kept().find(owner, true), &second);
  store.collect();
  EXPECT_EQ(store.resolve<FuncRef>(handle), &first.cells()[0].ref);
  EXPECT_TRUE(store.release(handle));
  store.collect();
  EXPECT_EQ(store.kept().find(owner, true), &second);
}

}  // namespace
}  // namespace wrun::runtime
