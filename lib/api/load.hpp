#pragma once

// From files to bytes of a module: reading, telling formats apart, unpacking.

#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>
#include <vector>

#include <wrun/result.hpp>

namespace wrun::inline v0::api {

using Bytes = std::vector<std::uint8_t>;

/// All of a file, a FIFO's to its end. Errors: io (absent, a directory, ...), limit (more than
/// `most` bytes).
Result<Bytes> read_file(std::string_view path, std::uint64_t most);
/// The rest of a stream; `name` is for messages.
Result<Bytes> read_stream(std::FILE* stream, std::string_view name, std::uint64_t most);

enum class Content : std::uint8_t { binary, text, gzip, unknown };

/// What the bytes look like. Nothing and pieces of a header look like a binary module, whose
/// decoder has the better message.
Content content_of(std::span<const std::uint8_t> bytes);

/// Unpacks gzip, also several members in a row. Errors: malformed, limit (more than `most` bytes).
Result<Bytes> inflate(std::span<const std::uint8_t> packed, std::uint64_t most);

}  // namespace wrun::inline v0::api
