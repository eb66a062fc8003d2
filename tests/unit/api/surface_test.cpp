// Small public functions that no other test needs.

#include <functional>
#include <memory>
#include <stdexcept>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

TEST(Surface, SetsOfFeatures) {
  const Features second = Features::wasm2();
  EXPECT_TRUE(second.has(Feature::simd));
  EXPECT_FALSE(second.has(Feature::gc));
  EXPECT_EQ(second.with(Feature::gc).without(Feature::gc), second);
  EXPECT_NE(second.without(Feature::simd), second);
  EXPECT_NE(second.bits(), Features::wasm1().bits());
  EXPECT_EQ(Features::parse("wasm2"), second);
  EXPECT_EQ(Features::parse("wasm2,-simd"), second.without(Feature::simd));
  EXPECT_FALSE(Features::parse("wasm2,+nonsense").has_value());
  EXPECT_EQ(feature_from_name("simd"), Feature::simd);
  EXPECT_EQ(name(Feature::simd), "simd");
  EXPECT_FALSE(feature_from_name("nonsense").has_value());
}

TEST(Surface, NamesOfErrors) {
  EXPECT_EQ(text(ErrorKind::malformed), "malformed");
  EXPECT_EQ(text(ErrorKind::host), "host");
  EXPECT_EQ(text(TrapCode::integer_divide_by_zero), "integer divide by zero");
  for (std::size_t i = 0; i < static_cast<std::size_t>(TrapCode::count_); ++i)
    EXPECT_NE(text(static_cast<TrapCode>(i)), text(TrapCode::count_)) << i;
}

TEST(Surface, LinkersAreCopiedAndMoved) {
  World world;
  world.linker.func("host", "f", [] {});
  Linker copy(world.engine);
  copy = world.linker;
  copy.func("host", "g", [] {});
  EXPECT_TRUE(copy.defines("host", "f"));
  EXPECT_FALSE(world.linker.defines("host", "g"));
  const Linker moved = std::move(copy);
  EXPECT_TRUE(moved.defines("host", "f"));
  EXPECT_TRUE(moved.defines("host", "g"));
}

TEST(Surface, ResultsInARow) {
  const auto half = [](int x) -> Result<int> {
    if (x % 2 != 0) return Error(ErrorKind::host, "odd");
    return x / 2;
  };
  EXPECT_EQ(take(Result<int>(12).and_then(half).and_then(half)), 3);
  EXPECT_EQ(Result<int>(6).and_then(half).and_then(half).error().message(), "odd");
  EXPECT_EQ(take(Result<int>(3).transform([](int x) { return x + 0.5; })), 3.5);
  EXPECT_EQ(kind_of(half(3).transform([](int) {})), ErrorKind::host);
  EXPECT_EQ(take(Result<void>().and_then([]() -> Result<int> { return 7; })), 7);
  EXPECT_EQ(half(3).value_or(9), 9);
}

TEST(Surface, ResultsInARowAreKept) {
  Result<std::string> word = std::string("word");
  EXPECT_EQ(word.transform([](std::string& kept) { return kept += "s"; }), std::string("words"));
  EXPECT_EQ(*word, "words");
  const Result<std::string>& same = word;
  const auto size = [](const std::string& kept) -> Result<std::size_t> { return kept.size(); };
  EXPECT_EQ(same.and_then(size), 5u);
  EXPECT_EQ(word.and_then(size), 5u);
  EXPECT_EQ(same.transform([](const std::string& kept) { return kept[0]; }), 'w');
}

TEST(Surface, ResultsOfNothingInARow) {
  Result<void> done;
  const Result<void> failed = Error(ErrorKind::host, "no");
  const auto seven = [] { return 7; };
  EXPECT_EQ(done.transform(seven), 7);
  EXPECT_EQ(failed.transform(seven), Result<int>(failed.error()));
  EXPECT_EQ(Result<void>().transform([] {}), done);
  EXPECT_EQ(done.and_then([] { return Result<int>(8); }), 8);
}

TEST(Surface, ResultsRecover) {
  const Result<int> failed = Error(ErrorKind::host, "no");
  const auto named = [](const Error& error) { return Error(error.kind(), error.message() + "!"); };
  EXPECT_EQ(failed.transform_error(named).error().message(), "no!");
  EXPECT_EQ(Result<int>(3).transform_error(named), 3);
  EXPECT_EQ(failed.or_else([](const Error&) -> Result<int> { return 4; }), 4);
  EXPECT_EQ(Result<int>(3).or_else([](const Error&) -> Result<int> { return 4; }), 3);
  EXPECT_EQ(Result<void>(failed.error()).transform_error(named).error().message(), "no!");
  EXPECT_TRUE(Result<void>(failed.error()).or_else([](Error&&) { return Result<void>(); }));
}

TEST(Surface, ResultsAreCompared) {
  const Result<int> failed = Error(ErrorKind::host, "no");
  EXPECT_EQ(failed, Result<int>(Error(ErrorKind::host, "no")));
  EXPECT_NE(failed, Result<int>(Error(ErrorKind::host, "yes")));
  EXPECT_NE(failed, Result<int>(Error(ErrorKind::host, 1, "no")));
  EXPECT_NE(failed, Result<int>(0));
  EXPECT_NE(failed, 0);
  EXPECT_EQ(Result<int>(1), Result<int>(1));
  EXPECT_NE(Result<void>(), Result<void>(failed.error()));
}

TEST(Surface, ResultsThatCanOnlyBeMoved) {
  using Owner = std::unique_ptr<int>;
  const auto deref = [](Owner&& owner) { return *owner; };
  EXPECT_EQ(*Result<Owner>(std::make_unique<int>(5)).value_or(nullptr), 5);
  EXPECT_EQ(Result<Owner>(Error(ErrorKind::host, "")).value_or(nullptr), nullptr);
  EXPECT_EQ(Result<Owner>(std::make_unique<int>(5)).transform(deref), 5);
  Result<Owner> kept = std::make_unique<int>(6);
  EXPECT_EQ(kept.transform([](Owner& owner) { return *owner; }), 6);
  EXPECT_EQ(**std::move(kept).or_else([](Error&&) { return Result<Owner>(nullptr); }), 6);
}

TEST(Surface, ResultsAreAssigned) {
  const Result<std::string> value = std::string(100, 'a');
  const Result<std::string> error = Error(ErrorKind::host, std::string(100, 'b'));
  Result<std::string> copy = value;
  copy = error;
  EXPECT_EQ(copy.error().message(), error.error().message());
  copy = value;
  EXPECT_EQ(*copy, *value);
  Result<std::string> moved = std::move(copy);
  copy = std::move(moved);
  EXPECT_EQ(*copy, *value);
  copy = Error(ErrorKind::host, "c");
  EXPECT_EQ(copy.error().message(), "c");
  static_assert(!std::is_copy_constructible_v<Result<Rooted<ExternRef>>>);
  static_assert(std::is_move_constructible_v<Result<Rooted<ExternRef>>>);
}

/// What can't be moved more than so often.
struct Unmovable {
  int moves;
  explicit Unmovable(int count) : moves(count) {}
  Unmovable(Unmovable&& other) : moves(other.moves - 1) {
    if (moves < 0) throw std::runtime_error("moved too often");
  }
};

TEST(Surface, AResultThatCannotBeAssignedIsAnError) {
  Result<Unmovable> from{Unmovable(1)};
  Result<Unmovable> to{Unmovable(1)};
  EXPECT_THROW(to = std::move(from), std::runtime_error);
  EXPECT_EQ(kind_of(to), ErrorKind::host);
}

TEST(Surface, CallbacksShareWhatTheyCall) {
  using Callback = detail::Callback<int(int)>;
  EXPECT_FALSE(Callback());
  EXPECT_FALSE(Callback(nullptr));
  EXPECT_FALSE(Callback(std::function<int(int)>()));
  EXPECT_FALSE(Callback(static_cast<int (*)(int)>(nullptr)));
  const Callback count = [sum = 0](int x) mutable { return sum += x; };
  const Callback copy = count;
  EXPECT_EQ(count(2), 2);
  EXPECT_EQ(copy(3), 5);
  const Callback owner = [kept = std::make_unique<int>(7)](int x) { return *kept + x; };
  EXPECT_EQ(owner(1), 8);
  EXPECT_EQ(Callback(+[](int x) { return -x; })(4), -4);
}

TEST(Surface, TypesOfReferences) {
  const ValType type = ValType::defined(17, true);
  EXPECT_TRUE(type.is_ref());
  EXPECT_TRUE(type.is_nullable());
  EXPECT_EQ(type.defined_id(), 17u);
  EXPECT_EQ(to_string(type), "(ref null 17)");
  EXPECT_FALSE(ValType::i64().is_ref());
  EXPECT_EQ(ValType::i64().kind(), ValKind::i64);
  EXPECT_EQ(Val(1.5).kind(), ValKind::f64);
}

TEST(Surface, HandlesAreReleased) {
  World world;
  const Global global = take(Global::make(world.store, {ValType::i32(), true}, 1));
  const Memory memory = take(Memory::make(world.store, {{1, {}, false}, false, 16}));
  const Table table = take(
      Table::make(world.store, {ValType::funcref(), {2, 5, false}}, Val::null(HeapKind::func)));
  const Tag tag = take(Tag::make(world.store, {{ValType::i32()}}));
  EXPECT_EQ(take(table.type()).size, (SizeRange{2, 5, false}));
  EXPECT_EQ(kind_of(take(type_of(Extern(tag)))), ExternKind::tag);
  take(global.release());
  take(memory.release());
  take(table.release());
  take(tag.release());
  EXPECT_EQ(kind_of(global.get()), ErrorKind::usage);
  EXPECT_EQ(kind_of(memory.size()), ErrorKind::usage);
  EXPECT_EQ(kind_of(table.size()), ErrorKind::usage);
  EXPECT_EQ(kind_of(tag.type()), ErrorKind::usage);
}

TEST(Surface, WhatThingsWereMadeOf) {
  World world;
  EXPECT_EQ(world.store.engine(), world.engine);
  const Module module = world.module(add_text);
  EXPECT_EQ(take(world.linker.prepare(module)).module().exports().size(), 1u);
  const NativeFunction symbol("libm.so.6", "cbrt");
  EXPECT_EQ(symbol.address(), nullptr);
  EXPECT_EQ(symbol.library(), "libm.so.6");
  EXPECT_EQ(symbol.symbol(), "cbrt");
}

TEST(Surface, CallersReachExportsAndSeeInterruptions) {
  World world;
  bool before = true, after = false;
  world.linker.func("host", "f", [&](Caller& caller) {
    EXPECT_TRUE(std::holds_alternative<Memory>(take(caller.get("memory"))));
    before = caller.store().interrupt_pending();
    caller.store().interrupt();
    after = caller.store().interrupt_pending();
    EXPECT_GE(caller.store().interrupt_fd(), 0);
  });
  const auto run = take(world
                            .instance(R"((module (import "host" "f" (func $f))
    (memory (export "memory") 1) (func (export "run") (call $f) (loop (br 0)))))")
                            .typed<void()>("run"));
  EXPECT_EQ(kind_of(run()), ErrorKind::interrupted);
  EXPECT_FALSE(before);
  EXPECT_TRUE(after);
}

TEST(Surface, RootsAreHandedOver) {
  World world;
  Rooted<AnyRef> first(take(AnyRef::i31(world.store, 7)));
  Rooted<AnyRef> second(take(AnyRef::i31(world.store, 8)));
  second = std::move(first);
  EXPECT_FALSE(static_cast<bool>(first));
  EXPECT_EQ(take(second->i31_value()), 7);
  const AnyRef detached = second.detach();
  EXPECT_EQ(take(detached.i31_value()), 7);
  EXPECT_FALSE(static_cast<bool>(second));
  take(detached.release());
}

}  // namespace
}  // namespace wrun::test
