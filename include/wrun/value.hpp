#pragma once

// Val: a WebAssembly value together with its type, for calls whose types are known at run time
// only. Typed calls (Func::typed) don't make any.

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include <wrun/detail/handle.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {

class Func;
class ExternRef;
class Exception;
class AnyRef;

/// A vector's 128 bits; bytes[0] is lane 0 of i8x16.
struct V128 {
  alignas(8) std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const V128&, const V128&) = default;
};

namespace detail {
/// C++ integers that stand for i32 and i64; signedness is the reader's business.
template <class T>
concept Integer = std::integral<T> &&(sizeof(T) == 4 || sizeof(T) == 8) &&
                  !std::same_as<T, wchar_t> && !std::same_as<T, char32_t>;
template <class T>
concept Float = std::same_as<T, float> || std::same_as<T, double>;
}  // namespace detail

/// A number, a vector, or a reference. References are handles into one store.
class Val {
 public:
  /// i32 0
  Val() = default;
  /// An i32 or i64, by the argument's size.
  template <detail::Integer T>
  Val(T value) : Val(sizeof(T) == 4 ? ValKind::i32 : ValKind::i64) {
    bits_[0] = static_cast<std::make_unsigned_t<T>>(value);
  }
  Val(float value) : Val(ValKind::f32) { bits_[0] = std::bit_cast<std::uint32_t>(value); }
  Val(double value) : Val(ValKind::f64) { bits_[0] = std::bit_cast<std::uint64_t>(value); }
  Val(const V128& value) : Val(ValKind::v128) {
    bits_ = std::bit_cast<std::array<std::uint64_t, 2>>(value.bytes);
  }
  inline Val(const Func& function);
  inline Val(const ExternRef& object);
  inline Val(const Exception& exception);
  inline Val(const AnyRef& object);

  /// A float by its bits, which keeps a NaN's payload whatever the host does to floats.
  static Val f32_bits(std::uint32_t bits) { return Val(ValKind::f32, bits); }
  /// A float by its bits, as f32_bits().
  static Val f64_bits(std::uint64_t bits) { return Val(ValKind::f64, bits); }
  /// The null reference of (ref null heap).
  static Val null(HeapKind heap) {
    Val value(ValKind::ref);
    value.heap_ = heap;
    value.is_null_ = true;
    return value;
  }

  /// Which kind of value it is.
  ValKind kind() const { return kind_; }
  /// Whether it is a reference, null or not.
  bool is_ref() const { return kind_ == ValKind::ref; }
  /// Whether it is a null reference.
  bool is_null() const { return is_ref() && is_null_; }
  /// The value's own type; a reference's is (ref null heap) if it is null and (ref heap) if not.
  ValType type() const { return is_ref() ? ValType::ref(heap_, is_null_) : ValType(kind_); }

  /// The value as a C++ one: an integer of 4 or 8 bytes, float, double, V128, Func, ExternRef
  /// Exception or AnyRef (for references of the any hierarchy). Nothing if it is of another kind,
  /// or null.
  template <class T>
  std::optional<T> get() const;

  /// The bits of a number (in the first word) or of a vector; zero for references.
  std::array<std::uint64_t, 2> bits() const {
    return is_ref() ? std::array<std::uint64_t, 2>{} : bits_;
  }

 private:
  friend struct ValAccess;
  explicit Val(ValKind kind, std::uint64_t bits = 0) : kind_(kind), bits_{bits, 0} {}

  ValKind kind_ = ValKind::i32;
  HeapKind heap_ = HeapKind::func;
  bool is_null_ = false;
  // A number, a vector, or (references) a Handle.
  std::array<std::uint64_t, 2> bits_{};
};

/// How the library's own code makes and reads references.
struct ValAccess {
  static Val make(HeapKind heap, detail::Handle handle) {
    Val value(ValKind::ref);
    value.heap_ = heap;
    value.bits_ = std::bit_cast<std::array<std::uint64_t, 2>>(handle);
    return value;
  }
  static detail::Handle handle(const Val& value) {
    return std::bit_cast<detail::Handle>(value.bits_);
  }
  static HeapKind heap(const Val& value) { return value.heap_; }
};

template <class T>
std::optional<T> Val::get() const {
  if constexpr (detail::Integer<T>) {
    if (kind_ != (sizeof(T) == 4 ? ValKind::i32 : ValKind::i64)) return std::nullopt;
    return static_cast<T>(bits_[0]);
  } else if constexpr (std::is_same_v<T, float>) {
    if (kind_ != ValKind::f32) return std::nullopt;
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits_[0]));
  } else if constexpr (std::is_same_v<T, double>) {
    if (kind_ != ValKind::f64) return std::nullopt;
    return std::bit_cast<double>(bits_[0]);
  } else if constexpr (std::is_same_v<T, V128>) {
    if (kind_ != ValKind::v128) return std::nullopt;
    return V128{std::bit_cast<std::array<std::uint8_t, 16>>(bits_)};
  } else {
    static_assert(std::is_same_v<T, Func> || std::is_same_v<T, ExternRef> ||
                      std::is_same_v<T, AnyRef> || std::is_same_v<T, Exception>,
                  "not a C++ type that stands for a WebAssembly value");
    const bool is_any = heap_ == HeapKind::any || heap_ == HeapKind::eq || heap_ == HeapKind::i31 ||
                        heap_ == HeapKind::struct_ || heap_ == HeapKind::array;
    const bool fits = std::is_same_v<T, AnyRef>      ? is_any
                      : std::is_same_v<T, Func>      ? heap_ == HeapKind::func
                      : std::is_same_v<T, Exception> ? heap_ == HeapKind::exn
                                                     : heap_ == HeapKind::extern_;
    if (!is_ref() || is_null_ || !fits) return std::nullopt;
    return detail::Access::make<T>(ValAccess::handle(*this));
  }
}

/// As the text format spells it: "(i32.const 7)", "(f32.const nan:0x200000)", "(ref.null func)".
WRUN_API std::string to_string(const Val& value);

}  // namespace v0
}  // namespace wrun
