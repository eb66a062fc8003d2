#include <gtest/gtest.h>

#include <wrun/features.hpp>

namespace wrun {
namespace {

TEST(Features, NamesAndFeaturesCorrespond) {
  for (int i = 0; i < static_cast<int>(Feature::count_); ++i) {
    const auto feature = static_cast<Feature>(i);
    EXPECT_EQ(feature_from_name(name(feature)), feature);
  }
  EXPECT_EQ(name(Feature::tail_calls), "tail-calls");
  EXPECT_EQ(name(Feature::legacy_exceptions), "legacy-exceptions");
  EXPECT_EQ(feature_from_name("tail_calls"), std::nullopt);
}

TEST(Features, VersionsGrow) {
  EXPECT_TRUE(Features::wasm1().has(Feature::mutable_globals));
  EXPECT_FALSE(Features::wasm1().has(Feature::sign_extension));
  EXPECT_TRUE(Features::wasm2().has(Feature::simd));
  EXPECT_FALSE(Features::wasm2().has(Feature::tail_calls));
  EXPECT_TRUE(Features::wasm3().has(Feature::relaxed_simd));
  EXPECT_FALSE(Features::wasm3().has(Feature::threads));
  for (auto smaller : {Features::wasm1(), Features::wasm2(), Features::wasm3()})
    EXPECT_EQ(smaller.bits() & Features::all().bits(), smaller.bits());
  for (int i = 0; i < static_cast<int>(Feature::count_); ++i)
    EXPECT_TRUE(Features::all().has(static_cast<Feature>(i)));
}

TEST(Features, ParsesListsFromLeftToRight) {
  EXPECT_EQ(Features::parse("wasm1"), Features::wasm1());
  EXPECT_EQ(Features::parse("all,-gc"), Features::all().without(Feature::gc));
  EXPECT_EQ(Features::parse("wasm2,+threads,-simd"),
            Features::wasm2().with(Feature::threads).without(Feature::simd));
  EXPECT_EQ(Features::parse("+threads"), Features::wasm3().with(Feature::threads));
  EXPECT_EQ(Features::parse("threads"), Features::wasm3().with(Feature::threads));
  EXPECT_EQ(Features::parse("-simd,+simd"), Features::wasm3());
}

TEST(Features, UnknownWordsAreRefused) {
  for (const char* text : {"", "wasm4", "wasm3,", ",wasm3", "+", "-mvp", "wasm3 ,+threads"})
    EXPECT_EQ(Features::parse(text), std::nullopt) << text;
}

}  // namespace
}  // namespace wrun
