#include <wrun/wasi/context.hpp>

#include <algorithm>

#include "wasi/context_state.hpp"

namespace wrun::inline v0::wasi {

namespace {

namespace right = preview1::right;

class EndOfProcess final : public ProcessExit {
 public:
  Error exit(std::uint32_t status) override { return exit_error(status); }
};

/// wasi-libc looks relative paths up in mounts of these names, and absolute ones in "/".
bool is_catch_all(const Mount& mount) {
  return mount.guest_path == "/" || mount.guest_path == "." || mount.guest_path.empty();
}

}  // namespace

ContextState::ContextState(const Config& config)
    : clocks(config.clocks_),
      random(config.random_),
      exit(config.exit_ ? config.exit_ : std::make_shared<EndOfProcess>()),
      bounds(config.bounds_),
      on_denied(config.on_denied_),
      measure_time(config.measure_time_) {
  if (config.arguments_) arguments = config.arguments_->arguments();
  auto variables = config.environment_ ? config.environment_->variables() : config.variables_;
  if (config.environment_) {
    variables.insert(variables.end(), config.variables_.begin(), config.variables_.end());
  }
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);

  add_stream(config.stdin_stream_ ? config.stdin_stream_ : empty_input(),
             right::stream & ~right::fd_write, config.stdin_stream_ ? nullptr : "standard input");
  add_stream(config.stdout_stream_ ? config.stdout_stream_ : null_output(),
             right::stream & ~right::fd_read, config.stdout_stream_ ? nullptr : "standard output");
  add_stream(config.stderr_stream_ ? config.stderr_stream_ : null_output(),
             right::stream & ~right::fd_read, config.stderr_stream_ ? nullptr : "standard error");
  for (const Mount& mount : config.mounts_) add_mount(mount);
  for (const auto& listener : config.listeners_) add_stream(listener, right::socket);
  for (const auto& connection : config.connections_) add_stream(connection, right::socket);
  // Last, so that a libc that takes the first or the longest match prefers a real one.
  if (on_denied && std::none_of(config.mounts_.begin(), config.mounts_.end(), is_catch_all)) {
    auto nothing = std::make_shared<Descriptor>();
    nothing->object = NoDirectory{};
    nothing->base = right::directory;
    nothing->inheriting = right::directory | right::file;
    nothing->preopen = nothing->path = nothing->mount = "/";
    descriptors.push_back(std::move(nothing));
  }
}

void ContextState::add_stream(Object stream, preview1::Rights rights, const char* ungranted) {
  auto descriptor = std::make_shared<Descriptor>();
  descriptor->ungranted = ungranted;
  descriptor->object = std::move(stream);
  descriptor->base = rights;
  // What a listener accepts is a socket too.
  descriptor->inheriting = rights & right::sock_accept ? rights : 0;
  descriptors.push_back(std::move(descriptor));
}

void ContextState::add_mount(const Mount& mount) {
  auto descriptor = std::make_shared<Descriptor>();
  descriptor->object = mount.directory;
  descriptor->base = right::directory;
  descriptor->inheriting = right::directory | right::file;
  descriptor->access = mount.access;
  descriptor->preopen = descriptor->path = descriptor->mount = mount.guest_path;
  descriptor->host_path = mount.host_path;
  descriptors.push_back(std::move(descriptor));
}

std::shared_ptr<Descriptor> ContextState::find(preview1::Fd fd) const {
  return fd < descriptors.size() ? descriptors[fd] : nullptr;
}

Outcome<preview1::Fd> ContextState::insert(std::shared_ptr<Descriptor> descriptor) {
  if (open_files >= bounds.open_files) return Errno::mfile;
  descriptor->counted = true;
  const auto free = std::find(descriptors.begin(), descriptors.end(), nullptr);
  const auto fd = static_cast<preview1::Fd>(free - descriptors.begin());
  if (free == descriptors.end()) {
    descriptors.push_back(std::move(descriptor));
  } else {
    *free = std::move(descriptor);
  }
  ++open_files;
  return fd;
}

Outcome<void> ContextState::close(preview1::Fd fd) {
  const std::shared_ptr<Descriptor> descriptor = find(fd);
  if (!descriptor || descriptor->is_placeholder()) return Errno::badf;
  if (descriptor->counted) --open_files;
  descriptors[fd] = nullptr;
  return {};
}

Outcome<void> ContextState::renumber(preview1::Fd from, preview1::Fd to) {
  const std::shared_ptr<Descriptor> source = find(from);
  const std::shared_ptr<Descriptor> target = find(to);
  if (!source || !target || source->is_placeholder() || target->is_placeholder()) {
    return Errno::badf;
  }
  if (from == to) return {};
  if (target->counted) --open_files;
  descriptors[to] = source;
  descriptors[from] = nullptr;
  return {};
}

Context::Context(std::unique_ptr<ContextState> state) : state_(std::move(state)) {}
Context::~Context() = default;

Result<std::shared_ptr<Context>> Context::create(const Config& config) {
  if (config.error()) return *config.error();
  return std::make_shared<Context>(std::make_unique<ContextState>(config));
}

Event& Context::interrupt() {
  return state_->interrupt;
}

HostUsage Context::usage() const {
  HostUsage usage;
  usage.calls = state_->calls;
  for (std::size_t i = 0; i < call_kinds; ++i) usage.calls_by_kind[i] = state_->calls_by_kind[i];
  if (state_->measure_time) {
    usage.time = std::chrono::nanoseconds(state_->nanoseconds);
    usage.time_asleep = std::chrono::nanoseconds(state_->nanoseconds_asleep);
  }
  usage.bytes_in = state_->bytes_in;
  usage.bytes_out = state_->bytes_out;
  usage.open_files = state_->open_files;
  return usage;
}

std::string_view text(CallKind kind) {
  constexpr std::array<std::string_view, call_kinds> names{"arguments", "environment", "clocks",
                                                           "random",    "streams",     "files",
                                                           "sockets",   "polling",     "process"};
  const auto at = static_cast<std::size_t>(kind);
  return at < names.size() ? names[at] : "unknown";
}

}  // namespace wrun::inline v0::wasi
