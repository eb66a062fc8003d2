#pragma once

// Machine code that other processes of the same user left in a directory. What is in there is
// believed only with a hash that has the user's key, which is there, too: who can read it is the
// user. Thread-safe.

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <wrun/result.hpp>

#include "lib/api/image_source.hpp"
#include "lib/os/private_directory.hpp"
#include "lib/wasm/siphash.hpp"

namespace wrun::inline v0::api {

class CodeCache {
 public:
  CodeCache(std::string path, std::uint64_t most_bytes)
      : path_(std::move(path)), most_bytes_(most_bytes) {}

  /// Once before all else; makes the directory and the key. Errors: io.
  Result<void> open();
  /// What images in it are hashed with.
  const wasm::HashKey& key() const { return key_; }

  /// The name of a module's file, by the engine's key and the module's bytes.
  std::string name_of(const std::string& engine_key, std::span<const std::uint8_t> module) const;
  /// The file, unchecked, or nothing.
  std::optional<ImageSource> find(const std::string& name) const;
  /// Keeps an image, if that can be done, and removes what wasn't used for longest.
  void put(const std::string& name, std::span<const std::uint8_t> image);
  void remove(const std::string& name) const { directory_.remove(name); }

 private:
  Result<void> read_key();
  void make_room();

  std::string path_;
  std::uint64_t most_bytes_;
  std::mutex mutex_;
  bool is_open_ = false;
  os::PrivateDirectory directory_;
  wasm::HashKey key_{};
};

}  // namespace wrun::inline v0::api
