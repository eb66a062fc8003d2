// Guests of C programs: contexts and threads.

#include "lib/api/c/limits.hpp"
#include "lib/api/c/linker.hpp"
#include "lib/api/c/module.hpp"
#include "wasi/c/handles.hpp"

using namespace wrun;
using namespace wrun::wasi;

template <>
inline constexpr std::size_t capi::first_size<wrun_wasi_threads_options_t> =
    offsetof(wrun_wasi_threads_options_t, start);

namespace {

/// A thread that the program started.
class ImplementedThread final : public RunningThread {
 public:
  ImplementedThread(void (*join)(void*, void*), std::shared_ptr<capi::Environment> env)
      : join_(join), env_(std::move(env)) {}
  ~ImplementedThread() override {
    if (is_running_) join_(env_->get(), thread_);
  }
  void run(void* thread) {
    thread_ = thread;
    is_running_ = true;
  }

 private:
  void (*join_)(void*, void*);
  std::shared_ptr<capi::Environment> env_;
  void* thread_ = nullptr;
  bool is_running_ = false;
};

class ImplementedThreads final : public Threads {
 public:
  using Body = std::function<void()>;
  ImplementedThreads(const wrun_wasi_threads_options_t& options,
                     std::shared_ptr<capi::Environment> env)
      : start_(options.start), join_(options.join), env_(std::move(env)) {}

  std::unique_ptr<RunningThread> start(Body body) override try {
    auto thread = std::make_unique<ImplementedThread>(join_, env_);
    auto kept = std::make_unique<Body>(std::move(body));
    void* started = nullptr;
    if (!start_(env_->get(), run, kept.get(), &started)) return nullptr;
    (void)kept.release();
    thread->run(started);
    return thread;
  } catch (...) {
    return nullptr;
  }

 private:
  static void run(void* body) { (*std::unique_ptr<Body>(static_cast<Body*>(body)))(); }

  decltype(wrun_wasi_threads_options_t::start) start_;
  decltype(wrun_wasi_threads_options_t::join) join_;
  std::shared_ptr<capi::Environment> env_;
};

std::uint64_t measured(const std::optional<std::chrono::nanoseconds>& time) {
  return time ? static_cast<std::uint64_t>(time->count()) : WRUN_NOT_MEASURED;
}

Result<ThreadOptions> read_thread_options(const wrun_wasi_threads_options_t* options) {
  const wrun_wasi_threads_options_t defaults = WRUN_WASI_THREADS_OPTIONS_INIT;
  auto read = capi::read_options(options ? *options : defaults, defaults);
  if (!read) return std::move(read).error();
  ThreadOptions made;
  made.most = read->most;
  auto env = capi::share(read->env, read->finalizer);
  if (read->start && !read->join)
    return Error(ErrorKind::usage, "threads that nobody can wait for");
  if (read->start) made.threads = std::make_shared<ImplementedThreads>(*read, std::move(env));
  if (read->limits) {
    auto limits = capi::to_public(*read->limits);
    if (!limits) return std::move(limits).error();
    made.limits = std::move(*limits);
  }
  return made;
}

}  // namespace

extern "C" {

wrun_error_t* wrun_wasi_context_new(const wrun_wasi_config_t* config, wrun_wasi_context_t** out) {
  return capi::attempt([&] { return give_handle(Context::create(config->config), out); });
}

void wrun_wasi_context_delete(wrun_wasi_context_t* context) {
  delete context;
}

wrun_error_t* wrun_wasi_context_add_to(const wrun_wasi_context_t* context, wrun_linker_t* linker) {
  return capi::attempt([&] { return add_to(linker->linker, context->context); });
}

wrun_error_t* wrun_wasi_config_add_to(const wrun_wasi_config_t* config, wrun_linker_t* linker) {
  return capi::attempt([&]() -> Result<void> {
    auto added = add_to(linker->linker, config->config);
    if (!added) return std::move(added).error();
    return {};
  });
}

void wrun_wasi_context_interrupt(wrun_wasi_context_t* context) {
  context->context->interrupt().set();
}

void wrun_wasi_context_clear_interrupt(wrun_wasi_context_t* context) {
  context->context->interrupt().clear();
}

const char* wrun_wasi_callkind_text(wrun_wasi_callkind_t kind) {
  return kind < call_kinds ? text(static_cast<CallKind>(kind)).data() : nullptr;
}

uint64_t wrun_wasi_context_calls(const wrun_wasi_context_t* context, wrun_wasi_callkind_t kind) {
  if (kind >= call_kinds) return 0;
  return capi::guarded<std::uint64_t>(
      0, [&] { return context->context->usage().calls_by_kind[kind]; });
}

const char* wrun_wasi_errno_text(wrun_wasi_errno_t error) {
  static_assert(static_cast<int>(Errno::notcapable) == WRUN_WASI_ERRNO_NOTCAPABLE);
  return error <= WRUN_WASI_ERRNO_NOTCAPABLE ? text(static_cast<Errno>(error)).data() : "";
}

wrun_wasi_errno_t wrun_wasi_errno_from_host(int host_errno) {
  return static_cast<wrun_wasi_errno_t>(from_host_errno(host_errno));
}

bool wrun_wasi_context_usage(const wrun_wasi_context_t* context, wrun_wasi_usage_t* out) {
  return capi::guarded(false, [&] {
    const HostUsage usage = context->context->usage();
    return capi::write_answers(
        {sizeof *out, usage.calls, measured(usage.time), measured(usage.time_asleep),
         usage.bytes_in, usage.bytes_out, usage.open_files, 0},
        *out);
  });
}

wrun_error_t* wrun_wasi_threads_add_to(wrun_linker_t* linker, const wasm_shared_module_t* module,
                                       const wrun_budget_t* budget,
                                       const wrun_wasi_threads_options_t* options,
                                       wrun_wasi_threads_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_thread_options(options);
    if (!read) return std::move(read).error();
    return give_handle(ThreadGroup::add_to(linker->linker, module->module, budget->budget, *read),
                       out);
  });
}

void wrun_wasi_threads_delete(wrun_wasi_threads_t* threads) {
  delete threads;
}

wrun_error_t* wrun_wasi_threads_start(wrun_wasi_threads_t* threads, wasm_store_t* first,
                                      const wrun_prepared_t* prepared, wasm_instance_t** out) {
  return capi::attempt_in(*first, [&](capi::Use& use) -> Result<void> {
    auto made = threads->group->start(use.facade(), prepared->prepared);
    if (!made) return std::move(made).error();
    *out = capi::own_handle<wasm_instance_t>(use, capi::to_runtime<runtime::Instance>(use, *made));
    return {};
  });
}

wrun_error_t* wrun_wasi_threads_finish(wrun_wasi_threads_t* threads) {
  return capi::attempt([&] { return threads->group->finish(); });
}

}  // extern "C"
