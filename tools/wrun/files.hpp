#pragma once

// Reading and writing whole files as a Unix user expects: "-" is standard input or output, a FIFO
// is read to its end, a directory is an error.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <wrun/error.hpp>

namespace wrun::inline v0::tool {

/// One line for standard error, and the exit status that goes with it.
struct Failure {
  int exit_code;
  std::string message;
  std::optional<Error> error = {};  ///< of files and modules: the same for scripts
};

using Bytes = std::vector<std::uint8_t>;

/// How messages name an input.
std::string display_name(const std::string& path);

/// An error of an input, which the message begins with.
Failure input_failure(const std::string& path, int exit_code, Error error);

/// The whole of `path`. Files above a gigabyte are refused before they fill the memory.
std::variant<Bytes, Failure> read_file(const std::string& path);

/// Writes `path` anew. It is left as it was, or absent, unless every byte could be written.
std::variant<std::monostate, Failure> write_file(const std::string& path,
                                                 std::span<const std::uint8_t> bytes);

/// The same of text.
std::variant<std::monostate, Failure> write_text(const std::string& path, std::string_view text);

/// Prints a failure as `wrun: message` and returns its exit status.
int report(const Failure& failure);

/// Writes out what standard output still holds; false, with a message, if it can't take it.
bool flush_output();

}  // namespace wrun::inline v0::tool
