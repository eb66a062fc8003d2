#include "tools/wrun/guest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/needed_grants.hpp"
#include "tools/wrun/outcome.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/sections.hpp"
#include "tools/wrun/signals.hpp"
#include "tools/wrun/values.hpp"
#include "wasi/preview1/bind.hpp"

namespace wrun::inline v0::tool {
namespace {

constexpr std::string_view preview1 = "wasi_snapshot_preview1";
constexpr std::size_t most_names = 20;

Config config_for(const GuestOptions& options) {
  Config config = options.config;
  config.features = options.features;
  config.fuel = options.limits.fuel || options.usage;
  config.interruptible = options.interruptible;
  config.compile_threads = options.compile_threads;
  if (options.limits.stack_size) config.stack_bytes = *options.limits.stack_size;
  return config;
}

/// The names of what a module imports of WASI; they are the module's.
void add_wasi_names(const Module& module, std::vector<std::string_view>& names) {
  for (const wasm::Import& import : api::data(module).imports)
    if (import.module == preview1) names.push_back(import.name);
}

bool asks_for_threads(const Module& module) {
  const auto imports = module.imports();
  return std::any_of(imports.begin(), imports.end(), [](const ImportType& import) {
    const auto* memory = std::get_if<MemoryType>(&import.type);
    return (memory && memory->is_shared) || is_thread_spawn(import);
  });
}

struct PreloadedModule {
  Preload preload;
  Module module;
};

/// The steps of a run. Each says whether the next one makes sense; if not, outcome_ says why.
class Guest {
 public:
  explicit Guest(const GuestOptions& options)
      : options_(options),
        engine_(config_for(options)),
        budget_({.memory_bytes = options.limits.max_memory}),
        store_(engine_, budget_),
        linker_(engine_) {
    if (options.gc_stress) api::stress_collector(store_);
  }

  void run() {
    if (!load_all() || !grant()) return;
    // From here on there is a guest to be stopped; before, a signal ends the process.
    signals_.emplace(&Guest::stop, &store_);
    if (set_limits() && preload() && instantiate()) enter();
    finish_threads();
    stopped_by_signal();
  }

  const Outcome& outcome() const { return outcome_; }

  MeasuredUsage usage() const {
    MeasuredUsage usage;
    if (threads_) {
      usage.store = budget_.usage();
    } else if (auto measured = store_.usage()) {
      usage.store = *measured;
    }
    if (wasi_) usage.host = wasi_->usage();
    if (module_) usage.interpreted = api::compiled_functions(*module_).interpreted;
    return usage;
  }

 private:
  static void stop(void* store) { static_cast<Store*>(store)->interrupt(); }

  bool load_all() {
    for (const Preload& wanted : options_.preloads) {
      auto module = load(wanted.file);
      if (!module) return false;
      preloaded_.push_back({wanted, *std::move(module)});
    }
    module_ = load(options_.file);
    return module_.has_value();
  }

  std::optional<Module> load(const std::string& file) {
    auto module = load_module(
        engine_, file, options_.allow_precompiled ? Precompiled::allowed : Precompiled::refused);
    const auto* failure = std::get_if<Failure>(&module);
    if (failure == nullptr) return std::get<Module>(std::move(module));
    refuse(failure->exit_code, failure->message);
    return std::nullopt;
  }

  /// Guests that don't ask for WASI needn't wait for it.
  bool grant() {
    grant_natives(options_.grants, linker_);
    std::vector<std::string_view> imported;
    add_wasi_names(*module_, imported);
    for (const PreloadedModule& each : preloaded_) add_wasi_names(each.module, imported);
    if (imported.empty()) return true;
    std::vector<std::string> arguments{options_.file};
    arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
    const auto config = wasi_config(options_.grants, std::move(arguments));
    if (!config) return refuse(exit_refused, config.error().message());
    auto context = wasi::preview1::add_named_to(
        linker_, wasi::Config(*config).measure_time(options_.usage), imported);
    if (!context) return refuse(exit_refused, context.error().message());
    wasi_ = *context;
    return true;
  }

  bool set_limits() {
    const RunLimits& limits = options_.limits;
    limits_.memory_bytes = limits.max_memory;
    limits_.heap_bytes = limits.max_heap;
    limits_.fuel = limits.fuel;
    if (limits.timeout) limits_.deadline = std::chrono::steady_clock::now() + *limits.timeout;
    return well("limits", store_.limits(limits_)) && grant_threads();
  }

  bool grant_threads() {
    if (!has_threads() || !asks_for_threads(*module_)) return true;
    wasi::ThreadOptions options;
    options.limits = limits_;
    options.most = options_.limits.max_threads.value_or(options.most);
    auto group = wasi::ThreadGroup::add_to(linker_, *module_, budget_, options);
    if (!well(options_.file, group)) return false;
    threads_ = *std::move(group);
    return true;
  }

  bool has_threads() const { return options_.grants.has(Capability::threads); }

  /// Another thread may have ended the guest before this one came to its end.
  void finish_threads() {
    if (!threads_) return;
    if (auto ended = threads_->finish(); !ended) well(options_.file, ended);
  }

  bool preload() {
    for (const PreloadedModule& each : preloaded_) {
      const auto instance = instantiate(each.preload.file, each.module);
      if (!instance) return false;
      linker_.instance(each.preload.name, *instance);
    }
    return true;
  }

  bool instantiate() {
    const auto instance = instantiate(options_.file, *module_);
    if (instance) instance_ = *instance;
    return instance.has_value();
  }

  std::optional<Instance> instantiate(const std::string& file, const Module& module) {
    const auto prepared = linker_.prepare(module);
    if (!prepared) {
      refuse(exit_refused, describe_refusal(display_name(file), prepared.error()) +
                               hint(module, prepared.error()));
      outcome_.error = prepared.error();
      return std::nullopt;
    }
    const bool is_first = threads_ && module == *module_;
    const auto instance =
        is_first ? threads_->start(store_, *prepared) : prepared->instantiate(store_);
    if (!well(file, instance)) return std::nullopt;
    return *instance;
  }

  /// The grant that would have helped.
  std::string hint(const Module& module, const Error& error) const {
    const bool helps = error.kind() == ErrorKind::unlinkable && !has_threads();
    return helps && asks_for_threads(module) ? "; add --allow-threads" : "";
  }

  void enter() {
    const bool reactor = exports("_initialize");
    if (reactor && !call_void("_initialize")) return;
    if (options_.invoke) {
      invoke(*options_.invoke);
    } else if (exports("_start")) {
      call_void("_start");
    } else if (!reactor && !has_section(*module_, wasm::SectionId::start)) {
      refuse(exit_refused, fmt::format("{}: nothing to run, since it exports no _start; {}",
                                       display_name(options_.file), callable()));
    }
  }

  bool exports(std::string_view name) const {
    for (const ExportType& offered : module_->exports()) {
      if (offered.name == name) return kind_of(offered.type) == ExternKind::func;
    }
    return false;
  }

  /// What --invoke could call.
  std::string callable() const {
    std::string names;
    std::size_t count = 0;
    for (const ExportType& offered : module_->exports()) {
      if (kind_of(offered.type) != ExternKind::func) continue;
      if (++count <= most_names) names += (names.empty() ? "" : ", ") + readable(offered.name);
    }
    if (count == 0) return "there is no function to --invoke";
    if (count > most_names) names += fmt::format(" and {} more", count - most_names);
    return "--invoke can call " + names;
  }

  bool call_void(std::string_view name) {
    const auto function = instance_.typed<void()>(name);
    return well(options_.file, function) && well(options_.file, (*function)());
  }

  bool invoke(const std::string& name) {
    if (!exports(name)) {
      return refuse(exit_usage, fmt::format("{}: exports no function '{}'; {}", options_.file, name,
                                            callable()));
    }
    const auto function = instance_.func(name);
    if (!well(options_.file, function)) return false;
    const auto type = function->type();
    if (!well(options_.file, type)) return false;
    const auto arguments = parse_values(*type, options_.arguments);
    if (!arguments) {
      return refuse(exit_usage, fmt::format("{}: {}\n{}", name, arguments.error().message(),
                                            usage_line(name, *type)));
    }
    auto results = function->call(*arguments);
    if (!well(options_.file, results)) return false;
    outcome_.results = *std::move(results);
    return true;
  }

  std::string usage_line(const std::string& name, const FuncType& type) const {
    std::string line = fmt::format("Usage: wrun run --invoke {} {}", name, options_.file);
    for (const ValType& param : type.params) line += fmt::format(" <{}>", to_string(param));
    return line;
  }

  /// Also where the guest took a failing system call for a reason to end by itself.
  void stopped_by_signal() {
    const int signal = signals_->received();
    if (signal == 0) return;
    outcome_.status = exit_signal + signal;
    if (outcome_.message.empty()) outcome_.message = ::strsignal(signal);
  }

  bool refuse(int status, std::string message) {
    outcome_.status = status;
    outcome_.message = std::move(message);
    return false;
  }

  template <class T>
  bool well(const std::string& file, const Result<T>& result) {
    if (result) return true;
    outcome_ = outcome_of(display_name(file), result.error(), signals_->received(),
                          frame_lines(modules(), result.error()));
    return false;
  }

  std::vector<Module> modules() const {
    std::vector<Module> all;
    for (const PreloadedModule& each : preloaded_) all.push_back(each.module);
    if (module_) all.push_back(*module_);
    return all;
  }

  const GuestOptions& options_;
  Engine engine_;
  Budget budget_;
  Limits limits_;
  Store store_;
  Linker linker_;
  std::optional<SignalGuard> signals_;
  std::shared_ptr<wasi::Context> wasi_;
  std::shared_ptr<wasi::ThreadGroup> threads_;
  std::vector<PreloadedModule> preloaded_;
  std::optional<Module> module_;
  Instance instance_;
  Outcome outcome_;
};

int write_usage(const std::string& file, const MeasuredUsage& usage) {
  const std::string json = dump(usage_json(usage)) + "\n";
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(json.data());
  const auto written = write_file(file, {bytes, json.size()});
  const auto* failure = std::get_if<Failure>(&written);
  return failure == nullptr ? exit_ok : report(*failure);
}

int run(Guest& guest, const GuestOptions& options) {
  guest.run();
  std::optional<MeasuredUsage> usage;
  if (options.usage) usage = guest.usage();
  if (options.json) {
    print_json(guest.outcome(), usage);
  } else {
    print_text(guest.outcome());
    if (usage && options.usage_file.empty()) fmt::print(stderr, "{}", usage_text(*usage));
  }
  const int status = guest.outcome().status;
  if (!usage || options.usage_file.empty()) return status;
  const int written = write_usage(options.usage_file, *usage);
  return status == exit_ok ? written : status;
}

}  // namespace

int run_guest(const GuestOptions& options) {
  Guest guest(options);
  return run(guest, options);
}

int run_last_guest(const GuestOptions& options) {
  return run(*std::make_unique<Guest>(options).release(), options);
}

}  // namespace wrun::inline v0::tool
