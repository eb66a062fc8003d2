#include "lib/api/cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "lib/wasm/compose.hpp"
#include "lib/wasm/nh_hash.hpp"

namespace wrun::inline v0::api {

namespace {

constexpr const char* key_name = "key";
constexpr std::string_view suffix = ".cwasm";
/// After which an unfinished file has no writer any more.
constexpr std::chrono::nanoseconds abandoned = std::chrono::hours(1);

Error cache_error(const std::string& path, std::string_view why) {
  return Error(ErrorKind::io, compose("cache {}: {}", path, why));
}

std::int64_t now() {
  using std::chrono::system_clock;
  return std::chrono::nanoseconds(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<void> CodeCache::open() {
  const std::lock_guard lock(mutex_);
  if (is_open_) return {};
  if (const std::string why = directory_.open(path_); !why.empty()) return cache_error(path_, why);
  if (auto read = read_key(); !read) return read;
  is_open_ = true;
  return {};
}

/// Several processes may be the first: one of them makes the key.
Result<void> CodeCache::read_key() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (const auto found = directory_.read(key_name, sizeof(key_))) {
      if (found->size() != sizeof(key_)) return cache_error(path_, "its key is damaged");
      std::memcpy(key_.data(), found->data(), sizeof(key_));
      return {};
    }
    std::uint8_t fresh[sizeof(key_)] = {};
    if (!os::random_bytes(fresh)) return cache_error(path_, "the system has no random numbers");
    directory_.write(key_name, fresh, false);
  }
  return cache_error(path_, "its key can't be read or written");
}

std::string CodeCache::name_of(const std::string& engine_key,
                               std::span<const std::uint8_t> module) const {
  const auto* text = reinterpret_cast<const std::uint8_t*>(engine_key.data());
  const wasm::Hash128 of_engine = wasm::siphash(key_, {text, engine_key.size()});
  const wasm::Hash128 of_module = wasm::nh_hash(of_engine, module);
  return compose("{:016x}{:016x}{}", of_module[0], of_module[1], suffix);
}

std::optional<ImageSource> CodeCache::find(const std::string& name) const {
  os::InputFile file = directory_.open_file(name, most_bytes_);
  const auto size = file ? file.size() : std::nullopt;
  if (!size) return std::nullopt;
  directory_.touch(name);
  return ImageSource(std::move(file), *size);
}

void CodeCache::put(const std::string& name, std::span<const std::uint8_t> image) {
  if (image.size() > most_bytes_) return;
  directory_.write(name, image, true);
  make_room();
}

void CodeCache::make_room() {
  auto files = directory_.files();
  // By a heap, which is less code.
  std::partial_sort(files.begin(), files.end(), files.end(),
                    [](const auto& a, const auto& b) { return a.used > b.used; });
  std::uint64_t total = 0;
  for (const os::PrivateDirectory::File& file : files) {
    if (file.name.starts_with(os::unfinished)) {
      if (now() - file.used > abandoned.count()) directory_.remove(file.name);
    } else if (file.name.ends_with(suffix)) {
      total += file.size;
      if (total > most_bytes_) directory_.remove(file.name);
    }
  }
}

}  // namespace wrun::inline v0::api
