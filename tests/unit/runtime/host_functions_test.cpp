#include "lib/runtime/host_functions.hpp"

#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

class HostFunctionsTest : public RuntimeTest {
 protected:
  std::unique_ptr<HostFunctions> block(Store& store, int count, std::shared_ptr<void> keeper = {}) {
    const wasm::TypeId type = registry->intern(wasm::CanonFuncType{});
    auto made = std::make_unique<HostFunctions>(store, static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) made->add({.type = type, .env_owner = keeper});
    registry->release(type);
    return made;
  }
};

TEST_F(HostFunctionsTest, GoBackToTheirOwnerAndToItsNextStore) {
  const auto owner = std::make_shared<HostFunctionPool>();
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
  const auto owner = std::make_shared<HostFunctionPool>();
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

TEST_F(HostFunctionsTest, OutliveTheirOwnerWhereSomethingReachesOne) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  auto keeper = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = keeper;
  auto owner = std::make_shared<HostFunctionPool>();
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
  const auto make = [&room] {
    return std::shared_ptr<HostFunctionPool>(new (room) HostFunctionPool,
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
