#include "jit/abi.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr Reg param_regs[] = {reg::rsi, reg::rdx, reg::rcx, reg::r8,
                              reg::r9,  reg::r10, reg::rbx, reg::r12};
constexpr Reg result_regs[] = {reg::rax, reg::rdx, reg::rcx, reg::rsi};
constexpr std::size_t vector_param_regs = 8;
constexpr std::size_t vector_result_regs = 4;

/// Gives places to `types`, in order; returns the bytes of stack that they take.
std::uint32_t assign(std::span<const Type> types, std::span<const Reg> general, std::size_t vectors,
                     std::vector<AbiPlace>& places) {
  places.clear();
  std::size_t next_general = 0;
  std::size_t next_vector = 0;
  std::uint32_t bytes = 0;
  for (const Type type : types) {
    AbiPlace place;
    place.type = type;
    if (is_float(place.type) && next_vector < vectors) {
      place.reg = static_cast<Reg>(reg::xmm0 + next_vector++);
    } else if (!is_float(place.type) && next_general < general.size()) {
      place.reg = general[next_general++];
    } else {
      place.stack = bytes;
      bytes += place.type == Type::v128 ? 16 : 8;
    }
    places.push_back(place);
  }
  return (bytes + 15) & ~15u;
}

}  // namespace

void signature_to(Signature& signature, const Shape& shape) {
  signature.param_bytes = assign(shape.params, param_regs, vector_param_regs, signature.params);
  signature.result_bytes =
      assign(shape.results, result_regs, vector_result_regs, signature.results);
}

Signature signature_of(const Shape& shape) {
  Signature signature;
  signature_to(signature, shape);
  return signature;
}

}  // namespace wrun::inline v0::jit
