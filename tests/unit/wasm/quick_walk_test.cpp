// Most of a body is validated by a quicker walk than the one that knows all rules. Whatever the
// bytes are, both come to the same result: the same error at the same place, or none.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "lib/wasm/walker.hpp"
#include "tests/unit/wasm/body_builder.hpp"

namespace wrun::test {
namespace {

using enum wasm::Op;

struct Quick : wasm::NullClient<> {
  static constexpr bool hears_common = false;
};
struct InFull : wasm::NullClient<> {};

template <class Client>
std::string outcome(const wasm::ModuleData& module, const wasm::DecodeOptions& options) {
  Client client;
  wasm::Errors errors;
  Features used;
  wasm::FunctionWalker<Client, wasm::Trust::no> walker(client, options, used, errors);
  if (walker.function(module, tried_function)) return "valid";
  const Error error = errors.take();
  return std::to_string(error.offset().value_or(0)) + ": " + error.message();
}

/// An i64 and a f64 beside the two parameters; all that the quick walk knows, and some of the rest.
Bytes common_code() {
  return assemble({
      block,     empty,    local_get, 0,          i32_const,   0x80,       0x01,      i32_lt_s,
      br_if,     0,        local_get, 0,          local_get,   1,          i32_add,   local_tee,
      1,         i32_load, 2,         0x84,       0x01,        local_set,  0,         end,
      loop,      empty,    local_get, 1,          if_,         empty,      local_get, 0,
      local_get, 2,        i64_store, 3,          8,           else_,      local_get, 0,
      i64_load,  0,        0,         i64_const,  0xff,        0xff,       0xff,      0xff,
      0x07,      i64_add,  local_set, 2,          end,         local_get,  0,         i32_eqz,
      br_if,     0,        end,       global_get, 0,           global_set, 1,         local_get,
      1,         call,     1,         drop,       call,        0,          f64_const, 0,
      0,         0,        0,         0,          0,           0xf0,       0x3f,      f64_neg,
      local_set, 3,        local_get, 0,          local_get,   1,          local_get, 0,
      select,    drop,     block,     i32,        i32_const,   0x80,       0x80,      0x80,
      0x80,      0x00,     local_get, 0,          br_if,       0,          end,       drop,
      block,     empty,    local_get, 0,          return_,     i32_add,    drop,      i32_const,
      1,         br_if,    0,         end,        unreachable, i32_const,  7,         call,
      0x81,      0x80,     0x80,      0x80,       0x00,        nop,        nop,       nop,
      nop,       nop,      end,
  });
}

class QuickWalk : public testing::Test {
 protected:
  QuickWalk() : module_(build(2, {2, 1, 0x7e, 1, 0x7c}, common_code(), options_)) {}

  void expect_agreement(const std::string& what) {
    EXPECT_EQ(outcome<Quick>(*module_, options_), outcome<InFull>(*module_, options_)) << what;
  }
  wasm::ByteRange body() const { return module_->functions[tried_function.value].body; }

  const wasm::DecodeOptions options_ = all_features();
  std::shared_ptr<wasm::ModuleData> module_;
};

TEST_F(QuickWalk, AcceptsWhatIsValid) {
  ASSERT_TRUE(module_);
  EXPECT_EQ(outcome<Quick>(*module_, options_), "valid");
  expect_agreement("intact");
}

TEST_F(QuickWalk, AgreesWithTheOneInFullOnEveryValueOfEveryByte) {
  ASSERT_TRUE(module_);
  for (std::uint32_t at = 0; at < body().size; ++at) {
    std::uint8_t& byte = module_->bytes[body().offset + at];
    const std::uint8_t original = byte;
    for (int value = 0; value < 256; ++value) {
      byte = static_cast<std::uint8_t>(value);
      expect_agreement(std::to_string(at) + " is " + std::to_string(value));
    }
    byte = original;
  }
}

TEST_F(QuickWalk, AgreesOnInstructionsThatAreGone) {
  ASSERT_TRUE(module_);
  for (std::uint32_t at = 0; at + 2 <= body().size; ++at) {
    std::uint8_t* const bytes = module_->bytes.data() + body().offset + at;
    const std::pair original(bytes[0], bytes[1]);
    bytes[0] = bytes[1] = 0x01;  // nop
    expect_agreement("nothing at " + std::to_string(at));
    std::tie(bytes[0], bytes[1]) = original;
  }
}

TEST_F(QuickWalk, HasRoomForManyOperands) {
  Bytes code;
  for (int i = 0; i < 5000; ++i) code.insert(code.end(), {0x20, 0});
  for (int i = 0; i < 4999; ++i) code.push_back(0x6a);
  code.push_back(0x0b);
  module_ = build(2, {0}, code, options_);
  ASSERT_TRUE(module_);
  EXPECT_EQ(outcome<Quick>(*module_, options_), "valid");
}

}  // namespace
}  // namespace wrun::test
