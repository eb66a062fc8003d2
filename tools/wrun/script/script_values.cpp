#include "tools/wrun/script/script_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>

#include <wrun/anyref.hpp>
#include <wrun/externref.hpp>
#include <wrun/func.hpp>

#include "tools/wrun/literals.hpp"

namespace wrun::inline v0::tool {
namespace {

using wat::NanPattern;

/// In the order of wasm::AbstractHeap.
constexpr std::array<HeapKind, 12> heap_kinds{
    HeapKind::func, HeapKind::extern_, HeapKind::any,      HeapKind::eq,
    HeapKind::i31,  HeapKind::struct_, HeapKind::array,    HeapKind::exn,
    HeapKind::none, HeapKind::nofunc,  HeapKind::noextern, HeapKind::noexn};

HeapKind heap_kind(wasm::HeapType type) {
  const auto index = static_cast<std::size_t>(type.abstract());
  return type.is_concrete() || index >= heap_kinds.size() ? HeapKind::defined : heap_kinds[index];
}

/// The root of the hierarchy; `defined` for what may be in any.
HeapKind top_of(HeapKind heap) {
  switch (heap) {
    case HeapKind::func:
    case HeapKind::nofunc:
      return HeapKind::func;
    case HeapKind::extern_:
    case HeapKind::noextern:
      return HeapKind::extern_;
    case HeapKind::exn:
    case HeapKind::noexn:
      return HeapKind::exn;
    case HeapKind::defined:
      return HeapKind::defined;
    default:
      return HeapKind::any;
  }
}

bool same_hierarchy(HeapKind a, HeapKind b) {
  const HeapKind left = top_of(a);
  const HeapKind right = top_of(b);
  return left == right || left == HeapKind::defined || right == HeapKind::defined;
}

V128 to_v128(const std::array<std::uint64_t, 2>& bits) {
  V128 vector;
  for (unsigned i = 0; i < 16; ++i) {
    vector.bytes[i] = static_cast<std::uint8_t>(bits[i / 8] >> (8 * (i % 8)));
  }
  return vector;
}

/// One float of `width` bits.
bool matches_float(std::uint64_t got, std::uint64_t wanted, NanPattern nan, unsigned width) {
  if (nan == NanPattern::none) return got == wanted;
  const std::uint64_t quiet = width == 32 ? 0x7fc00000 : 0x7ff8000000000000;
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  if (nan == NanPattern::canonical) return (got & ~sign) == quiet;
  return (got & quiet) == quiet;
}

std::uint64_t lane(const std::array<std::uint64_t, 2>& bits, unsigned index, unsigned width) {
  if (width == 64) return bits[index];
  const unsigned from = index * width;
  return bits[from / 64] >> (from % 64) & ((std::uint64_t{1} << width) - 1);
}

bool matches_vector(const Val& value, const wat::Value& pattern) {
  const auto got = value.bits();
  if (!pattern.has_float_lanes) return got == pattern.bits;
  const unsigned width = pattern.lane_bits;
  for (unsigned i = 0; i < 128 / width; ++i) {
    const std::uint64_t wanted = lane(pattern.bits, i, width);
    if (!matches_float(lane(got, i, width), wanted, pattern.nan[i], width)) return false;
  }
  return true;
}

/// The host's reference number `pattern.operand`, in the hierarchy of `top`.
bool matches_host(const Val& value, const wat::Value& pattern, HeapKind top) {
  if (value.is_null() || top_of(value.type().heap()) != top) return false;
  if (!pattern.operand) return true;
  auto reference = value.get<ExternRef>();
  if (const auto any = value.get<AnyRef>()) reference = any->to_extern();
  if (!reference) return false;
  const auto object = reference->object();
  return object && *object && *std::static_pointer_cast<std::uint32_t>(*object) == *pattern.operand;
}

bool is_one_of(const Val& value, std::initializer_list<HeapKind> heaps) {
  if (value.is_null()) return false;
  return std::find(heaps.begin(), heaps.end(), value.type().heap()) != heaps.end();
}

bool matches_reference(const Val& value, const wat::Value& pattern) {
  using enum HeapKind;
  switch (pattern.kind) {
    case wat::ValueKind::ref_null:
      return value.is_null() &&
             (!pattern.heap || same_hierarchy(value.type().heap(), heap_kind(*pattern.heap)));
    case wat::ValueKind::ref_func:
      return is_one_of(value, {func, defined});
    case wat::ValueKind::ref_extern:
      return matches_host(value, pattern, extern_);
    case wat::ValueKind::ref_host:
      return matches_host(value, pattern, any);
    case wat::ValueKind::ref_any:
      return is_one_of(value, {any, eq, i31, struct_, array, defined});
    case wat::ValueKind::ref_eq:
      return is_one_of(value, {eq, i31, struct_, array, defined});
    case wat::ValueKind::ref_i31:
      return is_one_of(value, {i31});
    case wat::ValueKind::ref_struct:
      return is_one_of(value, {struct_, defined});
    case wat::ValueKind::ref_array:
      return is_one_of(value, {array, defined});
    case wat::ValueKind::ref_exn:
      return is_one_of(value, {exn});
    default:
      return false;
  }
}

std::string_view kind_text(wat::ValueKind kind) {
  static constexpr std::array<std::string_view, 16> names{
      "i32.const",  "i64.const",  "f32.const", "f64.const", "v128.const", "ref.null",
      "ref.func",   "ref.extern", "ref.host",  "ref.any",   "ref.eq",     "ref.i31",
      "ref.struct", "ref.array",  "ref.exn",   "either"};
  return names[static_cast<std::size_t>(kind)];
}

/// A vector's lanes as the pattern was written; `nan` has its patterns, none for what came out.
std::string describe_lanes(const std::array<std::uint64_t, 2>& bits, const wat::Value& pattern,
                           std::span<const NanPattern> nan) {
  const unsigned width = pattern.lane_bits;
  std::string text =
      fmt::format("{}{}x{}", pattern.has_float_lanes ? 'f' : 'i', width, 128 / width);
  for (unsigned i = 0; i < 128 / width; ++i) {
    const std::uint64_t value = lane(bits, i, width);
    const NanPattern known = i < nan.size() ? nan[i] : NanPattern::none;
    if (known != NanPattern::none) {
      text += known == NanPattern::canonical ? " nan:canonical" : " nan:arithmetic";
    } else if (!pattern.has_float_lanes) {
      text += fmt::format(" 0x{:0{}x}", value, width / 4);
    } else {
      text +=
          " " + (width == 32 ? format_f32(static_cast<std::uint32_t>(value)) : format_f64(value));
    }
  }
  return text;
}

std::string describe_number(const wat::Value& pattern) {
  if (pattern.kind == wat::ValueKind::v128)
    return describe_lanes(pattern.bits, pattern, pattern.nan);
  if (pattern.nan[0] == NanPattern::canonical) return "nan:canonical";
  if (pattern.nan[0] == NanPattern::arithmetic) return "nan:arithmetic";
  switch (pattern.kind) {
    case wat::ValueKind::i32:
      return fmt::format("{}", static_cast<std::int32_t>(pattern.bits[0]));
    case wat::ValueKind::i64:
      return fmt::format("{}", static_cast<std::int64_t>(pattern.bits[0]));
    case wat::ValueKind::f32:
      return format_f32(static_cast<std::uint32_t>(pattern.bits[0]));
    default:
      return format_f64(pattern.bits[0]);
  }
}

template <class List, class Describe>
std::string join(const List& list, Describe describe_one) {
  if (list.empty()) return "nothing";
  std::string text;
  for (const auto& entry : list) text += (text.empty() ? "" : " ") + describe_one(entry);
  return text;
}

}  // namespace

Result<Val> to_val(Store& store, const wat::Value& argument) {
  switch (argument.kind) {
    case wat::ValueKind::i32:
      return Val(static_cast<std::uint32_t>(argument.bits[0]));
    case wat::ValueKind::i64:
      return Val(argument.bits[0]);
    case wat::ValueKind::f32:
      return Val::f32_bits(static_cast<std::uint32_t>(argument.bits[0]));
    case wat::ValueKind::f64:
      return Val::f64_bits(argument.bits[0]);
    case wat::ValueKind::v128:
      return Val(to_v128(argument.bits));
    case wat::ValueKind::ref_null:
      return Val::null(argument.heap ? heap_kind(*argument.heap) : HeapKind::func);
    case wat::ValueKind::ref_extern:
      return ExternRef::make(store, std::make_shared<std::uint32_t>(argument.operand.value_or(0)))
          .transform([](ExternRef reference) { return Val(reference); });
    case wat::ValueKind::ref_host:
      return ExternRef::make(store, std::make_shared<std::uint32_t>(argument.operand.value_or(0)))
          .transform([](ExternRef reference) { return Val(AnyRef(reference)); });
    default:
      return Error(ErrorKind::usage,
                   fmt::format("{} can't be an argument", kind_text(argument.kind)));
  }
}

bool matches(const Val& value, const wat::Value& pattern) {
  switch (pattern.kind) {
    case wat::ValueKind::i32:
      return value.kind() == ValKind::i32 && value.bits()[0] == pattern.bits[0];
    case wat::ValueKind::i64:
      return value.kind() == ValKind::i64 && value.bits()[0] == pattern.bits[0];
    case wat::ValueKind::f32:
      return value.kind() == ValKind::f32 &&
             matches_float(value.bits()[0], pattern.bits[0], pattern.nan[0], 32);
    case wat::ValueKind::f64:
      return value.kind() == ValKind::f64 &&
             matches_float(value.bits()[0], pattern.bits[0], pattern.nan[0], 64);
    case wat::ValueKind::v128:
      return value.kind() == ValKind::v128 && matches_vector(value, pattern);
    case wat::ValueKind::either:
      return std::any_of(pattern.alternatives.begin(), pattern.alternatives.end(),
                         [&](const wat::Value& one) { return matches(value, one); });
    default:
      return value.is_ref() && matches_reference(value, pattern);
  }
}

bool matches(const std::vector<Val>& values, const std::vector<wat::Value>& patterns) {
  return std::equal(values.begin(), values.end(), patterns.begin(), patterns.end(),
                    [](const Val& value, const wat::Value& one) { return matches(value, one); });
}

std::string describe(const wat::Value& pattern) {
  if (pattern.kind == wat::ValueKind::either) {
    return fmt::format("(either {})", describe(pattern.alternatives));
  }
  std::string operand;
  if (pattern.kind <= wat::ValueKind::v128) {
    operand = " " + describe_number(pattern);
  } else if (pattern.operand) {
    operand = fmt::format(" {}", *pattern.operand);
  }
  return fmt::format("({}{})", kind_text(pattern.kind), operand);
}

std::string describe(const std::vector<wat::Value>& patterns) {
  // A pattern may hold others, as many as the parser let through: one level.
  return join(patterns, [](const wat::Value& pattern) { return describe(pattern); });
}

std::string describe(const std::vector<Val>& values, const std::vector<wat::Value>& patterns) {
  std::size_t i = 0;
  return join(values, [&](const Val& value) {
    const wat::Value* pattern = i < patterns.size() ? &patterns[i] : nullptr;
    ++i;
    if (pattern && pattern->kind == wat::ValueKind::v128 && value.kind() == ValKind::v128)
      return fmt::format("(v128.const {})", describe_lanes(value.bits(), *pattern, {}));
    return to_string(value);
  });
}

}  // namespace wrun::inline v0::tool
