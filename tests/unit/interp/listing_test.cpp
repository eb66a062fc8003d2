// What typical functions become. A change here is a change of the code that runs.

#include <gtest/gtest.h>

#include "machine.hpp"

namespace wrun::test {
namespace {

struct Case {
  const char* body;     // of (func (param $a i32) (param $b i32) (result i32) (local $c i32) ...)
  const char* listing;  // without positions and offsets
};

const Case cases[] = {
    {"(i32.add (local.get $a) (local.get $b))", "zero s2, 1\nacc = i32.add s0, s1\nreturn acc\n"},
    {"(local.set $c (i32.add (local.get $a) (i32.const 5))) (i32.mul (local.get $c) (local.get "
     "$b))",
     "zero s2, 1\ns2 = i32.add s0, 0x5\nacc = i32.mul acc, s1\nreturn acc\n"},
    {"(i32.load offset=8 (i32.add (local.get $a) (local.get $b)))",
     "zero s2, 1\nacc = i32.load [s0 + s1 + 8]\nreturn acc\n"},
    {"(loop (local.set $a (i32.sub (local.get $a) (i32.const 1)))"
     " (br_if 0 (i32.gt_s (local.get $a) (local.get $b)))) (local.get $a)",
     "zero s2, 1\ns0 = i32.sub s0, 0x1\nbr_if i32.gt_s acc, s1\nreturn s0\n"},
    {"(i32.store (local.get $a) (i32.const 3)) (i32.const 0)",
     "zero s2, 1\ni32.store [s0 + 0], 0x3\nreturn 0x0\n"},
};

std::string without_places(const std::string& listing) {
  std::string result;
  std::size_t at = listing.find('\n') + 1;  // the first line describes the frame
  while (at < listing.size()) {
    const std::size_t end = listing.find('\n', at);
    const std::size_t text = listing.find_first_not_of(" 0123456789", at);
    std::size_t comment = listing.find("  ;", text);
    while (comment > text && listing[comment - 1] == ' ') --comment;
    result += listing.substr(text, comment - text) + "\n";
    at = end + 1;
  }
  return result;
}

class Listing : public testing::TestWithParam<Case> {};

TEST_P(Listing, IsWhatItWas) {
  const Case& c = GetParam();
  Machine machine(std::string("(module (memory 1) (func (param $a i32) (param $b i32)") +
                  " (result i32) (local $c i32) " + c.body + "))");
  EXPECT_EQ(without_places(interp::print_slots(machine.code(), 0)), c.listing);
}

INSTANTIATE_TEST_SUITE_P(Table, Listing, testing::ValuesIn(cases));

}  // namespace
}  // namespace wrun::test
