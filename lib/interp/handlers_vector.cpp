#include "lib/interp/handlers_vector.hpp"

#include "lib/os/cpu.hpp"

namespace wrun::inline v0::interp {

using wasm::Op;
using wasm::Shape;

namespace {

constexpr auto extract_lane_ops = select_ops<&is_extract_lane>();
constexpr auto load_lane_ops =
    select_ops<[](const wasm::OpInfo& info) { return info.shape == Shape::load_lane; }>();
constexpr auto store_lane_ops =
    select_ops<[](const wasm::OpInfo& info) { return info.shape == Shape::store_lane; }>();

template <Op op>
constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);

using ExtractLaneRow = std::array<Handler, 2>;  // [dst]
using LoadLaneRow = std::array<Handler, 12>;    // [form * 4 + vector * 2 + dst], any: [is_64, dst]
using StoreLaneRow = std::array<Handler, 4>;    // [form], any memory: [is_64]

template <Op op>
constexpr ExtractLaneRow extract_lane_row() {
  return {&handler<ExtractLane<wasm::semantics<op>, Dst::acc>>,
          &handler<ExtractLane<wasm::semantics<op>, Dst::store>>};
}

template <Op op, std::size_t... form>
constexpr LoadLaneRow load_lane_row(std::index_sequence<form...>) {
  constexpr auto access = wasm::semantics<op>;
  return {&handler<LoadLane<access, width<op>, static_cast<Addr>(form / 4),
                            static_cast<Src>(form / 2 % 2), static_cast<Dst>(form % 2)>>...,
          &handler<LoadLaneAny<access, width<op>, false, Dst::acc>>,
          &handler<LoadLaneAny<access, width<op>, false, Dst::store>>,
          &handler<LoadLaneAny<access, width<op>, true, Dst::acc>>,
          &handler<LoadLaneAny<access, width<op>, true, Dst::store>>};
}

template <Op op>
constexpr StoreLaneRow store_lane_row() {
  constexpr auto access = wasm::semantics<op>;
  return {&handler<StoreLane<access, width<op>, Addr::acc>>,
          &handler<StoreLane<access, width<op>, Addr::slot>>,
          &handler<StoreLaneAny<access, width<op>, false>>,
          &handler<StoreLaneAny<access, width<op>, true>>};
}

constexpr auto extract_lane_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{extract_lane_row<extract_lane_ops[i]>()...};
}
(std::make_index_sequence<extract_lane_ops.size()>());

constexpr auto load_lane_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{load_lane_row<load_lane_ops[i]>(std::make_index_sequence<8>())...};
}
(std::make_index_sequence<load_lane_ops.size()>());

constexpr auto store_lane_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{store_lane_row<store_lane_ops[i]>()...};
}
(std::make_index_sequence<store_lane_ops.size()>());

/// The handlers for the instruction set of the machine that this runs on.
const VectorRows& vector_rows() {
#if defined(WRUN_X86_64_V2)
  static const bool has_v2 = os::has_x86_64_v2();
  if (has_v2) return isa_v2::vector_rows;
  return isa_base::vector_rows;
#else
  return WRUN_ISA::vector_rows;
#endif
}

template <class Enum>
constexpr std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

template <const auto& ops, class Rows>
Handler entry(const Rows& rows, Op op, std::size_t form) {
  const auto* row = find_row<ops>(rows, op);
  return row ? (*row)[form] : nullptr;
}

}  // namespace

Handler vector_unary_handler(Op op, Src src, Dst dst) {
  return entry<vector_unary_ops>(vector_rows().unary, op, index(src) * 2 + index(dst));
}

Handler vector_binary_handler(Op op, Pair pair, Dst dst) {
  return entry<vector_binary_ops>(vector_rows().binary, op, index(pair) * 2 + index(dst));
}

Handler ternary_handler(Op op, AccOf acc, Dst dst) {
  return entry<vector_ternary_ops>(vector_rows().ternary, op, index(acc) * 2 + index(dst));
}

Handler shuffle_handler(Pair pair, Dst dst) {
  return vector_rows().shuffle[index(pair) * 2 + index(dst)];
}

Handler extract_lane_handler(Op op, Dst dst) {
  return entry<extract_lane_ops>(extract_lane_rows, op, index(dst));
}

Handler replace_lane_handler(Op op, Src vector, Src value, Dst dst) {
  return entry<replace_lane_ops>(vector_rows().replace_lane, op,
                                 index(vector) * 4 + index(value) * 2 + index(dst));
}

Handler load_lane_handler(Op op, Addr form, Src vector, Dst dst) {
  return entry<load_lane_ops>(load_lane_rows, op, index(form) * 4 + index(vector) * 2 + index(dst));
}

Handler load_lane_any_handler(Op op, bool is_64, Dst dst) {
  return entry<load_lane_ops>(load_lane_rows, op, 8 + (is_64 ? 2 : 0) + index(dst));
}

Handler store_lane_handler(Op op, Addr form) {
  return entry<store_lane_ops>(store_lane_rows, op, index(form));
}

Handler store_lane_any_handler(Op op, bool is_64) {
  return entry<store_lane_ops>(store_lane_rows, op, 2 + (is_64 ? 1 : 0));
}

}  // namespace wrun::inline v0::interp
