#include <wrun/wasi/archive.hpp>

#include <string_view>

#include "lib/api/boundary.hpp"
#include "lib/api/load.hpp"
#include "wasi/archive/readers.hpp"

namespace wrun::inline v0::wasi {

namespace {

bool starts_with(std::span<const std::byte> bytes, std::string_view prefix) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.starts_with(prefix);
}

Result<std::shared_ptr<Directory>> unpack(std::span<const std::byte> archive,
                                          const FilesQuota& quota) {
  using Duplicates = ArchiveBuilder::Duplicates;
  if (archive.empty()) return Error(ErrorKind::malformed, "archive: it is empty");
  // An empty .zip has only its end.
  const bool zip = starts_with(archive, "PK\x03\x04") || starts_with(archive, "PK\x05\x06");
  ArchiveBuilder builder(quota, zip ? Duplicates::refuse : Duplicates::replace);
  Result<void> read;
  if (zip) {
    read = read_zip(archive, builder);
  } else {
    const bool gzip = starts_with(archive, "\x1f\x8b");
    const auto source =
        gzip ? gzip_source(archive, most_archive_bytes(quota)) : plain_source(archive);
    read = read_tar(*source, builder);
  }
  if (!read) return std::move(read).error();
  return builder.finish();
}

}  // namespace

Result<std::shared_ptr<Directory>> archive_directory(std::span<const std::byte> archive,
                                                     const FilesQuota& quota) {
  return api::guarded([&] { return unpack(archive, quota); });
}

Result<std::shared_ptr<Directory>> archive_file(const std::string& path, const FilesQuota& quota) {
  const auto bytes = api::read_file(path, most_archive_bytes(quota));
  if (!bytes) {
    const bool large = bytes.error().kind() == ErrorKind::limit;
    return large ? Error(ErrorKind::limit, path + ": larger than the quota") : bytes.error();
  }
  return archive_directory(std::as_bytes(std::span(*bytes)), quota);
}

}  // namespace wrun::inline v0::wasi
