#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "wasi/archive/readers.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t zip64_end_signature = 0x06064b50;
constexpr std::uint32_t zip64_locator_signature = 0x07064b50;
constexpr std::size_t local_size = 30;
constexpr std::size_t central_size = 46;
constexpr std::size_t end_size = 22;
constexpr std::size_t zip64_end_size = 56;
constexpr std::size_t zip64_locator_size = 20;
constexpr std::uint32_t in_zip64 = 0xffffffff;
constexpr std::uint16_t zip64_extra = 1;

/// Numbers and texts at offsets that may be anywhere. What isn't there reads as 0 and is noted.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }
  bool has(std::uint64_t offset, std::uint64_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }
  std::span<const std::byte> part(std::uint64_t offset, std::uint64_t length) const {
    return bytes_.subspan(offset, length);
  }
  template <class T>
  T number(std::uint64_t offset) const {
    T value = 0;
    for (std::size_t i = 0; has(offset, sizeof(T)) && i < sizeof(T); ++i) {
      value =
          static_cast<T>(value | static_cast<T>(std::to_integer<T>(bytes_[offset + i]) << (8 * i)));
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// Where the list of files is.
struct Directory64 {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
};

struct Entry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  ///< of its local header
  Timestamp modified = 0;
  std::uint32_t mode = 0;  ///< of Unix; 0: unknown
};

/// Days from 1970 to a day of the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

/// A time of MS-DOS, which knows no zones, as if it were UTC.
Timestamp dos_time(std::uint16_t date, std::uint16_t time) {
  const std::int64_t days = days_from_civil(1980 + (date >> 9), std::clamp((date >> 5) & 15, 1, 12),
                                            std::max(date & 31, 1));
  const std::int64_t seconds = (time >> 11) * 3600 + ((time >> 5) & 63) * 60 + (time & 31) * 2;
  return static_cast<Timestamp>(days * 86400 + seconds) * 1'000'000'000;
}

class ZipReader {
 public:
  ZipReader(std::span<const std::byte> archive, ArchiveBuilder& builder)
      : bytes_(archive), builder_(builder) {}

  Result<void> run() {
    const auto directory = find_directory();
    if (!directory) return directory.error();
    std::uint64_t at = directory->offset;
    for (std::uint64_t i = 0; i < directory->entries; ++i) {
      const auto done = entry(at);
      if (!done) return done;
    }
    return {};
  }

 private:
  Result<Directory64> find_directory() const {
    constexpr std::uint64_t longest_comment = 0xffff;
    if (bytes_.size() < end_size) return damaged("it ends too early");
    const std::uint64_t last = bytes_.size() - end_size;
    const std::uint64_t first = last - std::min(last, longest_comment);
    for (std::uint64_t at = last + 1; at-- > first;) {
      if (bytes_.number<std::uint32_t>(at) != end_signature) continue;
      if (bytes_.number<std::uint16_t>(at + 20) > bytes_.size() - at - end_size) continue;
      return read_end(at);
    }
    return damaged("it has no list of files");
  }

  Result<Directory64> read_end(std::uint64_t at) const {
    if (bytes_.number<std::uint32_t>(at + 4) != 0) return damaged("one of several volumes");
    Directory64 directory = {bytes_.number<std::uint16_t>(at + 10),
                             bytes_.number<std::uint32_t>(at + 16)};
    if (directory.entries != 0xffff && directory.offset != in_zip64) return directory;
    if (at < zip64_locator_size ||
        bytes_.number<std::uint32_t>(at - zip64_locator_size) != zip64_locator_signature) {
      return directory;
    }
    const auto end = bytes_.number<std::uint64_t>(at - zip64_locator_size + 8);
    if (!bytes_.has(end, zip64_end_size) ||
        bytes_.number<std::uint32_t>(end) != zip64_end_signature) {
      return damaged("it has no list of files");
    }
    directory.entries = bytes_.number<std::uint64_t>(end + 32);
    directory.offset = bytes_.number<std::uint64_t>(end + 48);
    return directory;
  }

  /// Makes a file of one entry, and moves on to the next.
  Result<void> entry(std::uint64_t& at) {
    if (!bytes_.has(at, central_size) || bytes_.number<std::uint32_t>(at) != central_signature) {
      return damaged("the list of files ends too early");
    }
    const std::uint64_t name_size = bytes_.number<std::uint16_t>(at + 28);
    const std::uint64_t extra_size = bytes_.number<std::uint16_t>(at + 30);
    const std::uint64_t comment_size = bytes_.number<std::uint16_t>(at + 32);
    const std::uint64_t whole = central_size + name_size + extra_size + comment_size;
    if (!bytes_.has(at, whole)) return damaged("the list of files ends too early");
    Entry entry = fields(at, name_size);
    if (!read_zip64(entry, at + central_size + name_size, extra_size)) {
      return archive_error(ErrorKind::malformed, entry.name, "its sizes are missing");
    }
    at += whole;
    return make(entry);
  }

  Entry fields(std::uint64_t at, std::uint64_t name_size) const {
    Entry entry;
    const auto name = bytes_.part(at + central_size, name_size);
    entry.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
    entry.flags = bytes_.number<std::uint16_t>(at + 8);
    entry.method = bytes_.number<std::uint16_t>(at + 10);
    entry.modified =
        dos_time(bytes_.number<std::uint16_t>(at + 14), bytes_.number<std::uint16_t>(at + 12));
    entry.crc = bytes_.number<std::uint32_t>(at + 16);
    entry.packed_size = bytes_.number<std::uint32_t>(at + 20);
    entry.size = bytes_.number<std::uint32_t>(at + 24);
    entry.offset = bytes_.number<std::uint32_t>(at + 42);
    const auto made_on = bytes_.number<std::uint8_t>(at + 5);
    constexpr std::uint8_t unix_host = 3;
    constexpr std::uint8_t darwin = 19;
    if (made_on == unix_host || made_on == darwin) {
      entry.mode = bytes_.number<std::uint32_t>(at + 38) >> 16;
    }
    return entry;
  }

  /// Sizes that don't fit into 32 bits are in an extra field, in this order.
  bool read_zip64(Entry& entry, std::uint64_t at, std::uint64_t left) const {
    std::vector<std::uint64_t*> wanted;
    for (std::uint64_t* each : {&entry.size, &entry.packed_size, &entry.offset}) {
      if (*each == in_zip64) wanted.push_back(each);
    }
    while (!wanted.empty() && left >= 4) {
      const std::uint64_t size = bytes_.number<std::uint16_t>(at + 2);
      if (size > left - 4) return false;
      if (bytes_.number<std::uint16_t>(at) == zip64_extra) {
        if (size < wanted.size() * 8) return false;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          *wanted[i] = bytes_.number<std::uint64_t>(at + 4 + i * 8);
        }
        return true;
      }
      at += 4 + size;
      left -= 4 + size;
    }
    return wanted.empty();
  }

  Result<void> make(const Entry& entry) {
    constexpr std::uint32_t kind = 0170000;
    constexpr std::uint32_t link = 0120000;
    constexpr std::uint32_t regular = 0100000;
    constexpr std::uint32_t directory = 0040000;
    const std::uint32_t type = entry.mode & kind;
    if (entry.name.ends_with('/') || type == directory) {
      return builder_.directory(entry.name, entry.modified);
    }
    if (type != 0 && type != regular && type != link) return {};
    if (type == link) return make_link(entry);
    auto file = builder_.file(entry.name);
    if (!file) return std::move(file).error();
    const auto copied =
        content(entry, [&](std::span<const std::byte> bytes) { return file->append(bytes); });
    if (!copied) return copied;
    file->set_time(entry.modified);
    return {};
  }

  Result<void> make_link(const Entry& entry) {
    constexpr std::uint64_t longest = 4095;
    if (entry.size > longest) {
      return archive_error(ErrorKind::malformed, entry.name, "a link that can't lead anywhere");
    }
    std::string target;
    const auto read = content(entry, [&](std::span<const std::byte> bytes) {
      target.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return Result<void>();
    });
    return read ? builder_.link(entry.name, target, entry.modified) : read;
  }

  /// The packed bytes of an entry.
  Result<std::span<const std::byte>> packed(const Entry& entry) const {
    constexpr std::uint16_t encrypted = 1;
    const auto refuse = [&](std::string_view why) {
      return archive_error(ErrorKind::malformed, entry.name, why);
    };
    if ((entry.flags & encrypted) != 0) return refuse("it is encrypted");
    if (!bytes_.has(entry.offset, local_size) ||
        bytes_.number<std::uint32_t>(entry.offset) != local_signature) {
      return refuse("it isn't where the list of files says");
    }
    const std::uint64_t start = entry.offset + local_size +
                                bytes_.number<std::uint16_t>(entry.offset + 26) +
                                bytes_.number<std::uint16_t>(entry.offset + 28);
    if (!bytes_.has(start, entry.packed_size)) return refuse("it ends too early");
    return bytes_.part(start, entry.packed_size);
  }

  template <class Take>
  Result<void> content(const Entry& entry, Take take) {
    const auto bytes = packed(entry);
    if (!bytes) return bytes.error();
    constexpr std::uint16_t stored = 0;
    constexpr std::uint16_t deflated = 8;
    if (entry.method == stored) {
      const auto source = plain_source(*bytes);
      return copy(entry, *source, take);
    }
    if (entry.method != deflated) {
      return archive_error(ErrorKind::malformed, entry.name,
                           "packed in a way that isn't supported");
    }
    Inflater inflater(*bytes, Inflater::Format::raw);
    return copy(entry, inflater, take);
  }

  template <class Source, class Take>
  Result<void> copy(const Entry& entry, Source& source, Take take) {
    std::array<std::byte, 65536> buffer;
    std::uint64_t left = entry.size;
    uLong crc = ::crc32(0, nullptr, 0);
    while (true) {
      const auto count = source.read(buffer);
      if (!count) return archive_error(count.error().kind(), entry.name, count.error().message());
      if (*count > left) break;
      if (*count == 0) {
        if (left != 0 || crc != entry.crc) break;
        return {};
      }
      left -= *count;
      crc = ::crc32(crc, reinterpret_cast<const Bytef*>(buffer.data()), static_cast<uInt>(*count));
      const auto taken = take(std::span<const std::byte>(buffer).first(*count));
      if (!taken) return taken;
    }
    return archive_error(ErrorKind::malformed, entry.name,
                         "its size or checksum isn't what the list of files says");
  }

  Bytes bytes_;
  ArchiveBuilder& builder_;
};

}  // namespace

Result<void> read_zip(std::span<const std::byte> archive, ArchiveBuilder& builder) {
  return ZipReader(archive, builder).run();
}

}  // namespace wrun::inline v0::wasi
