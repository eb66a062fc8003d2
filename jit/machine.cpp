#include "jit/machine.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace wrun::inline v0::jit {

namespace {

using Words = std::array<std::uint32_t, sizeof(Machine) / sizeof(std::uint32_t)>;

Words words_of(const Machine& machine) {
  Words words;
  std::memcpy(&words, &machine, sizeof(words));
  return words;
}

}  // namespace

void Machines::clear(bool packs) {
  packs_ = packs;
  whole_.clear();
  words_.clear();
  has_last_ = false;
}

Machine& Machines::add_packed(std::uint32_t& payload) {
  finish();
  has_last_ = true;
  payload = static_cast<std::uint32_t>(words_.size());
  return last_ = {};
}

void Machines::finish() {
  if (has_last_) pack();
  has_last_ = false;
}

/// Which words differ, and what those are.
void Machines::pack() {
  static const Words usual = words_of({});
  const Words own = words_of(last_);
  const std::size_t at = words_.size();
  words_.push_back(0);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] == usual[i]) continue;
    words_[at] |= 1u << i;
    words_.push_back(own[i]);
  }
}

const Machine& Machines::unpack(std::uint32_t payload, Machine& room) const {
  room = {};
  auto* const bytes = reinterpret_cast<std::byte*>(&room);
  std::size_t next = payload;
  for (std::uint32_t left = words_[next++]; left != 0; left &= left - 1) {
    const auto word = static_cast<std::size_t>(std::countr_zero(left));
    std::memcpy(bytes + word * sizeof(std::uint32_t), &words_[next++], sizeof(std::uint32_t));
  }
  return room;
}

void MachineFunction::clear(bool packs) {
  lir.blocks.clear();
  lir.insts.clear();
  lir.operands.clear();
  lir.params.clear();
  lir.succs.clear();
  lir.edge_args.clear();
  lir.vregs.clear();
  machine.clear(packs);
  types.clear();
  calls.clear();
}

void MachineFunction::shrink() {
  lir.insts.shrink_to_fit();
  lir.operands.shrink_to_fit();
  lir.vregs.shrink_to_fit();
}

}  // namespace wrun::inline v0::jit
