#include "jit/regalloc_state.hpp"

#include <algorithm>
#include <iterator>

namespace wrun::inline v0::jit {

bool PlaceState::holds(Loc loc, VReg vreg) const {
  return std::binary_search(entries_.begin(), entries_.end(), Entry(loc.code(), vreg));
}

void PlaceState::kill(Loc loc, unsigned bytes) {
  const std::uint32_t end = loc.code() + (loc.is_slot() ? bytes / 8 : 1);
  const auto first = std::lower_bound(entries_.begin(), entries_.end(), Entry(loc.code(), 0));
  const auto last = std::lower_bound(first, entries_.end(), Entry(end, 0));
  entries_.erase(first, last);
}

void PlaceState::put(Loc loc, VReg vreg) {
  const Entry entry(loc.code(), vreg);
  const auto position = std::lower_bound(entries_.begin(), entries_.end(), entry);
  if (position == entries_.end() || *position != entry) entries_.insert(position, entry);
}

void PlaceState::forget(VReg vreg) {
  std::erase_if(entries_, [=](const Entry& entry) { return entry.second == vreg; });
}

void PlaceState::copy(const LFunction& function, Loc from, Loc to, unsigned bytes) {
  std::vector<VReg> held;
  for (const auto& [place, vreg] : entries_) {
    if (place == from.code() && function.vregs[vreg].bytes <= bytes) held.push_back(vreg);
  }
  kill(to, bytes);
  for (const VReg vreg : held) put(to, vreg);
}

bool PlaceState::meet(const PlaceState& other) {
  std::vector<Entry> both;
  std::set_intersection(entries_.begin(), entries_.end(), other.entries_.begin(),
                        other.entries_.end(), std::back_inserter(both));
  const bool lost = both.size() != entries_.size();
  entries_ = std::move(both);
  return lost;
}

void PlaceState::rename(const std::vector<std::pair<VReg, VReg>>& arg_to_param) {
  if (arg_to_param.empty()) return;
  const std::vector<Entry> before = entries_;
  for (const auto& [arg, param] : arg_to_param) forget(param);
  for (const auto& [arg, param] : arg_to_param) {
    for (const auto& [place, vreg] : before) {
      if (vreg == arg) entries_.emplace_back(place, param);
    }
  }
  std::sort(entries_.begin(), entries_.end());
  entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
}

}  // namespace wrun::inline v0::jit
