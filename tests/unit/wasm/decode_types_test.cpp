#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

using wasm::AbstractHeap;
using wasm::HeapType;
using wasm::Kind;
using wasm::TypeIdx;
using wasm::ValType;

TEST(DecodeTypes, ValueTypesOfEachKind) {
  const auto m = decoded(module(
      {types({func_type({i32, i64, f32, f64, v128}, {}),
              func_type({func_ref, extern_ref, any_ref, 0x6d, 0x6c, 0x6b, 0x6a, 0x69, 0x71, 0x72,
                         0x73, 0x74},
                        {}),
              func_type({}, {}), cat({{0x60}, vec({{0x63, 2}, {0x64, 2}, {0x64, 0x6e}}), {0}})})}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->func_type(TypeIdx(0)).params,
            (std::vector<ValType>{Kind::i32, Kind::i64, Kind::f32, Kind::f64, Kind::v128}));
  std::vector<ValType> shorthands;
  using enum AbstractHeap;
  for (auto heap : {func, extern_, any, eq, wasm::AbstractHeap::i31, struct_, array, exn, none,
                    noextern, nofunc, noexn})
    shorthands.push_back(ValType::ref(heap, true));
  EXPECT_EQ(m->func_type(TypeIdx(1)).params, shorthands);
  const HeapType defined(TypeIdx(2));
  EXPECT_EQ(m->func_type(TypeIdx(3)).params,
            (std::vector<ValType>{ValType::ref(defined, true), ValType::ref(defined, false),
                                  ValType::ref(any, false)}));
}

TEST(DecodeTypes, MalformedTypes) {
  expect_malformed(module({types({{0x61, 0, 0}})}), "malformed definition type 0x61", 11);
  expect_malformed(module({types({func_type({0x40}, {})})}), "malformed value type 0x40", 13);
  expect_malformed(module({types({func_type({0x78}, {})})}), "malformed value type 0x78");
  expect_malformed(module({types({cat({{0x60}, vec({{0x63, 0x7f}}), {0}})})}),
                   "malformed heap type 0x7f", 14);
  expect_malformed(module({types({array_type({0x78, 2})})}), "malformed mutability 0x02", 13);
}

TEST(DecodeTypes, GroupsAndTheirMembers) {
  const auto m = decoded(module(
      {types({rec({sub({}, struct_type({{0x78, 1}, {0x77, 0}, {0x63, 1, 0}})),
                   sub_final({0}, struct_type({{0x78, 1}, {0x77, 0}, {0x64, 1, 0}, {i32, 0}}))}),
              rec({}), array_type({0x77, 1})})}));
  ASSERT_TRUE(m);
  const auto& section = m->types;
  ASSERT_EQ(section.types.size(), 3u);
  EXPECT_EQ(section.groups, (std::vector<std::uint32_t>{0, 2, 2}));
  EXPECT_EQ(section.explicit_groups, (std::vector<bool>{true, true, false}));
  EXPECT_FALSE(section.types[0].is_final);
  EXPECT_EQ(section.types[0].fields[0].storage, Kind::i8);
  EXPECT_TRUE(section.types[0].fields[0].is_mutable);
  EXPECT_EQ(section.types[1].super, TypeIdx(0));
  EXPECT_TRUE(section.types[2].is_final);
  EXPECT_TRUE(m->registry->is_subtype(section.ids[1], section.ids[0]));
}

TEST(DecodeTypes, UnknownTypes) {
  expect_invalid(module({types({cat({{0x60}, vec({{0x63, 1}}), {0}})})}), "unknown type 1", 14);
  expect_invalid(module({types({sub({0}, struct_type({}))})}), "unknown type");
  expect_invalid(module({types({rec({sub({1}, struct_type({})), sub({}, struct_type({}))})})}),
                 "unknown type: sub type 0 comes before its supertype 1");
  expect_invalid(module({functions({0})}), "unknown type 0", 11);
}

/// `low` declared as a subtype of `high`.
Bytes declared(const Bytes& high, const Bytes& low) {
  return module({types({sub({}, high), sub({0}, low)})});
}

TEST(DecodeTypes, DeclaredSubtypesMustMatch) {
  const char* mismatch = "sub type 1 does not match super type 0";
  const Bytes any_param = func_type({any_ref}, {}), eq_param = func_type({0x6d}, {});
  EXPECT_TRUE(decoded(declared(eq_param, any_param)));
  expect_invalid(declared(any_param, eq_param), mismatch);
  const Bytes any_result = func_type({}, {any_ref}), eq_result = func_type({}, {0x6d});
  EXPECT_TRUE(decoded(declared(any_result, eq_result)));
  expect_invalid(declared(eq_result, any_result), mismatch);
  expect_invalid(declared(func_type({i32}, {}), func_type({}, {})), mismatch);
  expect_invalid(declared(struct_type({}), func_type({}, {})), mismatch);
  EXPECT_TRUE(decoded(declared(struct_type({{i32, 0}}), struct_type({{i32, 0}, {f32, 1}}))));
  expect_invalid(declared(struct_type({{i32, 0}, {f32, 1}}), struct_type({{i32, 0}})), mismatch);
  expect_invalid(declared(array_type({0x78, 0}), array_type({0x77, 0})), mismatch);
  expect_invalid(declared(array_type({i32, 0}), array_type({i32, 1})), mismatch);
  EXPECT_TRUE(decoded(declared(array_type({any_ref, 0}), array_type({0x6d, 0}))));
  expect_invalid(declared(array_type({any_ref, 1}), array_type({0x6d, 1})), mismatch);
}

TEST(DecodeTypes, FinalTypesHaveNoSubtypes) {
  expect_invalid(module({types({struct_type({}), sub({0}, struct_type({}))})}),
                 "sub type 1 does not match super type 0, which is final");
  expect_invalid(module({types({sub({}, struct_type({})), sub({}, struct_type({})),
                                sub({0, 1}, struct_type({}))})}),
                 "sub type 2 has 2 supertypes");
}

TEST(DecodeTypes, ChainsOfSupertypesAreLimited) {
  const auto chain = [](std::uint8_t length) {
    Bytes items = leb(length);
    for (std::uint8_t i = 0; i < length; ++i)
      items = cat({items, i == 0 ? sub({}, struct_type({}))
                                 : sub({static_cast<std::uint8_t>(i - 1)}, struct_type({}))});
    return module({section(1, items)});
  };
  EXPECT_TRUE(decoded(chain(64)));
  expect_error(chain(65), ErrorKind::limit, "sub type 64 has more than 63 supertypes");
}

TEST(DecodeTypes, ModulesShareCanonicalTypesAndGiveThemBack) {
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  const auto decode_one = [&](std::initializer_list<Bytes> items) {
    return *try_decode(module({types(items)}), Features::wasm3(), registry);
  };
  auto first = decode_one({func_type({i32}, {}), func_type({i32}, {})});
  auto second = decode_one({struct_type({}), func_type({i32}, {})});
  EXPECT_EQ(first->types.ids[0], first->types.ids[1]);
  EXPECT_EQ(first->types.ids[0], second->types.ids[1]);
  const auto id = first->types.ids[0];
  first.reset();
  EXPECT_EQ(registry->entry(id).type.func.params.size(), 1u);
  second.reset();
  // Ids are reused: nothing is left of the two modules.
  EXPECT_LT(decode_one({func_type({f64}, {})})->types.ids[0].value, 2u);
}

TEST(DecodeTypes, AnErrorAmongTheTypesReleasesThoseBefore) {
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  const Bytes bad = module({types({func_type({i32}, {}), rec({func_type({}, {}), {0x40, 0}})})});
  EXPECT_FALSE(try_decode(bad, Features::wasm3(), registry).has_value());
  const auto good =
      *try_decode(module({types({func_type({f64}, {})})}), Features::wasm3(), registry);
  EXPECT_EQ(good->types.ids[0].value, 0u);
}

}  // namespace
}  // namespace wrun::test
