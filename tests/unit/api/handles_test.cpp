#include "tests/unit/api/support.hpp"

#include <type_traits>

namespace wrun::test {
namespace {

static_assert(sizeof(Func) == 2 * sizeof(std::uint64_t));
static_assert(std::is_trivially_copyable_v<Func> && std::is_trivially_copyable_v<Instance> &&
              std::is_trivially_copyable_v<Memory> && std::is_trivially_copyable_v<Table> &&
              std::is_trivially_copyable_v<Global> && std::is_trivially_copyable_v<Tag> &&
              std::is_trivially_copyable_v<TypedFunc<int(int)>>);

constexpr std::string_view everything = R"((module
  (func (export "f"))
  (memory (export "m") 1 2)
  (table (export "t") 3 funcref)
  (global (export "g") (mut i32) (i32.const 7))))";

TEST(Handles, DefaultOnesAreErrors) {
  EXPECT_EQ(kind_of(Func().call()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Func().type()), ErrorKind::usage);
  EXPECT_EQ(kind_of(TypedFunc<void()>()()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Instance().get("f")), ErrorKind::usage);
  EXPECT_EQ(kind_of(Memory().size()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Table().size()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Global().get()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Tag().type()), ErrorKind::usage);
  EXPECT_EQ(kind_of(ExternRef().object()), ErrorKind::usage);
}

TEST(Handles, SameObjectSameHandle) {
  World world;
  const Instance instance = world.instance(everything);
  EXPECT_EQ(take(instance.func("f")), take(instance.func("f")));
  EXPECT_EQ(take(instance.memory("m")), take(instance.memory("m")));
}

TEST(Handles, ExportsAreFoundByNameAndKind) {
  World world;
  const Instance instance = world.instance(everything);
  EXPECT_EQ(take(take(instance.memory("m")).size()), 65536u);
  EXPECT_EQ(take(take(instance.table("t")).size()), 3u);
  EXPECT_EQ(take(take(instance.global("g")).get()).get<int>(), 7);
  EXPECT_EQ(kind_of(take(instance.get("f"))), ExternKind::func);
  EXPECT_EQ(kind_of(instance.func("m")), ErrorKind::usage);
  const auto missing = instance.func("nope");
  ASSERT_EQ(kind_of(missing), ErrorKind::usage);
  EXPECT_NE(missing.error().message().find("\"nope\""), std::string::npos);
}

TEST(Handles, StaleAfterRelease) {
  World world;
  const Instance instance = world.instance(everything);
  const Func func = take(instance.func("f"));
  const auto typed = take(func.typed<void()>());
  const Memory memory = take(instance.memory("m"));
  take(instance.release());
  EXPECT_EQ(kind_of(instance.release()), ErrorKind::usage);
  EXPECT_EQ(kind_of(instance.get("f")), ErrorKind::usage);
  EXPECT_EQ(kind_of(func.call()), ErrorKind::usage);
  EXPECT_EQ(kind_of(typed()), ErrorKind::usage);
  EXPECT_EQ(kind_of(memory.size()), ErrorKind::usage);
  EXPECT_EQ(kind_of(memory.span(0, 1)), ErrorKind::usage);
}

TEST(Handles, StaleOnesDontReachWhatCameAfter) {
  World world;
  const Instance first = world.instance(everything);
  const Func old = take(first.func("f"));
  take(first.release());
  take(world.store.collect());
  const Instance second = world.instance(everything);
  take(take(second.func("f")).call());
  EXPECT_EQ(kind_of(old.call()), ErrorKind::usage);
  EXPECT_EQ(kind_of(first.get("f")), ErrorKind::usage);
}

TEST(Handles, StaleAfterTheStore) {
  Engine engine;
  Func func;
  Global global;
  {
    Store store(engine);
    func = take(Func::make(store, [] {}));
    global = take(Global::make(store, {ValType::i32(), true}, 1));
  }
  EXPECT_EQ(kind_of(func.call()), ErrorKind::usage);
  EXPECT_EQ(kind_of(global.get()), ErrorKind::usage);
  Store next(engine);
  take(Func::make(next, [] {}));
  EXPECT_EQ(kind_of(func.call()), ErrorKind::usage);
}

TEST(Handles, ForeignOnesAreErrors) {
  World world;
  Store other(world.engine);
  const Func foreign = take(Func::make(other, [] {}));
  const Table table = take(
      Table::make(world.store, {ValType::funcref(), {1, {}, false}}, Val::null(HeapKind::func)));
  EXPECT_EQ(kind_of(table.set(0, foreign)), ErrorKind::usage);
  take(table.set(0, take(Func::make(world.store, [] {}))));

  const Func takes_func = take(Func::make(world.store, [](std::optional<Func>) {}));
  EXPECT_EQ(kind_of(takes_func.call({foreign})), ErrorKind::usage);
  const auto typed = take(takes_func.typed<void(std::optional<Func>)>());
  EXPECT_EQ(kind_of(typed(foreign)), ErrorKind::usage);
  take(typed(std::nullopt));
}

TEST(Handles, ObjectsOfAnotherStoreDontLink) {
  World world;
  Store other(world.engine);
  world.linker.define("host", "f", take(Func::make(other, [] {})));
  const Module module = world.module(R"((module (import "host" "f" (func))))");
  const Prepared prepared = take(world.linker.prepare(module));
  EXPECT_EQ(kind_of(prepared.instantiate(world.store)), ErrorKind::usage);
  take(prepared.instantiate(other));
}

TEST(Handles, EnginesDontMix) {
  World world;
  const Engine other;
  const Module module = take(Module::from_text(other, add_text));
  EXPECT_EQ(kind_of(world.linker.prepare(module)), ErrorKind::usage);
  Store store(other);
  const Prepared prepared = take(world.linker.prepare(world.module(add_text)));
  EXPECT_EQ(kind_of(prepared.instantiate(store)), ErrorKind::usage);
  Linker linker(world.engine);
  linker.define("host", "f", take(Func::make(store, [] {})));
  EXPECT_EQ(kind_of(linker.prepare(world.module(add_text))), ErrorKind::usage);
}

TEST(Handles, MovedFromStoresAreErrors) {
  Engine engine;
  Store store(engine);
  const Func func = take(Func::make(store, [] { return 5; }));
  Store moved(std::move(store));
  EXPECT_EQ(take(func.call())[0].get<int>(), 5);
  EXPECT_EQ(kind_of(store.usage()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Func::make(store, [] {})), ErrorKind::usage);
  store.interrupt();
  Store replaced(engine);
  replaced = std::move(moved);
  EXPECT_EQ(take(func.call())[0].get<int>(), 5);
}

TEST(Handles, ExternRefsKeepTheirObject) {
  World world;
  auto object = std::make_shared<int>(42);
  const std::weak_ptr<int> watch = object;
  const ExternRef ref = take(ExternRef::make(world.store, std::move(object)));
  const Instance instance = world.instance(R"((module
    (global $kept (mut externref) (ref.null extern))
    (func (export "keep") (param externref) (global.set $kept (local.get 0)))
    (func (export "kept") (result externref) (global.get $kept))))");
  const auto keep = take(instance.typed<void(std::optional<ExternRef>)>("keep"));
  const auto kept = take(instance.typed<std::optional<ExternRef>()>("kept"));
  EXPECT_FALSE(take(kept()).has_value());
  take(keep(ref));
  take(ref.release());
  take(world.store.collect());
  const auto back = take(kept());
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*std::static_pointer_cast<int>(take(back->object())), 42);
  take(back->release());
  take(keep(std::nullopt));
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace wrun::test
