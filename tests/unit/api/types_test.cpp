#include "tests/unit/api/support.hpp"

#include <vector>

namespace wrun::test {
namespace {

constexpr std::string_view importer = R"((module
  (type $point (struct (field i32) (field (mut i32))))
  (type $list (sub (struct (field i32))))
  (rec
    (type $take (func (param (ref null $point)) (result i32)))
    (type $both (func (param (ref $point) (ref null $list)) (result (ref null $point)))))
  (import "host" "make" (func $make (param i32) (result (ref null $point))))
  (import "host" "take" (func $take (type $take)))
  (import "host" "both" (func $both (type $both)))
  (import "host" "current" (global $current (mut (ref null $point))))
  (import "host" "points" (table $points 2 (ref null $point)))
  (func (export "point") (param i32) (result (ref $point))
    (struct.new $point (local.get 0) (i32.const 7)))
  (func (export "first") (param (ref $point)) (result i32)
    (struct.get $point 0 (local.get 0)))
  (func (export "list") (result (ref $list)) (struct.new $list (i32.const 1)))
  (func (export "run") (param i32) (result i32)
    (global.set $current (call $make (local.get 0)))
    (table.set $points (i32.const 1) (global.get $current))
    (call $take (call $both
      (ref.as_non_null (table.get $points (i32.const 1))) (ref.null $list))))))";

ExternType import_type(const Module& module, std::string_view name) {
  for (const ImportType& each : module.imports()) {
    if (each.name == name) return each.type;
  }
  ADD_FAILURE() << "no import " << name;
  return {};
}

template <class T>
T import_as(const Module& module, std::string_view name) {
  return std::get<T>(import_type(module, name));
}

/// Defines what the module imports, all of its own types. The host reads and makes structures
/// through the module's exports.
void define_all(World& world, const Module& module) {
  const auto through = [](Caller& caller, std::string_view name, const Val& arg) {
    return take(take(caller.func(name)).call({arg})).at(0);
  };
  world.linker.func(
      "host", "make", import_as<FuncType>(module, "make"),
      [=](Caller& caller, std::span<const Val> args, std::span<Val> results) -> Result<void> {
        results[0] = through(caller, "point", args[0]);
        return {};
      });
  world.linker.func(
      "host", "take", import_as<FuncType>(module, "take"),
      [=](Caller& caller, std::span<const Val> args, std::span<Val> results) -> Result<void> {
        results[0] = through(caller, "first", args[0]);
        return {};
      });
  world.linker.func("host", "both", import_as<FuncType>(module, "both"),
                    [](Caller&, std::span<const Val> args, std::span<Val> results) -> Result<void> {
                      EXPECT_TRUE(args[1].is_null());
                      results[0] = args[0];
                      return {};
                    });
  const Val none = Val::null(HeapKind::none);
  const auto current = Global::make(world.store, import_as<GlobalType>(module, "current"), none);
  const auto points = Table::make(world.store, import_as<TableType>(module, "points"), none);
  world.linker.define("host", "current", take(current)).define("host", "points", take(points));
}

class ModuleTypes : public testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, ModuleTypes,
                         testing::Values(Tier::interpreter, Tier::compiler, Tier::automatic));

TEST_P(ModuleTypes, NameTheirImports) {
  World world({.tier = GetParam()});
  const Module module = world.module(importer);
  define_all(world, module);
  const Instance instance = take(world.linker.instantiate(world.store, module));
  const auto run = take(instance.typed<int(int)>("run"));
  EXPECT_EQ(take(run(41)), 41);
}

TEST_P(ModuleTypes, OutliveTheirModuleInWhatIsMadeOfThem) {
  World world({.tier = GetParam()});
  std::optional<Func> both;
  std::optional<Global> current;
  {
    const Module module = world.module(importer);
    both = take(Func::make(
        world.store, import_as<FuncType>(module, "both"),
        [](Caller&, std::span<const Val>, std::span<Val>) -> Result<void> { return {}; }));
    current = take(Global::make(world.store, import_as<GlobalType>(module, "current"),
                                Val::null(HeapKind::none)));
  }
  // The same types of another module are the same types, and others don't take their ids.
  for (int i = 0; i < 10; ++i) world.module(R"((module (type (array i8)) (type (array i16))))");
  const Module again = world.module(importer);
  EXPECT_EQ(take(both->type()), import_as<FuncType>(again, "both"));
  EXPECT_EQ(take(current->type()), import_as<GlobalType>(again, "current"));
  const Instance instance = [&] {
    define_all(world, again);
    return take(world.linker.instantiate(world.store, again));
  }();
  const Val point = take(take(instance.func("point")).call({5})).at(0);
  const Val list = take(take(instance.func("list")).call({})).at(0);
  take(current->set(point));
  EXPECT_EQ(kind_of(current->set(list)), ErrorKind::usage);
  EXPECT_EQ(kind_of(both->call({Val::null(HeapKind::none), list})), ErrorKind::usage);
  EXPECT_TRUE(take(both->call({point, list})).at(0).is_null());
}

TEST_P(ModuleTypes, AFunctionTypeOfAGroupIsOnlyItself) {
  World world({.tier = GetParam()});
  const Module module = world.module(importer);
  FuncType take_type = import_as<FuncType>(module, "take");
  EXPECT_TRUE(take_type.defined_id.has_value());
  EXPECT_FALSE(import_as<FuncType>(module, "make").defined_id.has_value());
  define_all(world, module);
  take(world.linker.prepare(module));
  take_type.defined_id.reset();
  world.linker.func(
      "host", "take", take_type,
      [](Caller&, std::span<const Val>, std::span<Val>) -> Result<void> { return {}; });
  EXPECT_EQ(kind_of(world.linker.prepare(module)), ErrorKind::unlinkable);
}

TEST(GoneTypes, AreErrors) {
  World world;
  std::vector<ExternType> types;
  {
    const Module module = world.module(importer);
    for (const ImportType& each : module.imports()) types.push_back(each.type);
  }
  const auto nothing = [](Caller&, std::span<const Val>, std::span<Val>) -> Result<void> {
    return {};
  };
  for (const ExternType& type : types) {
    if (const auto* func = std::get_if<FuncType>(&type)) {
      EXPECT_EQ(kind_of(Func::make(world.store, *func, nothing)), ErrorKind::usage);
    }
    if (const auto* table = std::get_if<TableType>(&type)) {
      EXPECT_EQ(kind_of(Table::make(world.store, *table, Val::null(HeapKind::none))),
                ErrorKind::usage);
    }
    if (const auto* global = std::get_if<GlobalType>(&type)) {
      EXPECT_EQ(kind_of(Global::make(world.store, *global, Val::null(HeapKind::none))),
                ErrorKind::usage);
    }
  }
  const std::vector<ValType> no_such{ValType::defined(0xff'ffff, true),
                                     ValType::defined(0xffff'ffff, false)};
  for (const ValType& type : no_such)
    EXPECT_EQ(kind_of(Tag::make(world.store, TagType{{type}})), ErrorKind::usage);
  world.linker.func("host", "f", FuncType{{no_such[0]}, {}, {}}, nothing);
  EXPECT_EQ(kind_of(world.linker.prepare(world.module("(module)"))), ErrorKind::usage);
}

TEST(GoneTypes, AnIdThatIsAnotherTypesByNow) {
  World world;
  FuncType type;
  {
    const Module module = world.module(R"((module
      (rec (type $f (func (param i32) (result i32))) (type $g (func)))
      (import "host" "f" (func (type $f)))))");
    type = import_as<FuncType>(module, "f");
  }
  ASSERT_TRUE(type.defined_id.has_value());
  const Module other = world.module("(module (rec (type (struct)) (type (func (param i64)))))");
  EXPECT_EQ(kind_of(Func::make(
                world.store, type,
                [](Caller&, std::span<const Val>, std::span<Val>) -> Result<void> { return {}; })),
            ErrorKind::usage);
}

}  // namespace
}  // namespace wrun::test
