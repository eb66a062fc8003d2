#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include "wasi/archive/readers.hpp"
#include "wasi/posix/timespec.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::size_t block_size = 512;
/// Of a header that only says something about the next one.
constexpr std::uint64_t most_extended = std::uint64_t{1} << 20;

/// One header block.
class Header {
 public:
  using Bytes = std::array<std::byte, block_size>;
  explicit Header(const Bytes& bytes) : bytes_(bytes) {}

  std::string_view text(std::size_t offset, std::size_t size) const {
    const auto* start = reinterpret_cast<const char*>(bytes_.data()) + offset;
    return {start, ::strnlen(start, size)};
  }
  bool is_empty() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](std::byte b) { return b == std::byte{0}; });
  }
  bool checksum_is_right() const {
    constexpr std::size_t offset = 148;
    constexpr std::size_t size = 8;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block_size; ++i) {
      const bool inside = i >= offset && i < offset + size;
      sum += inside ? std::uint64_t{' '} : std::to_integer<std::uint64_t>(bytes_[i]);
    }
    return number(offset, size) == sum;
  }
  char type() const { return static_cast<char>(bytes_[156]); }
  std::optional<std::uint64_t> size() const { return number(124, 12); }
  std::optional<std::uint64_t> modified() const { return number(136, 12); }
  std::string link() const { return std::string(text(157, 100)); }
  std::string name() const {
    const std::string_view prefix = text(345, 155);
    const bool posix = std::memcmp(bytes_.data() + 257, "ustar", 6) == 0;
    const std::string last(text(0, 100));
    return posix && !prefix.empty() ? std::string(prefix) + "/" + last : last;
  }

 private:
  /// Octal digits, or after a byte 0x80 a big-endian number.
  std::optional<std::uint64_t> number(std::size_t offset, std::size_t size) const {
    if (bytes_[offset] == std::byte{0x80}) return binary(offset + 1, size - 1);
    std::string_view digits = text(offset, size);
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    std::uint64_t value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '7') return std::nullopt;
      value = value * 8 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
  }
  std::optional<std::uint64_t> binary(std::size_t offset, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[offset + i]);
    }
    return value;
  }

  const Bytes& bytes_;
};

std::optional<std::uint64_t> decimal(std::string_view text) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t value = 0;
  if (text.empty()) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > (most - 9) / 10) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

/// Seconds with a fraction.
std::optional<Timestamp> pax_time(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto seconds = decimal(text.substr(0, dot));
  if (!seconds || *seconds > std::numeric_limits<Timestamp>::max() / second - 1) return {};
  Timestamp time = *seconds * second;
  Timestamp unit = second;
  for (std::size_t i = dot + 1; i < text.size() && unit > 1; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    unit /= 10;
    time += unit * static_cast<Timestamp>(text[i] - '0');
  }
  return time;
}

class TarReader {
 public:
  TarReader(ByteSource& source, ArchiveBuilder& builder) : source_(source), builder_(builder) {}

  Result<void> run() {
    while (true) {
      Header::Bytes block;
      const auto count = source_.read(block);
      if (!count) return count.error();
      // An archive that just ends is as one with an end mark, which many writers leave out.
      if (*count == 0) return {};
      if (*count != block_size) return refuse("it ends too early");
      const Header header(block);
      if (header.is_empty()) return drain();
      if (!header.checksum_is_right()) return refuse("the checksum of a header is wrong");
      ++entries_;
      const auto done = entry(header);
      if (!done) return done;
    }
  }

 private:
  /// Where not even the first header is one, it isn't damage.
  Error refuse(std::string_view why) const {
    if (entries_ != 0) return damaged(why);
    return Error(ErrorKind::malformed, "archive: it is no .tar, .tar.gz or .zip");
  }

  /// What follows the end mark is padding; but the end of what it is packed in is still checked.
  Result<void> drain() {
    std::array<std::byte, 65536> buffer;
    while (true) {
      const auto count = source_.read(buffer);
      if (!count) return count.error();
      if (*count == 0) return {};
    }
  }

  Result<void> entry(const Header& header) {
    const std::optional<std::uint64_t> size = header.size();
    if (!size) return damaged("the size of an entry is no number");
    switch (header.type()) {
      case 'L':
        return extended(*size, name_);
      case 'K':
        return extended(*size, link_);
      case 'x':
      case 'X':
        return pax(*size);
      case 'g':
        return skip(*size);
      default:
        break;
    }
    const auto done = make(header, size_.value_or(*size));
    name_.reset();
    link_.reset();
    size_.reset();
    modified_.reset();
    return done;
  }

  Result<void> make(const Header& header, std::uint64_t size) {
    const std::string name = name_ ? *name_ : header.name();
    const std::string link = link_ ? *link_ : header.link();
    const std::uint64_t seconds = header.modified().value_or(0);
    const bool fits = seconds < std::numeric_limits<Timestamp>::max() / second;
    const Timestamp modified = modified_.value_or(fits ? seconds * second : 0);
    switch (header.type()) {
      case '1':
        return skipping(size, builder_.hard_link(name, link));
      case '2':
        return skipping(size, builder_.link(name, link, modified));
      case '5':
        return skipping(size, builder_.directory(name, modified));
      case '3':
      case '4':
      case '6':
      case 'V':
        return skip(size);
      case 'S':
      case 'M':
      case 'D':
        return archive_error(ErrorKind::malformed, name, "an entry of a kind that isn't supported");
      default:
        break;
    }
    if (name.ends_with('/')) return skipping(size, builder_.directory(name, modified));
    return content(name, size, modified);
  }

  Result<void> content(const std::string& name, std::uint64_t size, Timestamp modified) {
    auto file = builder_.file(name);
    if (!file) return std::move(file).error();
    const auto copied =
        read(size, [&](std::span<const std::byte> bytes) { return file->append(bytes); });
    if (!copied) return copied;
    file->set_time(modified);
    return {};
  }

  Result<void> skip(std::uint64_t size) {
    return read(size, [](std::span<const std::byte>) { return Result<void>(); });
  }
  Result<void> skipping(std::uint64_t size, Result<void> made) { return made ? skip(size) : made; }

  /// Hands an entry's data on, in pieces, and goes to the next header.
  template <class Take>
  Result<void> read(std::uint64_t size, Take take) {
    std::array<std::byte, 32 * block_size> buffer;
    while (size != 0) {
      const std::uint64_t useful = std::min<std::uint64_t>(size, buffer.size());
      const std::size_t whole = (useful + block_size - 1) / block_size * block_size;
      const auto count = source_.read(std::span(buffer).first(whole));
      if (!count) return count.error();
      if (*count < useful) return damaged("it ends too early");
      const auto taken = take(std::span<const std::byte>(buffer).first(useful));
      if (!taken) return taken;
      size -= useful;
    }
    return {};
  }

  Result<void> extended(std::uint64_t size, std::optional<std::string>& text) {
    if (size > most_extended) return damaged("a name is too long");
    std::string whole;
    const auto done = read(size, [&](std::span<const std::byte> bytes) {
      whole.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return Result<void>();
    });
    if (!done) return done;
    whole.resize(::strnlen(whole.data(), whole.size()));
    text = std::move(whole);
    return {};
  }

  /// Records of the form "LENGTH KEY=VALUE\n", whose length counts all of it.
  Result<void> pax(std::uint64_t size) {
    if (size > most_extended) return damaged("an extended header is too long");
    std::string records;
    const auto done = read(size, [&](std::span<const std::byte> bytes) {
      records.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return Result<void>();
    });
    if (!done) return done;
    std::string_view left = records;
    while (!left.empty() && left.front() != '\0') {
      const std::size_t space = std::min(left.find(' '), left.size());
      const auto length = decimal(left.substr(0, space));
      if (!length || *length <= space + 1 || *length > left.size() || left[*length - 1] != '\n') {
        return damaged("an extended header has no such form");
      }
      const std::string_view record = left.substr(space + 1, *length - space - 2);
      const std::size_t equals = record.find('=');
      if (equals == record.npos) return damaged("an extended header has no such form");
      const auto noted = note(record.substr(0, equals), record.substr(equals + 1));
      if (!noted) return noted;
      left.remove_prefix(*length);
    }
    return {};
  }

  Result<void> note(std::string_view key, std::string_view value) {
    if (key == "path") name_ = value;
    if (key == "linkpath") link_ = value;
    if (key == "mtime") modified_ = pax_time(value);
    if (key == "size") {
      size_ = decimal(value);
      if (!size_) return damaged("the size of an entry is no number");
    }
    if (key.starts_with("GNU.sparse")) return damaged("sparse files aren't supported");
    return {};
  }

  ByteSource& source_;
  ArchiveBuilder& builder_;
  std::uint64_t entries_ = 0;
  // What extended headers said about the next entry.
  std::optional<std::string> name_;
  std::optional<std::string> link_;
  std::optional<std::uint64_t> size_;
  std::optional<Timestamp> modified_;
};

}  // namespace

Result<void> read_tar(ByteSource& source, ArchiveBuilder& builder) {
  return TarReader(source, builder).run();
}

}  // namespace wrun::inline v0::wasi
