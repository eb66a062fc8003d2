#include "wasi/archive/source.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::size_t most_at_once = std::numeric_limits<uInt>::max();

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(std::span<const std::byte> bytes) : left_(bytes) {}

  Result<std::size_t> read(std::span<std::byte> bytes) override {
    const std::size_t count = std::min(bytes.size(), left_.size());
    if (count != 0) std::memcpy(bytes.data(), left_.data(), count);
    left_ = left_.subspan(count);
    return count;
  }

 private:
  std::span<const std::byte> left_;
};

class GzipSource final : public ByteSource {
 public:
  GzipSource(std::span<const std::byte> bytes, std::uint64_t most)
      : inflater_(bytes, Inflater::Format::gzip), left_(most) {}

  Result<std::size_t> read(std::span<std::byte> bytes) override {
    auto count = inflater_.read(bytes);
    if (!count) return count;
    if (*count > left_) {
      return Error(ErrorKind::limit, "archive: larger than the quota when it is unpacked");
    }
    left_ -= *count;
    return count;
  }

 private:
  Inflater inflater_;
  std::uint64_t left_;
};

}  // namespace

Inflater::Inflater(std::span<const std::byte> packed, Format format)
    : packed_(packed),
      format_(format),
      ready_(inflateInit2(&stream_, static_cast<int>(format)) == Z_OK) {}

Inflater::~Inflater() {
  if (ready_) inflateEnd(&stream_);
}

void Inflater::next_member() {
  const bool more = stream_.avail_in != 0 || !packed_.empty();
  ended_ = format_ != Format::gzip || !more || inflateReset(&stream_) != Z_OK;
}

Result<std::size_t> Inflater::read(std::span<std::byte> bytes) {
  if (!ready_) return Error(ErrorKind::limit, "archive: no memory to unpack it");
  std::size_t done = 0;
  while (done < bytes.size() && !ended_) {
    if (stream_.avail_in == 0) {
      const std::size_t part = std::min(packed_.size(), most_at_once);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data()));
      stream_.avail_in = static_cast<uInt>(part);
      packed_ = packed_.subspan(part);
    }
    const std::size_t room = std::min(bytes.size() - done, most_at_once);
    stream_.next_out = reinterpret_cast<Bytef*>(bytes.data() + done);
    stream_.avail_out = static_cast<uInt>(room);
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    done += room - stream_.avail_out;
    if (status == Z_STREAM_END) {
      next_member();
    } else if (status == Z_MEM_ERROR) {
      return Error(ErrorKind::limit, "archive: no memory to unpack it");
    } else if (status != Z_OK) {
      const char* why = stream_.msg != nullptr ? stream_.msg : "it ends too early";
      return Error(ErrorKind::malformed, compose("archive: damaged: {}", why));
    }
  }
  return done;
}

std::unique_ptr<ByteSource> plain_source(std::span<const std::byte> bytes) {
  return std::make_unique<PlainSource>(bytes);
}
std::unique_ptr<ByteSource> gzip_source(std::span<const std::byte> bytes, std::uint64_t most) {
  return std::make_unique<GzipSource>(bytes, most);
}

}  // namespace wrun::inline v0::wasi
