#include "lib/interp/catch_table.hpp"

#include <algorithm>
#include <iterator>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::interp {

std::uint32_t CatchTable::innermost(std::uint32_t position) const {
  const auto after =
      std::upper_bound(marks_.begin(), marks_.end(), position,
                       [](std::uint32_t at, const Mark& mark) { return at < mark.position; });
  return after == marks_.begin() ? none : std::prev(after)->innermost;
}

void CatchTable::clear() {
  marks_.clear();
  tries_.clear();
  entries_.clear();
  around_.clear();
  present_ = none;
}

std::uint32_t CatchTable::open(std::uint32_t position) {
  const auto index = static_cast<std::uint32_t>(tries_.size());
  tries_.push_back({none, none, present_});
  around_.push_back(present_);
  present_ = index;
  mark(position);
  return index;
}

void CatchTable::close(std::uint32_t position) {
  present_ = around_[present_];
  mark(position);
}

std::uint32_t CatchTable::add(std::uint32_t index, const Entry& entry) {
  const auto added = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(entry);
  Try& owner = tries_[index];
  if (owner.last == none) {
    owner.first = added;
  } else {
    entries_[owner.last].next = added;
  }
  owner.last = added;
  return added;
}

void CatchTable::put_later(std::uint32_t index, std::uint32_t& head) {
  entries_[index].target = head;
  head = index;
}

void CatchTable::patch(std::uint32_t head, std::uint32_t target) {
  while (head != none) {
    const std::uint32_t next = entries_[head].target;
    entries_[head].target = target;
    head = next;
  }
}

void CatchTable::truncate(std::uint32_t position) {
  for (auto mark = marks_.rbegin(); mark != marks_.rend() && mark->position > position; ++mark)
    mark->position = position;
}

namespace {

std::string try_name(std::uint32_t index) {
  return index == CatchTable::none ? std::string("none") : compose("try {}", index);
}

std::string entry_text(const CatchTable::Entry& entry) {
  std::string text = entry.tag == CatchTable::none ? "catch_all" : compose("catch {}", entry.tag);
  text += compose(" at {}", entry.target);
  if (entry.values != CatchTable::none) text += compose(", values s{}", entry.values);
  if (entry.exception != CatchTable::none) text += compose(", exception s{}", entry.exception);
  return text;
}

}  // namespace

std::string to_text(const CatchTable& table) {
  std::string text;
  for (const auto& mark : table.marks_)
    text += compose("; from {}: {}\n", mark.position, try_name(mark.innermost));
  for (std::uint32_t i = 0; i < table.tries_.size(); ++i) {
    const CatchTable::Try& each = table.tries_[i];
    for (std::uint32_t e = each.first; e != CatchTable::none; e = table.entries_[e].next)
      text += compose("; try {}: {}\n", i, entry_text(table.entries_[e]));
    text += compose("; try {}: then {}\n", i, try_name(each.outer));
  }
  return text;
}

}  // namespace wrun::inline v0::interp
