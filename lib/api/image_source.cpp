#include "lib/api/image_source.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "lib/os/populate.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::api {

bool ImageSource::read(std::span<std::uint8_t> to) {
  if (to.size() > left_) return false;
  left_ -= to.size();
  if (file_) return file_.read(to);
  std::copy_n(bytes_.begin(), to.size(), to.begin());
  bytes_ = bytes_.subspan(to.size());
  return true;
}

bool ImageSource::read(std::vector<std::uint8_t>& to, std::uint64_t size) {
  if (size > left_) return false;
  to.reserve(static_cast<std::size_t>(size));
  os::populate_for_writing(to.data(), to.capacity());
  to.resize(static_cast<std::size_t>(size));
  return read(to);
}

Result<ImageSource> open_image(std::string_view path) {
  const bool is_path = path.find('\0') == path.npos;
  os::InputFile file = is_path ? os::InputFile::open(std::string(path).c_str()) : os::InputFile();
  const int code = is_path ? errno : EINVAL;
  if (const auto size = file ? file.size() : std::nullopt)
    return ImageSource(std::move(file), *size);
  return Error(ErrorKind::io,
               compose("{}: {}", path,
                       code == 0 ? "not a regular file" : std::generic_category().message(code)));
}

}  // namespace wrun::inline v0::api
