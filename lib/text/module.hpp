#pragma once

// WebAssembly text to a binary module. Text becomes bytes, and the ordinary decoder reads them, so
// that a module is the same thing wherever it came from.
//
// https://webassembly.github.io/spec/core/text/index.html

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/result.hpp>

namespace wrun::inline v0::wat {

struct ParseOptions {
  /// Write a name section from the $identifiers and (@name "...") annotations, unless the text has
  /// a (@custom "name" ...) of its own.
  bool names = true;
  /// Fill ParsedModule::positions.
  bool positions = true;
  /// The part of the text that holds the module; offsets stay those of the whole text.
  std::size_t begin = 0;
  std::size_t end = std::string_view::npos;
};

/// Which place in the text a byte of the module came from.
class PositionMap {
 public:
  struct Entry {
    std::uint32_t binary = 0;
    std::uint32_t text = 0;
  };
  PositionMap() = default;
  /// Entries in ascending order of `binary`.
  explicit PositionMap(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  /// The text offset of the instruction or field that this byte belongs to.
  std::optional<std::uint32_t> text_offset(std::uint64_t binary) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

struct ParsedModule {
  std::vector<std::uint8_t> bytes;
  std::optional<std::string> name;  ///< its identifier, without $
  PositionMap positions;            ///< empty for (module binary ...) and (module quote ...)
};

/// Parses (module ...), (module binary ...), (module quote ...), or a module's fields without
/// (module. Errors are malformed ones (invalid ones where the format can't say it in binary), with
/// an offset into `text`; source.hpp makes them readable.
Result<ParsedModule> parse_module(std::string_view text, const ParseOptions& options = {});

/// The same error with its place in the text instead of the binary module's, for what decoding or
/// validation says of a module that was parsed from text.
Error at_text(const Error& error, const PositionMap& positions);

}  // namespace wrun::inline v0::wat
