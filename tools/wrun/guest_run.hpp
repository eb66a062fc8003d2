#pragma once

// A guest and the steps of running it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "tools/wrun/guest.hpp"
#include "tools/wrun/outcome.hpp"
#include "tools/wrun/signals.hpp"
#include "tools/wrun/usage.hpp"

namespace wrun::inline v0::tool {

/// The steps of a run, in their order. Each says whether the next one makes sense; if not,
/// outcome() says why. At most one lives at a time.
class GuestRun {
 public:
  /// `options` have to outlive it.
  explicit GuestRun(const GuestOptions& options);

  /// All steps.
  void run();

  /// The modules, from their files.
  bool load();
  /// Instead of load(): this module of engine()'s, and the preloads from their files.
  bool take(Module module);
  /// Grants, limits, preloads. From here on a signal stops the guest; before, it ends the process.
  bool prepare();
  bool instantiate();
  /// Calls what is to be called.
  bool enter();
  /// After prepare(), whatever came of that and the rest: waits for the guest's threads.
  void finish();

  const Engine& engine() const { return engine_; }
  const Outcome& outcome() const { return outcome_; }
  MeasuredUsage usage() const;

 private:
  struct PreloadedModule {
    Preload preload;
    Module module;
  };

  static void stop(void* store) { static_cast<Store*>(store)->interrupt(); }

  bool load_preloads();
  std::optional<Module> load(const std::string& file);
  bool grant();
  bool set_limits();
  bool grant_threads();
  bool has_threads() const { return options_.grants.has(Capability::threads); }
  void finish_threads();
  bool preload();
  std::optional<Instance> instantiate(const std::string& file, const Module& module);
  std::string hint(const Module& module, const Error& error) const;
  bool exports(std::string_view name) const;
  std::string callable() const;
  bool call_void(std::string_view name);
  bool invoke(const std::string& name);
  std::string usage_line(const std::string& name, const FuncType& type) const;
  void stopped_by_signal();
  /// Of whoever asked for this run, unless there is an error.
  bool refuse(int status, std::string message, std::optional<Error> error = {});
  template <class T>
  bool well(const std::string& file, const Result<T>& result);
  std::vector<Module> modules() const;

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

}  // namespace wrun::inline v0::tool
