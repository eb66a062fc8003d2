#include "jit/loops.hpp"

namespace wrun::inline v0::jit {

std::uint32_t Loops::outermost(std::uint32_t at) {
  while (union_[at] != at) {
    union_[at] = union_[union_[at]];
    at = union_[at];
  }
  return at;
}

/// Adds what reaches the latch without passing the header to the header's loop.
void Loops::join(std::uint32_t header, Block latch, const Cfg& cfg) {
  todo_.assign(1, outermost(cfg.position(latch)));
  while (!todo_.empty()) {
    const std::uint32_t at = todo_.back();
    todo_.pop_back();
    if (at == header) continue;
    around_[at] = header;
    union_[at] = header;
    for (const Cfg::Incoming& in : cfg.incoming(cfg.order()[at])) {
      const std::uint32_t from = outermost(cfg.position(in.from));
      // What comes before the header isn't in its loop; the graph is reducible.
      if (from > header) todo_.push_back(from);
    }
  }
}

void Loops::compute(const Cfg& cfg) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  is_header_.assign(count, false);
  depth_.assign(count, 0);
  around_.assign(count, none);
  union_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) union_[i] = i;
  for (std::uint32_t i = count; i-- > 0;) {
    for (const Cfg::Incoming& in : cfg.incoming(cfg.order()[i])) {
      if (cfg.position(in.from) < i) continue;
      is_header_[i] = true;
      join(i, in.from, cfg);
    }
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    depth_[i] = around_[i] == none ? 0 : depth_[around_[i]];
    if (is_header_[i]) ++depth_[i];
  }
  number();
}

void Loops::number() {
  const auto count = static_cast<std::uint32_t>(around_.size());
  first_.assign(count, 0);
  end_.assign(count, 0);
  // How many loops each one holds, itself included; then where the next one in it begins.
  for (std::uint32_t i = count; i-- > 0;) {
    if (!is_header_[i]) continue;
    ++end_[i];
    if (around_[i] != none) end_[around_[i]] += end_[i];
  }
  std::uint32_t next_outside = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!is_header_[i]) continue;
    std::uint32_t& next = around_[i] == none ? next_outside : union_[around_[i]];
    first_[i] = next;
    next += end_[i];
    end_[i] = next;
    union_[i] = first_[i] + 1;
  }
}

}  // namespace wrun::inline v0::jit
