// What a library that was built without the text format says of text.

#include <gtest/gtest.h>

#include "lib/api/build.hpp"

namespace wrun {

TEST(NoText, IsAnErrorThatSaysWhy) {
  const Result<Module> module = api::build_text(nullptr, "(module)");
  ASSERT_FALSE(module.has_value());
  EXPECT_EQ(module.error().kind(), ErrorKind::usage);
  EXPECT_EQ(module.error().message(), "this library was built without the text format");
}

}  // namespace wrun
