// Clocks, random bytes, arguments and variables of a C program's own.

#include "wasi/c/implemented.hpp"

using namespace wrun;
using namespace wrun::wasi;

namespace {

/// How often a clock is looked at that doesn't say when.
constexpr Timestamp look_again = 1'000'000;

class AskingPollable final : public Pollable {
 public:
  using Ask = std::function<void(wrun_wasi_readiness_t&)>;
  explicit AskingPollable(Ask ask) : ask_(std::move(ask)) {}

  bool ready() override { return answer().ready; }
  bool hung_up() override { return answer().hung_up; }
  Source source() override {
    const wrun_wasi_readiness_t now = answer();
    Source source{now.fd, now.events, {}};
    if (now.at != WRUN_UNLIMITED) source.at = now.at;
    // It wasn't ready a moment before.
    if (now.ready) source.at = steady_now();
    return source;
  }

 private:
  wrun_wasi_readiness_t answer() const {
    wrun_wasi_readiness_t readiness = {};
    readiness.fd = -1;
    readiness.at = WRUN_UNLIMITED;
    ask_(readiness);
    return readiness;
  }

  Ask ask_;
};

class ImplementedClocks final : public Clocks {
 public:
  using Methods = Implementation<wrun_wasi_clock_methods_t>;
  explicit ImplementedClocks(Methods methods) : methods_(std::move(methods)) {}

  Outcome<Timestamp> now(ClockId clock, Timestamp precision) override {
    return time_of(methods_, clock, precision);
  }
  Outcome<Timestamp> resolution(ClockId clock) override {
    if (!methods_->resolution) {
      const Outcome<Timestamp> time = now(clock, 0);
      return time ? Outcome<Timestamp>(Timestamp{1}) : time.error();
    }
    Timestamp resolution = 0;
    const auto which = static_cast<wrun_wasi_clockid_t>(clock);
    const Errno error = methods_.ask(methods_->resolution, which, &resolution);
    if (error != Errno::success) return error;
    return std::max(resolution, Timestamp{1});
  }
  Outcome<std::unique_ptr<Pollable>> at(ClockId clock, Timestamp when) override {
    const Outcome<Timestamp> time = now(clock, 0);
    if (!time) return time.error();
    if (methods_->poll)
      return ask_readiness(methods_, methods_->poll, static_cast<wrun_wasi_clockid_t>(clock), when);
    return make_pollable([methods = methods_, clock, when](wrun_wasi_readiness_t& readiness) {
      const Outcome<Timestamp> now = time_of(methods, clock, 0);
      readiness.ready = !now || *now >= when;
      readiness.at = steady_now() + look_again;
    });
  }

 private:
  static Outcome<Timestamp> time_of(const Methods& methods, ClockId clock, Timestamp precision) {
    Timestamp time = 0;
    const auto which = static_cast<wrun_wasi_clockid_t>(clock);
    const Errno error = methods.ask(methods->now, which, precision, &time);
    if (error != Errno::success) return error;
    return time;
  }

  Methods methods_;
};

class CallbackRandom final : public Random {
 public:
  using Fill = wrun_wasi_errno_t (*)(void*, void*, std::size_t);
  CallbackRandom(Fill callback, std::shared_ptr<capi::Environment> env)
      : fill_(callback), env_(std::move(env)) {}
  Outcome<void> fill(std::span<std::byte> bytes) override {
    return to_errno(fill_(env_->get(), bytes.data(), bytes.size()));
  }

 private:
  Fill fill_;
  std::shared_ptr<capi::Environment> env_;
};

/// Items that a callback adds when it is asked, by add(list, texts...).
template <class Item, class Add>
class CallbackList {
 public:
  using Callback = void (*)(void*, Add, void*);
  CallbackList(Callback callback, std::shared_ptr<capi::Environment> env)
      : callback_(callback), env_(std::move(env)) {}

  std::vector<Item> items(Add adds) const {
    Found found;
    callback_(env_->get(), adds, &found);
    if (found.is_short) throw std::bad_alloc();
    return std::move(found.items);
  }
  template <class... Texts>
  static void add(void* list, Texts... texts) noexcept {
    auto& found = *static_cast<Found*>(list);
    try {
      found.items.emplace_back(std::string(capi::text(texts))...);
    } catch (...) {
      found.is_short = true;
    }
  }

 private:
  struct Found {
    std::vector<Item> items;
    bool is_short = false;  ///< there was no memory for all
  };
  Callback callback_;
  std::shared_ptr<capi::Environment> env_;
};

using ArgumentList = CallbackList<std::string, wrun_wasi_add_argument_t>;
class CallbackArguments final : public Arguments {
 public:
  explicit CallbackArguments(ArgumentList list) : list_(std::move(list)) {}
  std::vector<std::string> arguments() override {
    return list_.items([](void* list, const char* each) { ArgumentList::add(list, each); });
  }

 private:
  ArgumentList list_;
};

using Variable = std::pair<std::string, std::string>;
using VariableList = CallbackList<Variable, wrun_wasi_add_variable_t>;
class CallbackEnvironment final : public wasi::Environment {
 public:
  explicit CallbackEnvironment(VariableList list) : list_(std::move(list)) {}
  std::vector<Variable> variables() override {
    return list_.items([](void* list, const char* name, const char* value) {
      VariableList::add(list, name, value);
    });
  }

 private:
  VariableList list_;
};

}  // namespace

std::unique_ptr<Pollable> wrun::wasi::make_pollable(AskingPollable::Ask ask) {
  return std::make_unique<AskingPollable>(std::move(ask));
}

extern "C" {

uint64_t wrun_wasi_steady_now() {
  return steady_now();
}

wrun_error_t* wrun_wasi_clock_implement(const wrun_wasi_clock_methods_t* methods, void* env,
                                        void (*finalizer)(void*), wrun_wasi_clock_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto made = implementation<wrun_wasi_clock_methods_t>(*methods, WRUN_WASI_CLOCK_METHODS_INIT,
                                                          env, finalizer);
    if (!made) return std::move(made).error();
    *out = new wrun_wasi_clock_t{std::make_shared<ImplementedClocks>(std::move(*made))};
    return {};
  });
}

wrun_error_t* wrun_wasi_config_set_random(wrun_wasi_config_t* config,
                                          wrun_wasi_errno_t (*fill)(void*, void*, size_t),
                                          void* env, void (*finalizer)(void*)) {
  return capi::attempt([&]() -> Result<void> {
    auto kept = capi::share(env, finalizer);
    config->config.random(std::make_shared<CallbackRandom>(fill, std::move(kept)));
    return {};
  });
}

wrun_error_t* wrun_wasi_config_set_args_callback(wrun_wasi_config_t* config,
                                                 ArgumentList::Callback callback, void* env,
                                                 void (*finalizer)(void*)) {
  return capi::attempt([&]() -> Result<void> {
    ArgumentList list(callback, capi::share(env, finalizer));
    config->config.args(std::make_shared<CallbackArguments>(std::move(list)));
    return {};
  });
}

wrun_error_t* wrun_wasi_config_set_env_callback(wrun_wasi_config_t* config,
                                                VariableList::Callback callback, void* env,
                                                void (*finalizer)(void*)) {
  return capi::attempt([&]() -> Result<void> {
    VariableList list(callback, capi::share(env, finalizer));
    config->config.env(std::make_shared<CallbackEnvironment>(std::move(list)));
    return {};
  });
}

}  // extern "C"
