#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

using wasm::ExternKind;
using wasm::Kind;
using wasm::SectionId;
using wasm::SegmentMode;

const Bytes no_params = func_type({}, {});

TEST(Decoder, HeaderMustBeThere) {
  expect_malformed({}, "unexpected end", 0);
  expect_malformed({0, 'a', 's'}, "unexpected end", 0);
  expect_malformed(text("#!/bin/sh"), "magic header not detected", 0);
  expect_malformed({0, 'a', 's', 'm', 1, 0}, "unexpected end", 4);
  expect_malformed({0, 'a', 's', 'm', 2, 0, 0, 0}, "unknown binary version 0x2", 4);
  expect_malformed({0, 'a', 's', 'm', 13, 0, 1, 0},
                   "unknown binary version 0x1000d: this is a component", 4);
}

TEST(Decoder, AnEmptyModuleIsAModule) {
  const auto decoded_module = decoded(module({}));
  ASSERT_TRUE(decoded_module);
  EXPECT_TRUE(decoded_module->sections.empty());
  EXPECT_EQ(decoded_module->features_used, Features());
}

TEST(Decoder, SectionsComeInOrderAndOnce) {
  expect_malformed(module({functions({}), types({})}), "unexpected content after last section", 11);
  expect_malformed(module({types({}), types({})}), "unexpected content after last section", 11);
  expect_malformed(module({globals({}), tags({})}), "unexpected content after last section");
  expect_malformed(module({code({}), data_count(0)}), "unexpected content after last section");
  EXPECT_TRUE(decoded(module({memories({}), tags({}), globals({}), data_count(0), code({})})));
}

TEST(Decoder, SectionSizesMustFit) {
  expect_malformed(module({{14, 0}}), "malformed section id 14", 8);
  expect_malformed(module({{1, 5, 0}}), "length out of bounds", 8);
  expect_malformed(module({{1}}), "unexpected end", 9);
  expect_malformed(module({section(1, {0, 0})}), "section size mismatch", 11);
  expect_malformed(module({section(1, {2, 0x60, 0, 0})}), "unexpected end of section or function");
  expect_malformed(module({section(0, {3, 'a'})}), "unexpected end of section or function");
}

TEST(Decoder, CountsThatCannotFitAreRefusedBeforeAllocating) {
  const Bytes huge = {0xff, 0xff, 0xff, 0xff, 0x0f};
  for (std::uint8_t id : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13})
    expect_malformed(module({section(id, huge)}), "unexpected end of section or function", 10);
}

TEST(Decoder, CustomSectionsAreKeptWithTheirPlace) {
  const auto m = decoded(
      module({custom("first", {1, 2}), types({}), custom("second", {}), custom("second", {3})}));
  ASSERT_TRUE(m);
  ASSERT_EQ(m->customs.size(), 3u);
  EXPECT_EQ(m->customs[0].name, "first");
  EXPECT_EQ(m->customs[0].after, 0u);
  EXPECT_EQ(m->at(m->customs[0].payload)[1], 2);
  EXPECT_EQ(m->customs[2].after, 1u);
  ASSERT_EQ(m->sections.size(), 4u);
  EXPECT_EQ(m->sections[1].id, SectionId::type);
  expect_malformed(module({section(0, {2, 0xc0, 0x80})}), "malformed UTF-8 encoding", 10);
}

TEST(Decoder, ImportsComeFirstInTheirIndexSpaces) {
  const auto m =
      decoded(module({types({no_params}),
                      imports({import("m", "f", {0, 0}), import("m", "t", {1, func_ref, 1, 2, 3}),
                               import("m", "mem", {2, 0, 1}), import("m", "g", {3, i64, 1}),
                               import("m", "tag", {4, 0, 0}), import("m", "f2", {0, 0})}),
                      functions({0}), code({empty_body()})}));
  ASSERT_TRUE(m);
  ASSERT_EQ(m->imports.size(), 6u);
  EXPECT_EQ(m->imports[1].name, "t");
  EXPECT_EQ(m->imports[1].kind, ExternKind::table);
  EXPECT_EQ(m->imports[5].index, 1u);
  EXPECT_EQ(m->imported_functions, 2u);
  EXPECT_EQ(m->functions.size(), 3u);
  EXPECT_EQ(m->functions[2].body.size, 2u);
  EXPECT_EQ(m->tables[0].type.limits.max, 3u);
  EXPECT_TRUE(m->globals[0].type.is_mutable);
  EXPECT_EQ(m->globals[0].type.type, Kind::i64);
  EXPECT_EQ(m->tags.size(), 1u);
  EXPECT_TRUE(m->features_used.has(Feature::mutable_globals));
  EXPECT_TRUE(m->features_used.has(Feature::exceptions));
}

TEST(Decoder, ImportsAreChecked) {
  expect_malformed(module({imports({import("", "", {5})})}), "malformed import kind 0x05", 13);
  expect_invalid(module({imports({import("", "", {0, 0})})}), "unknown type 0", 14);
  expect_invalid(module({types({array_type({i32, 0})}), imports({import("", "", {0, 0})})}),
                 "unknown type: 0 is not a function type");
  expect_malformed(module({imports({import("", "", {3, i32, 2})})}), "malformed mutability", 15);
  expect_invalid(module({types({func_type({}, {i32})}), tags({{0, 0}})}),
                 "non-empty tag result type");
  expect_malformed(module({types({no_params}), tags({{1, 0}})}), "malformed tag attribute");
}

TEST(Decoder, BodiesMatchFunctions) {
  const Bytes one = cat({types({no_params}), functions({0})});
  expect_malformed(module({one}), "function and code section have inconsistent lengths");
  expect_malformed(module({one, code({})}), "function and code section have inconsistent lengths");
  expect_malformed(module({code({empty_body()})}),
                   "function and code section have inconsistent lengths");
  expect_malformed(module({one, code({{9, 0, 0x0b}})}), "unexpected end of section or function");
  EXPECT_TRUE(decoded(module({functions({}), code({})})));
}

TEST(Decoder, LimitsOfTables) {
  expect_malformed(module({tables({{func_ref, 2, 0}})}), "malformed limits flags 0x02", 12);
  expect_invalid(module({tables({{func_ref, 1, 2, 1}})}),
                 "size minimum must not be greater than maximum");
  expect_invalid(module({tables({cat({{func_ref, 0}, leb(1ull << 32)})})}), "table size");
  expect_malformed(module({tables({{i32, 0, 0}})}), "malformed reference type 0x7f", 11);
  const auto m = decoded(module({tables({cat({{func_ref, 5, 0}, leb(1ull << 40)})})}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->tables[0].type.address_kind(), Kind::i64);
  EXPECT_EQ(m->tables[0].type.limits.max, 1ull << 40);
  EXPECT_TRUE(m->features_used.has(Feature::memory64));
}

TEST(Decoder, LimitsOfMemories) {
  expect_invalid(module({memories({cat({{0}, leb(65537)})})}),
                 "memory size must be at most 65536 pages (4GiB)", 11);
  expect_invalid(module({memories({cat({{4}, leb((1ull << 48) + 1)})})}),
                 "memory size must be at most 2^48 pages");
  expect_invalid(module({memories({{1, 3, 2}})}), "size minimum must not be greater than maximum");
  expect_malformed(module({memories({{16, 0}})}), "malformed limits flags 0x10", 11);
  expect_malformed(module({memories({{8, 0, 0}})}), "malformed limits flags 0x08");
  const auto m = decoded(module({memories({cat({{5}, leb(1), leb(1ull << 48)})})}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->memories[0].address_kind(), Kind::i64);
}

TEST(Decoder, SharedMemoriesAndPageSizes) {
  const Features all = Features::all();
  expect_error(module({memories({{2, 1}})}), ErrorKind::invalid, "shared memory must have maximum",
               11, all);
  expect_error(module({memories({{8, 1, 3}})}), ErrorKind::invalid, "invalid custom page size 8",
               13, all);
  expect_error(module({memories({{8, 1, 65}})}), ErrorKind::malformed, "invalid custom page size",
               13, all);
  expect_error(module({memories({cat({{8}, leb(1ull << 32), {0}})})}), ErrorKind::invalid,
               "memory size must be at most 4294967295", 11, all);
  const auto m = decoded(module({memories({{11, 1, 2, 0}})}), all);
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->memories[0].is_shared);
  EXPECT_EQ(m->memories[0].page_size_log2, 0);
}

TEST(Decoder, FeaturesThatAreOffAreNamed) {
  const auto expect_missing = [](Bytes bytes, const std::string& message, Features features) {
    expect_error(std::move(bytes), ErrorKind::invalid, message, std::nullopt, features);
  };
  expect_missing(
      module({memories({{0, 1}, {0, 1}})}),
      "multiple memories: this module needs feature multi-memory (enable with --features "
      "+multi-memory)",
      Features::wasm2());
  expect_missing(module({tables({{func_ref, 0, 1}, {func_ref, 0, 1}})}), "multiple tables",
                 Features::wasm1());
  expect_missing(module({types({func_type({}, {i32, i32})})}),
                 "a function with several results needs feature multi-value", Features::wasm1());
  expect_missing(module({types({func_type({v128}, {})})}), "v128 needs feature simd",
                 Features::wasm1());
  expect_missing(module({memories({{3, 1, 1}})}), "a shared memory needs feature threads",
                 Features::wasm3());
  expect_missing(module({types({rec({})})}), "a recursive group needs feature gc",
                 Features::wasm2());
  expect_missing(module({imports({import("", "", {3, i32, 1})})}),
                 "an imported mutable global needs feature mutable-globals", Features());
}

TEST(Decoder, ExportsNameWhatExists) {
  const Bytes one = cat({types({no_params}), functions({0})});
  const auto m = decoded(
      module({one, exports({export_("", 0, 0), export_("f", 0, 0)}), code({empty_body()})}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->exports[1].name, "f");
  EXPECT_TRUE(m->declared_functions[0]);
  expect_invalid(module({one, exports({export_("f", 0, 1)})}), "unknown function 1");
  expect_invalid(module({exports({export_("f", 1, 0)})}), "unknown table 0");
  expect_invalid(module({exports({export_("f", 2, 0)})}), "unknown memory 0");
  expect_invalid(module({exports({export_("f", 3, 0)})}), "unknown global 0");
  expect_invalid(module({exports({export_("f", 4, 0)})}), "unknown tag 0");
  expect_malformed(module({exports({export_("f", 5, 0)})}), "malformed export kind 0x05", 13);
}

TEST(Decoder, ExportNamesAreUniqueAndShownSafely) {
  const auto twice = [](std::string_view title) {
    return module({memories({{0, 1}}),
                   exports({export_(title, 2, 0), export_("other", 2, 0), export_(title, 2, 0)})});
  };
  expect_invalid(twice("same"), "duplicate export name \"same\"");
  expect_invalid(twice("\x1b[2J\""), "duplicate export name \"\\1b[2J\\22\"");
  // 79 letters, then a character of two bytes that must not be cut in half.
  const std::string letters(79, 'a');
  expect_invalid(twice(letters + "\xc3\xa9 and more"),
                 "duplicate export name \"" + letters + "...\"");
}

TEST(Decoder, StartFunctionTakesAndReturnsNothing) {
  const Bytes two = cat({types({no_params, func_type({i32}, {})}), functions({0, 1})});
  const auto m = decoded(module({two, start(0), code({empty_body(), empty_body()})}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->start, wasm::FuncIdx(0));
  expect_invalid(module({two, start(1)}), "start function");
  expect_invalid(module({two, start(2)}), "unknown function 2");
}

TEST(Decoder, EveryKindOfElementSegment) {
  const Bytes ref_func = {0xd2, 0, 0x0b};
  const auto m = decoded(
      module({types({no_params}), functions({0}), tables({{func_ref, 0, 9}, {func_ref, 4, 9}}),
              elements({cat({{0}, i32_expr(1), vec({{0}})}),
                        {1, 0, 1, 0},
                        cat({{2, 1, 0x42, 2, 0x0b, 0}, vec({{0}, {0}})}),
                        {3, 0, 0},
                        cat({{4}, i32_expr(0), vec({ref_func})}),
                        cat({{5, func_ref}, vec({ref_func})}),
                        cat({{6, 0}, i32_expr(0), {func_ref}, vec({})}),
                        {7, extern_ref, 0}}),
              code({empty_body()})}));
  ASSERT_TRUE(m);
  ASSERT_EQ(m->elements.size(), 8u);
  const auto& e = m->elements;
  EXPECT_EQ(e[0].mode, SegmentMode::active);
  EXPECT_EQ(e[0].offset.size, 3u);
  EXPECT_EQ(e[1].mode, SegmentMode::passive);
  EXPECT_EQ(e[2].table, wasm::TableIdx(1));
  EXPECT_EQ(e[2].functions.size(), 2u);
  EXPECT_EQ(e[3].mode, SegmentMode::declarative);
  EXPECT_EQ(e[4].type, wasm::funcref);
  EXPECT_EQ(e[5].expressions.size(), 1u);
  EXPECT_EQ(e[6].flags, 6);
  EXPECT_EQ(e[7].type, wasm::externref);
}

TEST(Decoder, ElementSegmentsAreChecked) {
  const Bytes table = tables({{func_ref, 0, 9}});
  expect_invalid(module({elements({cat({{0}, i32_expr(0), {0}})})}), "unknown table 0", 11);
  expect_invalid(module({table, elements({cat({{2, 1}, i32_expr(0), {0, 0}})})}),
                 "unknown table 1");
  expect_invalid(module({table, elements({{1, 0, 1, 0}})}), "unknown function 0");
  expect_malformed(module({elements({{8, 0}})}), "malformed elements segment kind 8", 11);
  expect_malformed(module({elements({{1, 1, 0}})}), "malformed element kind 0x01", 12);
  expect_invalid(module({table, elements({cat({{6, 0}, i32_expr(0), {extern_ref, 0}})})}),
                 "type mismatch: elements are externref, those of table 0 are funcref");
  expect_invalid(module({table, elements({cat({{0, 0x42, 0, 0x0b}, {0}})})}),
                 "type mismatch: block requires [i32] but stack has [i64]");
}

TEST(Decoder, DataSegments) {
  const auto m = decoded(
      module({memories({{0, 1}, {4, 1}}), data_count(3),
              data({cat({{0}, i32_expr(7), name("abc")}), {1, 1, 9}, {2, 1, 0x42, 0, 0x0b, 0}})}));
  ASSERT_TRUE(m);
  ASSERT_EQ(m->data.size(), 3u);
  EXPECT_EQ(m->at(m->data[0].bytes)[2], 'c');
  EXPECT_EQ(m->data[1].mode, SegmentMode::passive);
  EXPECT_EQ(m->data[2].memory, wasm::MemIdx(1));
  expect_invalid(module({data({cat({{0}, i32_expr(0), {0}})})}), "unknown memory 0", 11);
  expect_invalid(module({memories({{0, 1}}), data({cat({{2, 1}, i32_expr(0), {0}})})}),
                 "unknown memory 1");
  expect_malformed(module({data({{3, 0}})}), "malformed data segment kind 3", 11);
  expect_malformed(module({data({{1, 2, 0}})}), "unexpected end of section or function");
}

TEST(Decoder, DataCountMustAgree) {
  const char* message = "data count and data section have inconsistent lengths";
  expect_malformed(module({data_count(2), data({{1, 0}})}), message);
  expect_malformed(module({data_count(1)}), message);
  EXPECT_TRUE(decoded(module({data_count(0)})));
}

}  // namespace
}  // namespace wrun::test
