#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// Tells how many there are.
struct Counted {
  explicit Counted(int x) : value(x) { ++alive; }
  ~Counted() { --alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  static inline int alive = 0;
  int references = 0;
  int value;
};
void intrusive_add_ref(Counted* object) noexcept {
  ++object->references;
}
void intrusive_release(Counted* object) noexcept {
  if (--object->references == 0) delete object;
}

/// Counts by a specialization, and collects a store when it ends.
struct Collecting {
  Store& store;
  int count = 0;
};

}  // namespace
}  // namespace wrun::test

template <>
struct wrun::IntrusiveTraits<wrun::test::Collecting> {
  static void add_ref(wrun::test::Collecting* object) noexcept { ++object->count; }
  static void release(wrun::test::Collecting* object) noexcept {
    if (--object->count == 0) (void)object->store.collect();
  }
};

namespace wrun::test {
namespace {

using Object = std::optional<ExternRef>;

TEST(Intrusive, HoldsAReference) {
  {
    Intrusive<Counted> first(new Counted(7));
    EXPECT_EQ(first->references, 1);
    Intrusive<Counted> copy = first;
    EXPECT_EQ((*copy).references, 2);
    Intrusive<Counted> moved = std::move(copy);
    EXPECT_FALSE(copy);  // NOLINT: what is moved from is empty
    EXPECT_EQ(moved.get()->references, 2);
    moved = Intrusive<Counted>();
    EXPECT_EQ(first->references, 1);
    Counted* taken = first.detach();
    EXPECT_EQ(taken->references, 1);
    first = Intrusive<Counted>::adopt(taken);
    EXPECT_EQ(first->references, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Intrusive, IsFreedWhenNobodyHasIt) {
  World world;
  Rooted<ExternRef> handle(take(ExternRef::make(world.store, Intrusive(new Counted(42)))));
  EXPECT_EQ(Counted::alive, 1);
  {
    const auto back = take(handle->intrusive<Counted>());
    EXPECT_EQ(back->value, 42);
    EXPECT_EQ(back->references, 2);
    handle.reset();
    take(world.store.collect());
    EXPECT_EQ(back->references, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

/// A guest that keeps an object in a global, a table and a structure, and gives it back.
constexpr std::string_view keeper = R"((module
  (type $box (struct (field (mut externref))))
  (global $global (mut externref) (ref.null extern))
  (table $table 1 externref)
  (global $box (mut (ref null $box)) (ref.null $box))
  (func (export "to_global") (param externref) (global.set $global (local.get 0)))
  (func (export "to_table") (param externref) (table.set $table (i32.const 0) (local.get 0)))
  (func (export "to_box") (param externref) (global.set $box (struct.new $box (local.get 0))))
  (func (export "of_global") (result externref) (global.get $global))
  (func (export "of_table") (result externref) (table.get $table (i32.const 0)))
  (func (export "of_box") (result externref) (struct.get $box 0 (global.get $box)))))";

TEST(Intrusive, LivesAsLongAsTheGuestHasIt) {
  World world;
  const Instance instance = world.instance(keeper);
  for (const std::string place : {"global", "table", "box"}) {
    const auto put = take(instance.typed<void(Object)>("to_" + place));
    const auto get = take(instance.typed<Rooted<ExternRef>()>("of_" + place));
    Rooted<ExternRef> handle(take(ExternRef::make(world.store, Intrusive(new Counted(5)))));
    take(put(*handle));
    handle.reset();
    take(world.store.collect());
    EXPECT_EQ(Counted::alive, 1) << place;
    Rooted<ExternRef> back = take(get());
    EXPECT_EQ(take(back->intrusive<Counted>())->value, 5);
    back.reset();
    take(put(std::nullopt));
    take(world.store.collect());
    EXPECT_EQ(Counted::alive, 0) << place;
  }
}

TEST(Intrusive, EndsWithItsStore) {
  {
    World world;
    take(ExternRef::make(world.store, Intrusive(new Counted(1))));
    EXPECT_EQ(Counted::alive, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Intrusive, HasOneType) {
  World world;
  const Rooted<ExternRef> counted(take(ExternRef::make(world.store, Intrusive(new Counted(1)))));
  EXPECT_EQ(kind_of(counted->intrusive<Collecting>()), ErrorKind::usage);
  EXPECT_EQ(kind_of(counted->object()), ErrorKind::usage);
  const Rooted<ExternRef> shared(take(ExternRef::make(world.store, std::make_shared<int>(1))));
  EXPECT_EQ(kind_of(shared->intrusive<Counted>()), ErrorKind::usage);
  const Rooted<ExternRef> none(take(ExternRef::make(world.store, Intrusive<Counted>())));
  EXPECT_FALSE(take(none->intrusive<Counted>()));
  EXPECT_EQ(kind_of(ExternRef().intrusive<Counted>()), ErrorKind::usage);
}

TEST(Intrusive, MayUseTheStoreWhenItEnds) {
  World world;
  Collecting object{world.store};
  take(take(ExternRef::make(world.store, Intrusive(&object))).release());
  take(world.store.collect());
  EXPECT_EQ(object.count, 0);
}

}  // namespace
}  // namespace wrun::test
