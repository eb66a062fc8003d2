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
    {"(i32.add (local.get $a) (local.get $b))", "acc = i32.add s0, s1\nreturn acc\n"},
    {"(local.set $c (i32.add (local.get $a) (i32.const 5))) (i32.mul (local.get $c) (local.get "
     "$b))",
     "s2 = i32.add s0, 0x5\nacc = i32.mul acc, s1\nreturn acc\n"},
    {"(i32.load offset=8 (i32.add (local.get $a) (local.get $b)))",
     "acc = i32.load [s0 + s1 + 8]\nreturn acc\n"},
    {"(loop (local.set $a (i32.sub (local.get $a) (i32.const 1)))"
     " (br_if 0 (i32.gt_s (local.get $a) (local.get $b)))) (local.get $a)",
     "zero s2, 1\ns0 = i32.sub s0, 0x1\nbr_if i32.gt_s acc, s1\nreturn s0\n"},
    // The sum waits for the store, and the local for its new value.
    {"(i32.store offset=4 (i32.add (local.get $a) (i32.const 8)) (i32.mul (local.get $b) "
     "(local.get "
     "$b))) (local.get $a)",
     "acc = i32.mul s1, s1\ni32.store [s0 + 0x8 + 4], acc\nreturn s0\n"},
    {"(i32.add (local.get $a) (i32.const 8)) (local.set $a (local.get $b)) (i32.sub (local.get "
     "$b))",
     "copy_sum s6, s0 + 0x8\ncopy s0, s1\nacc = i32.sub s6, s1\nreturn acc\n"},
    // A local that was written before the first branch isn't cleared; one that was read is known.
    {"(local.set $c (local.get $b)) (if (i32.eqz (local.get $c)) (then (return (local.get $a))))"
     " (local.get $c)",
     "copy s2, s1\nbr_if s2\nreturn s0\nreturn s2\n"},
    {"(i32.add (local.get $c) (local.get $a))", "acc = i32.add s0, 0x0\nreturn acc\n"},
    {"(i32.store (local.get $a) (i32.const 3)) (i32.const 0)",
     "i32.store [s0 + 0], 0x3\nreturn 0x0\n"},
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
