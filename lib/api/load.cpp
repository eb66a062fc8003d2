#include "lib/api/load.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <system_error>

#include "lib/wasm/compose.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::api {

namespace {

constexpr std::size_t chunk = 256 * 1024;

Error io_error(std::string_view name, int code) {
  return Error(ErrorKind::io, compose("{}: {}", name, std::generic_category().message(code)));
}

Error too_large(std::string_view name, std::uint64_t most) {
  return Error(ErrorKind::limit,
               compose("{}: larger than the limit of {} bytes for a module", name, most));
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// How much to make room for at first: for the rest of a file, if it is one and not too large, and
/// for the byte that says that this is the end.
std::size_t first_room(std::FILE* stream) {
  constexpr long most = 64 << 20;
  const long here = std::ftell(stream);
  if (here < 0 || std::fseek(stream, 0, SEEK_END) != 0) return chunk;
  const long end = std::ftell(stream);
  std::fseek(stream, here, SEEK_SET);
  return end > here && end - here <= most ? static_cast<std::size_t>(end - here) + 1 : chunk;
}

/// An inflater that ends itself.
struct Inflater {
  z_stream stream{};
  // 16 asks for gzip's header and checksum.
  bool ready = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

Error bad_gzip(const char* why) {
  return Error(ErrorKind::malformed, compose("gzip: {}", why ? why : "damaged data"));
}

bool starts_with(std::span<const std::uint8_t> bytes, std::string_view prefix) {
  return bytes.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

bool is_text_byte(std::uint8_t byte) {
  return byte >= 0x20 ? byte != 0x7f : byte == '\t' || byte == '\n' || byte == '\r';
}

/// Gives the inflater as much input as it counts.
void feed(z_stream& stream, std::span<const std::uint8_t>& input) {
  const std::size_t part = std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max());
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(part);
  input = input.subspan(part);
}

}  // namespace

Result<Bytes> read_stream(std::FILE* stream, std::string_view name, std::uint64_t most) {
  Bytes bytes;
  std::size_t size = 0;
  std::size_t room = first_room(stream);
  for (;; room = std::max(chunk, size)) {
    bytes.resize(size + room);
    errno = 0;
    const std::size_t got = std::fread(bytes.data() + size, 1, bytes.size() - size, stream);
    size += got;
    if (size > most) return too_large(name, most);
    if (got != 0) continue;
    if (std::ferror(stream)) return io_error(name, errno ? errno : EIO);
    break;
  }
  bytes.resize(size);
  return bytes;
}

Result<Bytes> read_file(std::string_view path, std::uint64_t most) {
  if (path.find('\0') != path.npos) return io_error("a path with a zero byte", EINVAL);
  const std::unique_ptr<std::FILE, Close> file(std::fopen(std::string(path).c_str(), "rbe"));
  if (!file) return io_error(path, errno);
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  return read_stream(file.get(), path, most);
}

Content content_of(std::span<const std::uint8_t> bytes) {
  if (bytes.empty() || bytes[0] == 0) return Content::binary;
  if (starts_with(bytes, "\x1f\x8b")) return Content::gzip;
  if (starts_with(bytes, "\xef\xbb\xbf")) return Content::text;
  const auto head = bytes.first(std::min<std::size_t>(bytes.size(), 512));
  return std::all_of(head.begin(), head.end(), is_text_byte) ? Content::text : Content::unknown;
}

Result<Bytes> inflate(std::span<const std::uint8_t> packed, std::uint64_t most) {
  Inflater inflater;
  if (!inflater.ready) return Error(ErrorKind::limit, "out of memory");
  z_stream& stream = inflater.stream;
  Bytes bytes;
  std::size_t size = 0;
  int status = Z_OK;
  for (;;) {
    if (stream.avail_in == 0) feed(stream, packed);
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      inflateReset(&stream);  // another member follows
    }
    if (size == bytes.size()) bytes.resize(size + std::max(chunk, size));
    const std::size_t room =
        std::min<std::size_t>(bytes.size() - size, std::numeric_limits<uInt>::max());
    stream.next_out = bytes.data() + size;
    stream.avail_out = static_cast<uInt>(room);
    status = ::inflate(&stream, Z_NO_FLUSH);
    size += room - stream.avail_out;
    if (size > most) return too_large("unpacked module", most);
    if (status == Z_BUF_ERROR ||
        (status == Z_OK && stream.avail_in == 0 && packed.empty() && stream.avail_out != 0))
      return bad_gzip("the data ends early");
    if (status == Z_MEM_ERROR) return Error(ErrorKind::limit, "out of memory");
    if (status != Z_OK && status != Z_STREAM_END) return bad_gzip(stream.msg);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace wrun::inline v0::api
