#include "jit/fold.hpp"

#include <array>
#include <bit>
#include <type_traits>

#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;
using Bits = std::optional<std::uint64_t>;
using Folder = Bits (*)(const std::uint64_t* args);

template <class T>
inline constexpr bool is_scalar =
    std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t> ||
    std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class T>
T from_bits(std::uint64_t bits) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<double>(bits);
  else
    return static_cast<T>(bits);
}

template <class T>
Bits to_bits(T value) {
  if constexpr (wasm::is_trapping<T>) {
    if (!value.ok()) return std::nullopt;
    return to_bits(value.value());
  } else if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<std::uint32_t>(value);
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<std::uint64_t>(value);
  } else {
    return value;
  }
}

template <class T>
struct ResultOf {
  using type = T;
};
template <class T>
struct ResultOf<wasm::Trapping<T>> {
  using type = T;
};

constexpr bool is_reinterpretation(Op op) {
  return op == Op::i32_reinterpret_f32 || op == Op::i64_reinterpret_f64 ||
         op == Op::f32_reinterpret_i32 || op == Op::f64_reinterpret_i64;
}

template <Op op, class Function>
struct Row {
  static constexpr Folder folder = nullptr;
};

template <Op op, class R, class... Params>
struct Row<op, R (*)(Params...)> {
  using Result = typename ResultOf<R>::type;
  static constexpr bool integers =
      std::is_integral_v<Result> && (... && std::is_integral_v<Params>);
  static constexpr bool folds =
      is_scalar<Result> && (... && is_scalar<Params>)&&(integers || is_reinterpretation(op));

  template <std::size_t... i>
  static Bits apply(const std::uint64_t* args, std::index_sequence<i...>) {
    return to_bits(wasm::semantics<op>(from_bits<Params>(args[i])...));
  }
  static constexpr Folder pick() {
    if constexpr (folds)
      return [](const std::uint64_t* args) {
        return apply(args, std::index_sequence_for<Params...>());
      };
    else
      return nullptr;
  }
  static constexpr Folder folder = pick();
};

template <Op op>
constexpr Folder folder_of() {
  if constexpr (wasm::has_semantics<op> && wasm::info(op).shape == wasm::Shape::numeric)
    return Row<op, std::remove_const_t<decltype(wasm::semantics<op>)>>::folder;
  else
    return nullptr;
}

constexpr Folder folders[] = {
#define OP(name, code, text, immediates, signature, shape, feature) folder_of<Op::name>(),
#include "lib/wasm/opcodes.def"
#undef OP
};

}  // namespace

std::optional<std::uint64_t> fold(Op op, std::span<const std::uint64_t> args) {
  const Folder folder = folders[static_cast<std::size_t>(op)];
  return folder ? folder(args.data()) : std::nullopt;
}

}  // namespace wrun::inline v0::jit
