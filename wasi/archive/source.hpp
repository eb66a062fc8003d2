#pragma once

// An archive's bytes, one after the other, as they are or unpacked on the way.

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <wrun/result.hpp>

namespace wrun::inline v0::wasi {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the bytes as far as there are any: fewer only at the end.
  virtual Result<std::size_t> read(std::span<std::byte> bytes) = 0;
};

std::unique_ptr<ByteSource> plain_source(std::span<const std::byte> bytes);
/// All members of a gzip file. More than `most` bytes are ErrorKind::limit.
std::unique_ptr<ByteSource> gzip_source(std::span<const std::byte> bytes, std::uint64_t most);

/// zlib's inflater over a buffer; ends itself.
class Inflater {
 public:
  enum class Format : int { raw = -MAX_WBITS, gzip = 16 + MAX_WBITS };
  Inflater(std::span<const std::byte> packed, Format format);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// The same contract as ByteSource::read. Errors: malformed, limit (no memory).
  Result<std::size_t> read(std::span<std::byte> bytes);

 private:
  /// After the end of a stream: another one follows, or that was all.
  void next_member();

  z_stream stream_{};
  std::span<const std::byte> packed_;
  Format format_;
  bool ready_;
  bool ended_ = false;
};

}  // namespace wrun::inline v0::wasi
