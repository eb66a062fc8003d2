// No text is too deep: it parses, or gives an error, on a stack of any size.

#include <thread>

#include <pthread.h>

#include "lib/text/script.hpp"
#include "tests/support/sanitized.hpp"
#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

// Sanitized code is slow, and its frames are large.
constexpr std::size_t depth = test::sanitized ? 50'000 : 300'000;

/// Runs on a thread with a stack of 256 KiB.
template <class F>
void on_small_stack(F function) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  pthread_t thread;
  const auto run = [](void* f) -> void* { return (*static_cast<F*>(f))(), nullptr; };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &function), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(Depth, DeepInstructionsParse) {
  on_small_stack([] {
    for (const auto& [open, close] : {std::pair("(block ", ")"),
                                      {"block ", "end "},
                                      {"(i32.eqz ", ")"},
                                      {"(if (nop) (then ", "))"},
                                      {"(loop $l (br $l) ", ")"}}) {
      const std::string text = "(func " + repeat(open, depth) + repeat(close, depth) + ")";
      EXPECT_TRUE(parse_module(text).has_value()) << open;
    }
  });
}

TEST(Depth, UnclosedTextIsAnError) {
  on_small_stack([] {
    for (const char* part : {"(", "(;", "(@a ", "(module ", "(func ", "(rec ", "(type "})
      EXPECT_FALSE(parse_module(repeat(part, depth)).has_value()) << part;
    for (const char* part : {"(block ", "(ref null ", "(if (", "(item ", "(offset "}) {
      EXPECT_FALSE(parse_module("(func " + repeat(part, depth)).has_value()) << part;
      EXPECT_FALSE(parse_module("(elem " + repeat(part, depth)).has_value()) << part;
    }
  });
}

TEST(Depth, DeepScriptsEnd) {
  on_small_stack([] {
    EXPECT_TRUE(parse_script(repeat("(thread $T ", depth)).error.has_value());
    const std::string nested = repeat("(thread $T ", depth) + repeat(")", depth);
    EXPECT_EQ(parse_script(nested).commands.size(), 1u);
    const std::string either =
        "(assert_return (invoke \"f\") " + repeat("(either ", depth) + repeat(")", depth) + ")";
    EXPECT_EQ(parse_script(either).commands.at(0).kind, CommandKind::unsupported);
  });
}

TEST(Depth, DeepModulesPrint) {
  on_small_stack([] {
    const Bytes bytes = parse("(func " + repeat("block ", depth) + repeat("end ", depth) + ")");
    const std::string text = print(bytes);
    EXPECT_EQ(parse(text), bytes);
  });
}

}  // namespace
}  // namespace wrun::wat
