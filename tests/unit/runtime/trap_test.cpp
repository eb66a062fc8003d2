#include "lib/runtime/trap.hpp"

#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

using TrapTest = RuntimeTest;

TEST(Trap, KindsFollowTheCode) {
  EXPECT_EQ(make_trap(TrapCode::unreachable).kind(), ErrorKind::trap);
  EXPECT_EQ(make_trap(TrapCode::stack_exhausted).kind(), ErrorKind::exhaustion);
  EXPECT_EQ(make_trap(TrapCode::out_of_fuel).kind(), ErrorKind::limit);
  EXPECT_EQ(make_trap(TrapCode::deadline).kind(), ErrorKind::limit);
  EXPECT_EQ(make_trap(TrapCode::interrupted).kind(), ErrorKind::interrupted);
  EXPECT_EQ(make_trap(TrapCode::integer_overflow).trap(), TrapCode::integer_overflow);
  EXPECT_EQ(make_trap(TrapCode::integer_overflow).message(), text(TrapCode::integer_overflow));
}

TEST(Trap, TheFirstFailureWins) {
  ExecState state;
  EXPECT_FALSE(fail(state, TrapCode::unreachable));
  EXPECT_FALSE(fail(state, Error(ErrorKind::host, "later")));
  EXPECT_FALSE(fail(state, std::make_exception_ptr(1)));
  EXPECT_EQ(state.failure.error->trap(), TrapCode::unreachable);
  EXPECT_EQ(state.failure.exception, nullptr);
}

TEST_F(TrapTest, ARequestBecomesItsTrap) {
  Store store(config());
  ExecState state;
  state.store = &store;
  state.request(ExecState::Stop::deadline);
  EXPECT_FALSE(fail_stopped(state));
  EXPECT_EQ(state.failure.error->trap(), TrapCode::deadline);
  ExecState other;
  other.request(ExecState::Stop::interrupted);
  EXPECT_FALSE(fail_stopped(other));
  EXPECT_EQ(other.failure.error->kind(), ErrorKind::interrupted);
  ExecState both;
  both.request(ExecState::Stop::deadline);
  both.request(ExecState::Stop::interrupted);
  EXPECT_FALSE(fail_stopped(both));
  EXPECT_EQ(both.failure.error->kind(), ErrorKind::interrupted);
}

TEST(Trap, MemoryTrapsSayWhere) {
  const Error error = make_memory_trap(70'000, 65'536);
  EXPECT_EQ(error.details()->address, 70'000u);
  EXPECT_EQ(error.details()->memory_size, 65'536u);
}

TEST_F(TrapTest, FramesAreNamedByNameSectionThenByExport) {
  Store store(config());
  ModuleBuilder builder(registry);
  const auto type = builder.type({}, {});
  builder.func(type).func(type).func(type).export_func("start", 0).export_func("other", 1);
  builder.data().names.module = "app";
  builder.data().names.functions[0] = "main";
  Instance& instance = made(store, builder.build());
  const Frame named = make_frame(instance, 0, 17);
  EXPECT_EQ(named.module, "app");
  EXPECT_EQ(named.func_name, "main");
  EXPECT_EQ(named.func_index, 0u);
  EXPECT_EQ(named.offset, 17u);
  EXPECT_EQ(make_frame(instance, 1, 0).func_name, "other");
  EXPECT_EQ(make_frame(instance, 2, 0).func_name, "");
}

TEST(Trap, ABacktraceIsAddedOnceAndKeepsTheDetails) {
  Error error = with_backtrace(make_memory_trap(1, 0), {Frame{"", 3, "f", 9}});
  error = with_backtrace(error, {Frame{"", 4, "g", 10}});
  ASSERT_EQ(error.details()->backtrace.size(), 1u);
  EXPECT_EQ(error.details()->backtrace[0].func_index, 3u);
  EXPECT_EQ(error.details()->address, 1u);
  EXPECT_EQ(error.trap(), TrapCode::out_of_bounds_memory_access);
}

}  // namespace
}  // namespace wrun::runtime
