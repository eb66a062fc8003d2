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

/// Whether it is Error{usage}, and says that an object of that class is empty.
template <class T>
testing::AssertionResult says_empty(const Result<T>& result, const std::string& class_name) {
  if (result) return testing::AssertionFailure() << "a value";
  const Error& error = result.error();
  const bool is_it = error.kind() == ErrorKind::usage &&
                     error.message().find("this " + class_name + " is empty") == 0;
  return (is_it ? testing::AssertionSuccess() : testing::AssertionFailure()) << error.message();
}

TEST(MovedFrom, Engines) {
  Engine engine;
  const Engine moved = std::move(engine);
  EXPECT_TRUE(says_empty(Module::from_text(engine, add_text), "Engine"));
  EXPECT_TRUE(
      says_empty(SharedMemory::make(engine, {.size = {1, 1, false}, .is_shared = true}), "Engine"));
  EXPECT_EQ(engine.config().tier, Config().tier);
  EXPECT_EQ(engine.info().tier, "interpreter");
  EXPECT_NE(engine, moved);
  Store store(engine);
  EXPECT_TRUE(says_empty(store.usage(), "Store"));
  const Linker linker(engine);
  EXPECT_TRUE(says_empty(linker.prepare(take(Module::from_text(moved, add_text))), "Linker"));
}

TEST(MovedFrom, Modules) {
  World world;
  Module module = world.module(add_text);
  const Module moved = std::move(module);
  EXPECT_TRUE(module.imports().empty());
  EXPECT_TRUE(module.exports().empty());
  EXPECT_TRUE(module.custom_sections().empty());
  EXPECT_TRUE(module.bytes().empty());
  EXPECT_EQ(module.name(), std::nullopt);
  EXPECT_EQ(module.features_used(), Features());
  EXPECT_NE(module.engine(), world.engine);
  EXPECT_NE(module, moved);
  EXPECT_TRUE(says_empty(module.serialize(), "Module"));
  EXPECT_TRUE(says_empty(world.linker.prepare(module), "Module"));
  EXPECT_TRUE(says_empty(world.linker.instantiate(world.store, module), "Module"));
  EXPECT_TRUE(says_empty(AnyRef::make_struct(world.store, module, 0, {}), "Module"));
  EXPECT_TRUE(says_empty(source_locations(module, {}), "Module"));
  EXPECT_TRUE(says_empty(source_frames(module, {}), "Module"));
  module = moved;
  take(world.linker.instantiate(world.store, module));
}

TEST(MovedFrom, Linkers) {
  World world;
  world.linker.func("host", "f", [] {});
  Linker other(world.engine);
  other.func("host", "g", [] {});
  other = std::move(world.linker);
  EXPECT_TRUE(other.defines("host", "f"));
  EXPECT_FALSE(world.linker.defines("host", "f") || world.linker.defines("host", "g"));
  world.linker.func("host", "f", [] {}).alias_module("host", "other");
  const Linker copy = world.linker;
  EXPECT_TRUE(says_empty(copy.prepare(world.module(add_text)), "Linker"));
}

TEST(MovedFrom, PreparedsAndPools) {
  World world;
  Prepared prepared = take(world.linker.prepare(world.module(add_text)));
  const Prepared moved = std::move(prepared);
  EXPECT_TRUE(says_empty(prepared.instantiate(world.store), "Prepared"));
  EXPECT_TRUE(prepared.module().exports().empty());
  const Pool of_nothing(prepared);
  EXPECT_TRUE(says_empty(of_nothing.take(), "Pool"));
  Pool pool(moved);
  const Pool other = std::move(pool);
  EXPECT_TRUE(says_empty(pool.take(), "Pool"));
  EXPECT_TRUE(says_empty(pool.fill(), "Pool"));
  EXPECT_EQ(pool.ready(), 0u);
  take(other.take());
}

TEST(MovedFrom, StoresAndBudgets) {
  World world;
  const Store store = std::move(world.store);
  EXPECT_TRUE(says_empty(world.store.usage(), "Store"));
  EXPECT_TRUE(says_empty(world.store.collect(), "Store"));
  EXPECT_TRUE(says_empty(world.linker.instantiate(world.store, world.module(add_text)), "Store"));
  EXPECT_NE(world.store.engine(), world.engine);
  Budget budget;
  const Budget moved = std::move(budget);
  EXPECT_EQ(budget.usage().host_calls, 0u);
  EXPECT_TRUE(says_empty(Store(world.engine, budget).usage(), "Store"));
  EXPECT_TRUE(says_empty(
      SharedMemory::make(world.engine, {.size = {1, 1, false}, .is_shared = true}, budget),
      "Budget"));
}

TEST(MovedFrom, SharedMemories) {
  World world;
  SharedMemory memory =
      take(SharedMemory::make(world.engine, {.size = {1, 1, false}, .is_shared = true}));
  const SharedMemory moved = std::move(memory);
  std::uint8_t byte = 0;
  EXPECT_EQ(memory.size(), 0u);
  EXPECT_EQ(memory.type(), MemoryType());
  EXPECT_FALSE(memory == moved);
  EXPECT_TRUE(memory == memory);
  EXPECT_TRUE(says_empty(memory.in(world.store), "SharedMemory"));
  EXPECT_TRUE(says_empty(memory.grow(0), "SharedMemory"));
  EXPECT_TRUE(says_empty(memory.copy_out(0, {&byte, 1}), "SharedMemory"));
  EXPECT_TRUE(says_empty(memory.copy_in(0, {&byte, 1}), "SharedMemory"));
  EXPECT_TRUE(says_empty(memory.load<int>(0), "SharedMemory"));
  EXPECT_TRUE(says_empty(memory.wait(0, 1), "SharedMemory"));
  EXPECT_TRUE(says_empty(memory.notify(0, 1), "SharedMemory"));
  world.linker.define("host", "memory", memory);
  EXPECT_TRUE(says_empty(world.linker.prepare(world.module(add_text)), "SharedMemory"));
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
