#include "jit/try_table.hpp"

namespace wrun::inline v0::jit {

void TryTable::clear() {
  tries_.clear();
  clauses_.clear();
}

std::uint32_t TryTable::open(std::uint32_t outer) {
  tries_.push_back({none, none, outer});
  return static_cast<std::uint32_t>(tries_.size() - 1);
}

std::uint32_t TryTable::add(std::uint32_t index, std::uint32_t tag) {
  const auto added = static_cast<std::uint32_t>(clauses_.size());
  clauses_.push_back({tag, none});
  Try& owner = tries_[index];
  if (owner.last == none) {
    owner.first = added;
  } else {
    clauses_[owner.last].next = added;
  }
  owner.last = added;
  return added;
}

std::uint32_t find_clause(std::span<const TryTable::Try> tries,
                          std::span<const TryTable::Clause> clauses, std::uint32_t index,
                          const runtime::Instance& instance, const runtime::Tag* tag) {
  constexpr std::uint32_t none = TryTable::none;
  for (; index != none; index = tries[index].outer) {
    for (std::uint32_t i = tries[index].first; i != none; i = clauses[i].next) {
      if (clauses[i].tag == none || instance.tag_cells[clauses[i].tag] == tag) return i;
    }
  }
  return none;
}

}  // namespace wrun::inline v0::jit
