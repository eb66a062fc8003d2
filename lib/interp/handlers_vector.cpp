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

constexpr auto extract_lane_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &handler<ExtractLane<wasm::semantics<extract_lane_ops[i]>>>...};
}
(std::make_index_sequence<extract_lane_ops.size()>());

template <Op op>
constexpr std::size_t width = wasm::access_width(wasm::info(op).imm);

constexpr auto load_lane_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &handler<LoadLane<wasm::semantics<load_lane_ops[i]>, width<load_lane_ops[i]>>>...};
}
(std::make_index_sequence<load_lane_ops.size()>());

constexpr auto store_lane_rows = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &handler<StoreLane<wasm::semantics<store_lane_ops[i]>, width<store_lane_ops[i]>>>...};
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

template <const auto& ops, class Rows>
Handler entry(const Rows& rows, Op op) {
  const Handler* row = find_row<ops>(rows, op);
  return row ? *row : nullptr;
}

}  // namespace

bool has_common_vectors() {
  return vector_rows().common != nullptr;
}

ResultHandlers vector_unary_handlers(Op op) {
  const Handler only = entry<vector_unary_ops>(vector_rows().unary, op);
  return {only, only};
}

Handler vector_binary_handler(Op op, Pair pair, Dst dst) {
  const VectorRows& rows = vector_rows();
  if (is_common(op) && rows.common != nullptr) {
    const std::uint8_t row =
        positions<common_vector_ops>[static_cast<std::size_t>(op) -
                                     static_cast<std::size_t>(common_vector_ops.front())];
    return rows.common[row][static_cast<std::size_t>(pair) * 2 + static_cast<std::size_t>(dst)];
  }
  return pair == Pair::slot_slot ? entry<vector_binary_ops>(rows.binary, op) : nullptr;
}

Handler ternary_handler(Op op) {
  return entry<vector_ternary_ops>(vector_rows().ternary, op);
}

Handler shuffle_handler() {
  return vector_rows().shuffle;
}

Handler extract_lane_handler(Op op) {
  return entry<extract_lane_ops>(extract_lane_rows, op);
}

Handler replace_lane_handler(Op op) {
  return entry<replace_lane_ops>(vector_rows().replace_lane, op);
}

Handler load_lane_handler(Op op) {
  return entry<load_lane_ops>(load_lane_rows, op);
}

Handler store_lane_handler(Op op) {
  return entry<store_lane_ops>(store_lane_rows, op);
}

}  // namespace wrun::inline v0::interp
