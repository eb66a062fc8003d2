#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <wrun/result.hpp>

namespace wrun {
namespace {

TEST(Error, TrapTextsAreThoseOfTheTestSuite) {
  EXPECT_EQ(text(TrapCode::unreachable), "unreachable");
  EXPECT_EQ(text(TrapCode::integer_divide_by_zero), "integer divide by zero");
  EXPECT_EQ(text(TrapCode::out_of_bounds_memory_access), "out of bounds memory access");
  EXPECT_EQ(text(TrapCode::indirect_call_type_mismatch), "indirect call type mismatch");
  EXPECT_EQ(text(TrapCode::uninitialized_element), "uninitialized element");
  EXPECT_EQ(text(TrapCode::null_struct_reference), "null structure reference");
  EXPECT_EQ(text(TrapCode::null_i31_reference), "null i31 reference");
  EXPECT_EQ(text(TrapCode::unaligned_atomic), "unaligned atomic");
  EXPECT_EQ(text(TrapCode::stack_exhausted), "call stack exhausted");
  EXPECT_EQ(text(TrapCode::host_error), "host function failed");
}

TEST(Error, EveryTrapHasItsOwnText) {
  std::set<std::string_view> texts;
  for (int i = 0; i < static_cast<int>(TrapCode::count_); ++i)
    texts.insert(text(static_cast<TrapCode>(i)));
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(TrapCode::count_));
}

TEST(Error, KindsHaveTexts) {
  EXPECT_EQ(text(ErrorKind::malformed), "malformed");
  EXPECT_EQ(text(ErrorKind::interrupted), "interrupted");
  EXPECT_EQ(text(ErrorKind::usage), "usage");
  EXPECT_EQ(text(ErrorKind::host), "host");
}

TEST(Result, ValueOfAnErrorThrowsItsMessage) {
  const Result<int> result = Error(ErrorKind::io, "no such file");
  try {
    result.value();
    FAIL() << "value() returned";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "no such file");
  }
}

TEST(Result, OneWithoutAValueCopiesAndMovesItsError) {
  Result<void> failed =
      Error(ErrorKind::io, 7, "a message too long for a string to hold by itself");
  const Result<void> copy = failed;
  EXPECT_EQ(copy.error().message(), failed.error().message());
  EXPECT_EQ(copy.error().offset(), 7u);
  Result<void> other;
  EXPECT_TRUE(other.has_value());
  other = copy;
  EXPECT_EQ(other.error().kind(), ErrorKind::io);
  failed = Error(ErrorKind::host, "another");
  other = std::move(failed);
  EXPECT_EQ(other.error().message(), "another");
  EXPECT_FALSE(other.error().offset());
  other = Result<void>();
  EXPECT_TRUE(other);
  EXPECT_FALSE(copy);
}

TEST(Result, ChainsStopAtTheFirstError) {
  const auto half = [](int value) -> Result<int> {
    if (value % 2 != 0) return Error(ErrorKind::host, "odd");
    return value / 2;
  };
  EXPECT_EQ(Result<int>(8).and_then(half).and_then(half).value(), 2);
  EXPECT_EQ(Result<int>(6).and_then(half).and_then(half).error().message(), "odd");
  EXPECT_EQ(Result<int>(6).transform([](int value) { return value + 1; }).value(), 7);
}

}  // namespace
}  // namespace wrun
