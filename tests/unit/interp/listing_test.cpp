// What typical functions become. A change here is a change of the code that runs.

#include <gtest/gtest.h>

#include "machine.hpp"

namespace wrun::test {
namespace {

struct ListingCase {
  const char* body;     // of (func (param $a i32) (param $b i32) (result i32) (local $c i32) ...)
  const char* listing;  // without positions and offsets
};

const ListingCase listing_cases[] = {
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
    {"(select (local.get $a) (local.get $b) (i32.lt_s (local.get $a) (local.get $b)))",
     "acc = i32.lt_s s0, s1\nacc = select acc ? s0 : s1\nreturn acc\n"},
    {"(block (block (block (br_table 0 1 2 (local.get $a))) (return (i32.const 7)))"
     " (return (local.get $b))) (i32.const 9)",
     "zero s2, 1\nbr_table s0, 3 targets\nreturn 0x7\nreturn s1\nreturn 0x9\n"},
    // A call's arguments are made where the callee has its parameters.
    {"(if (result i32) (i32.lt_u (local.get $a) (i32.const 2)) (then (local.get $a)) (else"
     " (i32.add (call 0 (i32.sub (local.get $a) (i32.const 1)) (local.get $b))"
     " (call 0 (i32.sub (local.get $a) (i32.const 2)) (local.get $b)))))",
     "zero s2, 1\nbr_unless i32.lt_u s0, 0x2\ncopy s6, s0\nbr\n"
     "s6 = i32.sub s0, 0x1\ncopy s7, s1\ncall 0, s6\n"
     "s7 = i32.sub s0, 0x2\ncopy s8, s1\ncall 0, s7\ns6 = i32.add acc, s6\nreturn s6\n"},
    // Locals that a loop changes stay where they are.
    {"(loop (local.set $c (i32.add (local.get $c) (i32.load (local.get $a))))"
     " (local.set $a (i32.add (local.get $a) (i32.const 4)))"
     " (br_if 0 (i32.ne (local.get $a) (local.get $b)))) (local.get $c)",
     "zero s2, 1\nacc = i32.load [s0 + 0]\ns2 = i32.add acc, s2\ns0 = i32.add s0, 0x4\n"
     "br_if i32.ne acc, s1\nreturn s2\n"},
    {"(memory.fill (local.get $a) (i32.const 0) (local.get $b)) (memory.size)",
     "copy s6, s0\nconst32 s7, 0x0\ncopy s8, s1\nmemory.fill s6, 0, 0\nmemory.size s6, 0, 0\n"
     "return s6\n"},
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

class Listing : public testing::TestWithParam<ListingCase> {};

TEST_P(Listing, IsWhatItWas) {
  const ListingCase& c = GetParam();
  Machine machine(std::string("(module (memory 1) (func (param $a i32) (param $b i32)") +
                  " (result i32) (local $c i32) " + c.body + "))");
  EXPECT_EQ(without_places(interp::print_slots(machine.code(), 0)), c.listing);
}

INSTANTIATE_TEST_SUITE_P(Table, Listing, testing::ValuesIn(listing_cases));

}  // namespace
}  // namespace wrun::test
