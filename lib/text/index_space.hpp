#pragma once

// One index space of a module or function while its text is parsed: how many there are, and which
// identifiers stand for which.

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

class IndexSpace {
 public:
  /// `what` as error messages say it: "func", "local", ...
  explicit IndexSpace(std::string_view what) : what_(what) {}

  std::string_view what() const { return what_; }
  std::uint32_t count() const { return count_; }
  const wasm::Names::Map& names() const { return names_; }

  /// The next index.
  std::uint32_t add() { return count_++; }
  void add(std::uint32_t count) { count_ += count; }

  /// Lets an identifier stand for an index; false if it already stands for another one.
  bool bind(std::string_view id, std::uint32_t index) {
    if (!ids_.emplace(id, index).second) return false;
    name(id, index);
    return true;
  }
  /// What the name section will say; the later one counts.
  void name(std::string_view name, std::uint32_t index) { names_[index] = name; }

  std::optional<std::uint32_t> find(std::string_view id) const {
    const auto it = ids_.find(id);
    return it == ids_.end() ? std::nullopt : std::optional(it->second);
  }

  /// Empties the space, without paying for what it once held.
  void reset() {
    count_ = 0;
    names_.clear();
    if (ids_.bucket_count() > 256)
      ids_ = {};
    else
      ids_.clear();
  }

 private:
  std::string_view what_;
  std::uint32_t count_ = 0;
  std::unordered_map<std::string_view, std::uint32_t> ids_;
  wasm::Names::Map names_;
};

}  // namespace wrun::inline v0::wat
