#pragma once

// A guest's open descriptors, its capabilities and its account.

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <wrun/wasi/context.hpp>

#include "wasi/preview1/abi.hpp"

namespace wrun::inline v0::wasi {

/// What stands in for a directory where nothing is granted: only there to be denied.
struct NoDirectory {};

/// What an open descriptor is.
using Object = std::variant<std::shared_ptr<InputStream>, std::shared_ptr<OutputStream>,
                            std::shared_ptr<File>, std::shared_ptr<Directory>,
                            std::shared_ptr<Listener>, std::shared_ptr<Connection>, NoDirectory>;

/// The object as a T, or null.
template <class T>
T* get_as(const Object& object) {
  const auto* pointer = std::get_if<std::shared_ptr<T>>(&object);
  return pointer == nullptr ? nullptr : pointer->get();
}

struct Descriptor {
  Object object;
  preview1::Rights base = 0;
  preview1::Rights inheriting = 0;
  std::uint16_t flags = 0;
  std::uint64_t offset = 0;            ///< of a file
  Access access = Access::none;        ///< what the mount grants, of files and directories
  std::optional<std::string> preopen;  ///< the guest's name, if it was open from the start
  std::string path;                    ///< what the guest calls it, to explain denials
  std::string mount;                   ///< the guest's name of the mount that it is in
  std::string host_path;               ///< of the mount, if it is a directory of the host
  bool is_placeholder() const { return std::holds_alternative<NoDirectory>(object); }

  const char* ungranted = nullptr;  ///< what it stands in for, if that isn't granted
  bool counted = false;             ///< as one of Bounds::open_files
};

struct ContextState {
  explicit ContextState(const Config& config);

  /// Null if there is no such descriptor.
  std::shared_ptr<Descriptor> find(preview1::Fd fd) const;
  /// In the lowest free place; `mfile` if there are too many.
  Outcome<preview1::Fd> insert(std::shared_ptr<Descriptor> descriptor);
  Outcome<void> close(preview1::Fd fd);
  Outcome<void> renumber(preview1::Fd from, preview1::Fd to);
  void denied(Denial denial) const {
    if (on_denied) on_denied(denial);
  }

  std::mutex mutex;  ///< guards descriptors; held during a call, but not while it sleeps
  std::vector<std::shared_ptr<Descriptor>> descriptors;

  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< "NAME=value"
  std::shared_ptr<Clocks> clocks;
  std::shared_ptr<Random> random;
  std::shared_ptr<ProcessExit> exit;
  Bounds bounds;
  std::function<void(const Denial&)> on_denied;

  Event interrupt;
  bool measure_time = false;
  std::atomic<std::uint64_t> calls{0};
  std::array<std::atomic<std::uint64_t>, call_kinds> calls_by_kind{};
  std::atomic<std::uint64_t> nanoseconds{0};
  std::atomic<std::uint64_t> nanoseconds_asleep{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint32_t> open_files{0};

 private:
  void add_stream(Object stream, preview1::Rights rights, const char* ungranted = nullptr);
  void add_mount(const Mount& mount);
};

}  // namespace wrun::inline v0::wasi
