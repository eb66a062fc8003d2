#include "tools/wrun/guest_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/api/inspect.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/load.hpp"
#include "tools/wrun/needed_grants.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/sections.hpp"
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

}  // namespace

GuestRun::GuestRun(const GuestOptions& options)
    : options_(options),
      engine_(config_for(options)),
      budget_({.memory_bytes = options.limits.max_memory, .measure_time = options.usage}),
      store_(engine_, budget_),
      linker_(engine_) {
  if (options.gc_stress) api::stress_collector(store_);
}

void GuestRun::run() {
  if (!load()) return;
  if (prepare() && instantiate()) enter();
  finish();
}

MeasuredUsage GuestRun::usage() const {
  MeasuredUsage usage;
  if (threads_) {
    usage.store = budget_.usage();
  } else if (auto measured = store_.usage()) {
    usage.store = *measured;
  }
  if (wasi_) usage.host = wasi_->usage();
  if (module_) usage.interpreted = api::compiled_functions(*module_).interpreted;
  if (options_.config.tier != Tier::interpreter) {
    EngineInfo info = engine_.info();
    if (info.tier == "interpreter") usage.no_compiler = std::move(info.tier_reason);
  }
  return usage;
}

bool GuestRun::load() {
  if (!load_preloads()) return false;
  module_ = load(options_.file);
  return module_.has_value();
}

bool GuestRun::take(Module module) {
  module_ = std::move(module);
  return load_preloads();
}

bool GuestRun::load_preloads() {
  for (const Preload& wanted : options_.preloads) {
    auto module = load(wanted.file);
    if (!module) return false;
    preloaded_.push_back({wanted, *std::move(module)});
  }
  return true;
}

std::optional<Module> GuestRun::load(const std::string& file) {
  auto module = load_module(
      engine_, file, options_.allow_precompiled ? Precompiled::allowed : Precompiled::refused);
  const auto* failure = std::get_if<Failure>(&module);
  if (failure == nullptr) return std::get<Module>(std::move(module));
  refuse(failure->exit_code, failure->message, failure->error);
  return std::nullopt;
}

bool GuestRun::prepare() {
  if (!grant()) return false;
  signals_.emplace(&GuestRun::stop, &store_);
  return set_limits() && preload();
}

/// Guests that don't ask for WASI needn't wait for it.
bool GuestRun::grant() {
  grant_natives(options_.grants, linker_);
  std::vector<std::string_view> imported;
  add_wasi_names(*module_, imported);
  for (const PreloadedModule& each : preloaded_) add_wasi_names(each.module, imported);
  if (imported.empty()) return true;
  std::vector<std::string> arguments{options_.file};
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  auto config = wasi_config(options_.grants, std::move(arguments));
  if (!config) return refuse(exit_refused, config.error().message(), config.error());
  config->measure_time(options_.usage);
  if (!options_.tells_denials) config->on_denied([](const wasi::Denial&) {});
  auto context = wasi::preview1::add_named_to(linker_, *config, imported);
  if (!context) return refuse(exit_refused, context.error().message(), context.error());
  wasi_ = *context;
  return true;
}

bool GuestRun::set_limits() {
  const RunLimits& limits = options_.limits;
  limits_.memory_bytes = limits.max_memory;
  limits_.heap_bytes = limits.max_heap;
  limits_.fuel = limits.fuel;
  if (limits.timeout) limits_.deadline = std::chrono::steady_clock::now() + *limits.timeout;
  return well("limits", store_.limits(limits_)) && grant_threads();
}

bool GuestRun::grant_threads() {
  if (!has_threads() || !asks_for_threads(*module_)) return true;
  wasi::ThreadOptions options;
  options.limits = limits_;
  options.most = options_.limits.max_threads.value_or(options.most);
  auto group = wasi::ThreadGroup::add_to(linker_, *module_, budget_, options);
  if (!well(options_.file, group)) return false;
  threads_ = *std::move(group);
  return true;
}

bool GuestRun::preload() {
  for (const PreloadedModule& each : preloaded_) {
    const auto instance = instantiate(each.preload.file, each.module);
    if (!instance) return false;
    linker_.instance(each.preload.name, *instance);
  }
  return true;
}

bool GuestRun::instantiate() {
  const auto instance = instantiate(options_.file, *module_);
  if (instance) instance_ = *instance;
  return instance.has_value();
}

std::optional<Instance> GuestRun::instantiate(const std::string& file, const Module& module) {
  const auto prepared = linker_.prepare(module);
  if (!prepared) {
    refuse(exit_refused,
           describe_refusal(display_name(file), prepared.error()) + hint(module, prepared.error()),
           prepared.error());
    return std::nullopt;
  }
  const bool is_first = threads_ && module == *module_;
  const auto instance =
      is_first ? threads_->start(store_, *prepared) : prepared->instantiate(store_);
  if (!well(file, instance)) return std::nullopt;
  return *instance;
}

/// The grant that would have helped.
std::string GuestRun::hint(const Module& module, const Error& error) const {
  if (error.kind() != ErrorKind::unlinkable) return "";
  if (!has_threads() && asks_for_threads(module)) return "; add --allow-threads";
  const bool denies_natives =
      !options_.grants.natives.empty() && !options_.grants.has(Capability::native);
  return denies_natives
             ? "; --native-lib defines nothing, since --deny-native or the policy says so"
             : "";
}

bool GuestRun::enter() {
  const bool reactor = exports("_initialize");
  if (reactor && !call_void("_initialize")) return false;
  if (options_.invoke) return invoke(*options_.invoke);
  if (exports("_start")) return call_void("_start");
  if (reactor || has_section(*module_, wasm::SectionId::start)) return true;
  return refuse(exit_refused, fmt::format("{}: nothing to run, since it exports no _start; {}",
                                          display_name(options_.file), callable()));
}

void GuestRun::finish() {
  if (!signals_) return;
  finish_threads();
  stopped_by_signal();
}

/// Another thread may have ended the guest before this one came to its end.
void GuestRun::finish_threads() {
  if (!threads_) return;
  if (auto ended = threads_->finish(); !ended) well(options_.file, ended);
}

/// Also where the guest took a failing system call for a reason to end by itself.
void GuestRun::stopped_by_signal() {
  const int signal = signals_->received();
  if (signal == 0) return;
  outcome_.status = exit_signal + signal;
  if (outcome_.message.empty()) outcome_.message = ::strsignal(signal);
}

bool GuestRun::exports(std::string_view name) const {
  for (const ExportType& offered : module_->exports()) {
    if (offered.name == name) return kind_of(offered.type) == ExternKind::func;
  }
  return false;
}

/// What --invoke could call.
std::string GuestRun::callable() const {
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

bool GuestRun::call_void(std::string_view name) {
  const auto function = instance_.typed<void()>(name);
  return well(options_.file, function) && well(options_.file, (*function)());
}

bool GuestRun::invoke(const std::string& name) {
  if (!exports(name)) {
    return refuse(exit_usage,
                  fmt::format("{}: exports no function '{}'; {}", options_.file, name, callable()));
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

std::string GuestRun::usage_line(const std::string& name, const FuncType& type) const {
  std::string line = fmt::format("Usage: wrun run --invoke {} {}", name, options_.file);
  for (const ValType& param : type.params) line += fmt::format(" <{}>", to_string(param));
  return line;
}

bool GuestRun::refuse(int status, std::string message, std::optional<Error> error) {
  outcome_.status = status;
  outcome_.error = error ? std::move(error) : Error(ErrorKind::usage, message);
  outcome_.message = std::move(message);
  return false;
}

template <class T>
bool GuestRun::well(const std::string& file, const Result<T>& result) {
  if (result) return true;
  outcome_ = outcome_of(display_name(file), result.error(), signals_->received(),
                        frame_lines(modules(), result.error()));
  return false;
}

std::vector<Module> GuestRun::modules() const {
  std::vector<Module> all;
  for (const PreloadedModule& each : preloaded_) all.push_back(each.module);
  if (module_) all.push_back(*module_);
  return all;
}

}  // namespace wrun::inline v0::tool
