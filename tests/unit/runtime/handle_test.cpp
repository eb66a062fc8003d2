#include "lib/runtime/cells.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

using HandleTest = RuntimeTest;

Global& make_global(Store& store) {
  const Slot zero{};
  return create_global(store, {wasm::Kind::i32, true}, &zero);
}

TEST_F(HandleTest, ResolvesToItsObject) {
  Store store(config());
  Global& global = make_global(store);
  const Handle handle = store.handle(global);
  EXPECT_EQ(store.resolve<Global>(handle), &global);
  EXPECT_EQ(store.handle(global), handle);
  EXPECT_EQ(store.handle_count(), 1u);
}

TEST_F(HandleTest, NeverResolvesToAnotherKind) {
  Store store(config());
  const Handle handle = store.handle(make_global(store));
  EXPECT_EQ(store.resolve<Memory>(handle), nullptr);
  EXPECT_EQ(store.resolve<FuncRef>(handle), nullptr);
  Handle forged = handle;
  forged.kind = HandleKind::memory;
  EXPECT_EQ(store.resolve<Memory>(forged), nullptr);
}

TEST_F(HandleTest, IsStaleAfterRelease) {
  Store store(config());
  const Handle first = store.handle(make_global(store));
  EXPECT_TRUE(store.release(first));
  EXPECT_EQ(store.resolve<Global>(first), nullptr);
  EXPECT_FALSE(store.release(first));
  Global& other = make_global(store);
  const Handle second = store.handle(other);
  EXPECT_EQ(second.index, first.index);
  EXPECT_NE(second, first);
  EXPECT_EQ(store.resolve<Global>(first), nullptr);
  EXPECT_EQ(store.resolve<Global>(second), &other);
}

TEST_F(HandleTest, IsForeignToOtherStores) {
  Store one(config());
  Store two(config());
  EXPECT_NE(one.id(), two.id());
  const Handle handle = one.handle(make_global(one));
  (void)two.handle(make_global(two));
  EXPECT_EQ(two.resolve<Global>(handle), nullptr);
  EXPECT_FALSE(two.release(handle));
}

TEST_F(HandleTest, AnyWordsAreSafe) {
  Store store(config());
  (void)store.handle(make_global(store));
  EXPECT_EQ(store.resolve<Global>({}), nullptr);
  EXPECT_EQ(store.resolve<Global>({store.id(), 0, 1, HandleKind::global}), nullptr);
  EXPECT_EQ(store.resolve<Global>({store.id(), 0xffffffff, 1, HandleKind::global}), nullptr);
  EXPECT_EQ(store.resolve<Global>({store.id(), 1, 2, HandleKind::global}), nullptr);
  EXPECT_FALSE(store.release({store.id(), 7, 0, HandleKind::none}));
}

TEST_F(HandleTest, OwnedOnesGoWithTheirOwner) {
  Store store(config());
  const Handle owner = store.handle(make_global(store));
  Global& shared = make_global(store);
  const Handle owned = store.handle(shared, owner);
  const Handle free = store.handle(shared);
  EXPECT_NE(owned, free);
  EXPECT_EQ(store.handle(shared, owner), owned);
  const Handle nested = store.handle(make_global(store), owned);
  EXPECT_TRUE(store.release(owner));
  EXPECT_EQ(store.resolve<Global>(owned), nullptr);
  EXPECT_EQ(store.resolve<Global>(nested), nullptr);
  EXPECT_EQ(store.resolve<Global>(free), &shared);
  EXPECT_EQ(store.handle_count(), 1u);
}

TEST_F(HandleTest, OwnedOnesMayGoFirstInAnyOrder) {
  for (const int gone : {0, 1, 2}) {
    Store store(config());
    const Handle owner = store.handle(make_global(store));
    Handle owned[3];
    for (Handle& handle : owned) handle = store.handle(make_global(store), owner);
    EXPECT_TRUE(store.release(owned[gone]));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(store.resolve<Global>(owned[i]) == nullptr, i == gone);
    EXPECT_TRUE(store.release(owner));
    EXPECT_EQ(store.handle_count(), 0u);
    for (const Handle& handle : owned) EXPECT_EQ(store.resolve<Global>(handle), nullptr);
  }
}

}  // namespace
}  // namespace wrun::runtime
