#include "tools/wrun/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "tools/wrun/disassembler.hpp"

namespace wrun::inline v0::tool {
namespace {

class Printer {
 public:
  explicit Printer(const jit::Listing& listing) : listing_(listing), code_(listing.code) {}

  std::string run() {
    while (at_ < code_.size()) {
      const std::size_t end = next_line();
      if (is_code_) {
        instruction(end);
      } else {
        data(end);
      }
    }
    return std::move(text_);
  }

 private:
  /// Where the next line's code begins.
  std::size_t next_line() {
    const auto& lines = listing_.lines;
    std::string label;
    for (; line_ < lines.size() && lines[line_].offset <= at_; ++line_) {
      is_code_ = lines[line_].wasm_offset.has_value();
      if (is_code_) label = fmt::format("{:#x}", *lines[line_].wasm_offset);
    }
    label_ = std::move(label);
    return line_ < lines.size() ? lines[line_].offset : code_.size();
  }

  void put(std::string_view what, std::string_view comment = {}) {
    text_ += fmt::format("{:>8}  {:4x}  {}", label_, at_, what);
    if (!comment.empty()) text_ += fmt::format("  ; {}", comment);
    text_ += '\n';
    label_.clear();
  }

  /// What the instruction's last four bytes lead to, if that isn't in this code.
  std::string_view target(std::size_t size) const {
    const auto& targets = listing_.targets;
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const auto& each) {
      return each.offset + std::size_t{4} == at_ + size;
    });
    return found == targets.end() ? std::string_view() : std::string_view(found->name);
  }

  void instruction(std::size_t end) {
    const auto made = disassemble(code_.subspan(at_), at_);
    if (!made) {
      data(std::min(at_ + 1, end));
      return;
    }
    const std::string_view name = target(made->size);
    const std::string shown =
        name.empty() ? made->text : made->text.substr(0, made->text.find(' '));
    put(shown, name);
    at_ += made->size;
  }

  void data(std::size_t end) {
    while (at_ < end) {
      const std::size_t size = std::min<std::size_t>(end - at_, 8 - at_ % 8);
      std::string bytes = "data";
      for (const std::uint8_t byte : code_.subspan(at_, size))
        bytes += fmt::format(" {:02x}", byte);
      put(bytes);
      at_ += size;
    }
  }

  const jit::Listing& listing_;
  std::span<const std::uint8_t> code_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  bool is_code_ = true;
  std::string label_;
  std::string text_;
};

}  // namespace

std::string listing_text(const jit::Listing& listing) {
  return Printer(listing).run();
}

}  // namespace wrun::inline v0::tool
