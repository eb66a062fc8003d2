// What a guest is granted by a C program.

#include <vector>

#include "wasi/c/handles.hpp"
#include "wasi/c/options.hpp"

using namespace wrun;
using namespace wrun::wasi;

namespace {

/// set(config) puts something into a configuration, whose own mistake becomes the error.
template <class Set>
wrun_error_t* change(wrun_wasi_config_t* config, Set&& set) noexcept {
  return capi::attempt([&]() -> Result<void> {
    wasi::Config changed = config->config;
    set(changed);
    if (changed.error()) return *changed.error();
    config->config = std::move(changed);
    return {};
  });
}

/// A callback that makes the error of an exit.
class CallbackExit final : public ProcessExit {
 public:
  using Callback = wrun_error_t* (*)(void*, std::uint32_t);
  CallbackExit(Callback callback, std::shared_ptr<capi::Environment> env)
      : callback_(callback), env_(std::move(env)) {}
  Error exit(std::uint32_t status) override {
    wrun_error_t* error = callback_(env_->get(), status);
    if (!error) return exit_error(status);
    Error made = error->error;
    wrun_error_delete(error);
    return made;
  }

 private:
  Callback callback_;
  std::shared_ptr<capi::Environment> env_;
};

Result<Endpoint> allowed_endpoint(const wrun_wasi_socket_rules_t* rules, Direction direction,
                                  const char* endpoint) {
  auto parsed = Endpoint::parse(capi::text(endpoint));
  if (!parsed || rules->rules.judge(direction, *parsed).allowed) return parsed;
  return Error(ErrorKind::denied, "no rule allows " + text(*parsed));
}

}  // namespace

extern "C" {

wrun_wasi_config_t* wrun_wasi_config_new() {
  return make_handle<wrun_wasi_config_t>([] { return wasi::Config(); });
}
wrun_wasi_config_t* wrun_wasi_config_copy(const wrun_wasi_config_t* config) {
  return make_handle<wrun_wasi_config_t>([&] { return config->config; });
}
void wrun_wasi_config_delete(wrun_wasi_config_t* config) {
  delete config;
}

wrun_error_t* wrun_wasi_config_set_args(wrun_wasi_config_t* config, size_t count,
                                        const char* const args[]) {
  return change(config,
                [&](wasi::Config& to) { to.args(std::vector<std::string>(args, args + count)); });
}

wrun_error_t* wrun_wasi_config_add_env(wrun_wasi_config_t* config, const char* name,
                                       const char* value) {
  return change(config, [&](wasi::Config& to) {
    to.env(std::string(capi::text(name)), std::string(capi::text(value)));
  });
}

void wrun_wasi_config_set_stdin(wrun_wasi_config_t* config, const wrun_wasi_input_t* input) {
  config->config.stdin_(input->stream);
}
void wrun_wasi_config_set_stdout(wrun_wasi_config_t* config, const wrun_wasi_output_t* output) {
  config->config.stdout_(output->stream);
}
void wrun_wasi_config_set_stderr(wrun_wasi_config_t* config, const wrun_wasi_output_t* output) {
  config->config.stderr_(output->stream);
}
wrun_error_t* wrun_wasi_config_inherit_stdio(wrun_wasi_config_t* config) {
  return change(config, [](wasi::Config& to) {
    to.stdin_(&host_stdin).stdout_(&host_stdout).stderr_(&host_stderr);
  });
}

wrun_error_t* wrun_wasi_config_set_system_clock(wrun_wasi_config_t* config) {
  return change(config, [](wasi::Config& to) { to.clock(system_clock()); });
}
wrun_error_t* wrun_wasi_config_set_fixed_clock(wrun_wasi_config_t* config, uint64_t wall,
                                               uint64_t monotonic) {
  return change(config, [&](wasi::Config& to) { to.clock(fixed_clock(wall, monotonic)); });
}
void wrun_wasi_config_set_clock(wrun_wasi_config_t* config, const wrun_wasi_clock_t* clock) {
  config->config.clock(clock->clock);
}
wrun_wasi_clock_t* wrun_wasi_clock_system() {
  return make_handle<wrun_wasi_clock_t>([] { return system_clock(); });
}
wrun_wasi_clock_t* wrun_wasi_clock_fixed(uint64_t wall, uint64_t monotonic) {
  return make_handle<wrun_wasi_clock_t>([&] { return fixed_clock(wall, monotonic); });
}
wrun_wasi_clock_t* wrun_wasi_clock_new(uint64_t wall, uint64_t monotonic) {
  return capi::guarded<wrun_wasi_clock_t*>(nullptr, [&] {
    auto clock = std::make_shared<ManualClock>(wall, monotonic);
    return new wrun_wasi_clock_t{clock, clock};
  });
}
wrun_wasi_errno_t wrun_wasi_clock_now(const wrun_wasi_clock_t* clock, uint32_t which,
                                      uint64_t* out) {
  const auto failed = static_cast<wrun_wasi_errno_t>(Errno::nomem);
  return capi::guarded(failed, [&] {
    const Outcome<Timestamp> time = clock->clock->now(static_cast<ClockId>(which), 0);
    if (time) *out = *time;
    return static_cast<wrun_wasi_errno_t>(time.error());
  });
}
void wrun_wasi_clock_delete(wrun_wasi_clock_t* clock) {
  delete clock;
}
void wrun_wasi_clock_advance(wrun_wasi_clock_t* clock, uint64_t nanoseconds) {
  if (clock->manual) clock->manual->advance(nanoseconds);
}

wrun_error_t* wrun_wasi_config_set_system_random(wrun_wasi_config_t* config) {
  return change(config, [](wasi::Config& to) { to.random(system_random()); });
}
wrun_error_t* wrun_wasi_config_set_seeded_random(wrun_wasi_config_t* config, uint64_t seed) {
  return change(config, [&](wasi::Config& to) { to.random(seeded_random(seed)); });
}

wrun_error_t* wrun_wasi_config_add_dir(wrun_wasi_config_t* config, const char* host_path,
                                       const char* guest_path, wrun_wasi_access_t access,
                                       const wrun_wasi_host_directory_options_t* options) {
  auto read = api::guarded([&] { return read_host_options(options); });
  if (!read) return capi::to_c(std::move(read).error());
  return change(config, [&](wasi::Config& to) {
    to.dir(std::string(capi::text(host_path)), std::string(capi::text(guest_path)),
           to_access(access), *read);
  });
}
wrun_error_t* wrun_wasi_config_add_directory(wrun_wasi_config_t* config,
                                             const wrun_wasi_directory_t* directory,
                                             const char* guest_path, wrun_wasi_access_t access) {
  return change(config, [&](wasi::Config& to) {
    to.dir(directory->directory, std::string(capi::text(guest_path)), to_access(access));
  });
}

wrun_error_t* wrun_wasi_config_add_listener(wrun_wasi_config_t* config, int fd) {
  return capi::attempt([&]() -> Result<void> {
    auto made = listener_from_fd(fd);
    if (!made) return io_error("the listening socket", made.error());
    config->config.listener(std::move(*made));
    return {};
  });
}
wrun_error_t* wrun_wasi_config_add_connection(wrun_wasi_config_t* config, int fd) {
  return capi::attempt([&]() -> Result<void> {
    auto made = connection_from_fd(fd);
    if (!made) return io_error("the connected socket", made.error());
    config->config.connection(std::move(*made));
    return {};
  });
}
wrun_error_t* wrun_wasi_config_listen(wrun_wasi_config_t* config,
                                      const wrun_wasi_socket_rules_t* rules, const char* endpoint,
                                      uint16_t* out) {
  return capi::attempt([&]() -> Result<void> {
    auto at = allowed_endpoint(rules, Direction::listen, endpoint);
    if (!at) return std::move(at).error();
    auto made = listen_on(*at);
    if (!made) return io_error(capi::text(endpoint), made.error());
    config->config.listener(std::move(*made));
    if (out) *out = at->port;
    return {};
  });
}
wrun_error_t* wrun_wasi_config_connect(wrun_wasi_config_t* config,
                                       const wrun_wasi_socket_rules_t* rules,
                                       const char* endpoint) {
  return capi::attempt([&]() -> Result<void> {
    auto at = allowed_endpoint(rules, Direction::connect, endpoint);
    if (!at) return std::move(at).error();
    auto made = connect_to(*at);
    if (!made) return io_error(capi::text(endpoint), made.error());
    config->config.connection(std::move(*made));
    return {};
  });
}

wrun_wasi_socket_rules_t* wrun_wasi_socket_rules_new() {
  return make_handle<wrun_wasi_socket_rules_t>([] { return SocketRules(); });
}
void wrun_wasi_socket_rules_delete(wrun_wasi_socket_rules_t* rules) {
  delete rules;
}
wrun_wasi_socket_rules_t* wrun_wasi_socket_rules_loopback_only() {
  return make_handle<wrun_wasi_socket_rules_t>([] { return SocketRules::loopback_only(); });
}
bool wrun_wasi_socket_rules_empty(const wrun_wasi_socket_rules_t* rules) {
  return rules->rules.empty();
}
wrun_error_t* wrun_wasi_socket_rules_allow(wrun_wasi_socket_rules_t* rules, const char* rule) {
  return capi::attempt([&] { return rules->rules.allow(capi::text(rule)); });
}
wrun_error_t* wrun_wasi_socket_rules_deny(wrun_wasi_socket_rules_t* rules, const char* rule) {
  return capi::attempt([&] { return rules->rules.deny(capi::text(rule)); });
}
bool wrun_wasi_socket_rules_judge(const wrun_wasi_socket_rules_t* rules, bool listens,
                                  const char* endpoint) {
  return capi::guarded(false, [&] {
    const auto direction = listens ? Direction::listen : Direction::connect;
    return allowed_endpoint(rules, direction, endpoint).has_value();
  });
}

void wrun_wasi_socket_rules_deciding(const wrun_wasi_socket_rules_t* rules, bool listens,
                                     const char* endpoint, wasm_name_t* out) {
  wasm_byte_vec_new_empty(out);
  capi::guarded([&] {
    const auto parsed = Endpoint::parse(capi::text(endpoint));
    if (!parsed) return;
    const auto direction = listens ? Direction::listen : Direction::connect;
    (void)give_bytes(rules->rules.judge(direction, *parsed).rule, out);
  });
}

wrun_error_t* wrun_wasi_config_set_bounds(wrun_wasi_config_t* config,
                                          const wrun_wasi_bounds_t* bounds) {
  return capi::attempt([&]() -> Result<void> {
    auto read = capi::read_options<wrun_wasi_bounds_t>(*bounds, WRUN_WASI_BOUNDS_INIT);
    if (!read) return std::move(read).error();
    config->config.bounds({read->open_files, read->subscriptions, read->random_bytes});
    return {};
  });
}
void wrun_wasi_config_measure_time(wrun_wasi_config_t* config, bool measure) {
  config->config.measure_time(measure);
}
void wrun_wasi_denial_to_string(const wrun_wasi_denial_t* denial, wasm_name_t* out) {
  wasm_byte_vec_new_empty(out);
  capi::guarded([&] {
    capi::give_text(out, text(Denial{denial->call, denial->what, denial->reason, denial->grant}));
  });
}
wrun_error_t* wrun_wasi_config_on_denied(wrun_wasi_config_t* config,
                                         void (*callback)(void*, const wrun_wasi_denial_t*),
                                         void* env, void (*finalizer)(void*)) {
  return change(config, [&](wasi::Config& to) {
    auto kept = capi::share(env, finalizer);
    to.on_denied([callback, kept](const Denial& denial) {
      const wrun_wasi_denial_t told{denial.call.c_str(), denial.what.c_str(), denial.reason.c_str(),
                                    denial.grant.c_str()};
      callback(kept->get(), &told);
    });
  });
}
wrun_error_t* wrun_wasi_config_on_exit(wrun_wasi_config_t* config,
                                       wrun_error_t* (*callback)(void*, uint32_t), void* env,
                                       void (*finalizer)(void*)) {
  return change(config, [&](wasi::Config& to) {
    auto kept = capi::share(env, finalizer);
    to.exit(std::make_shared<CallbackExit>(callback, std::move(kept)));
  });
}

}  // extern "C"
