#include "tests/fuzz/tier_run.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "tests/fuzz/byte_source.hpp"

namespace wrun::inline v0::fuzz {

namespace {

constexpr std::int32_t budget = 1500;
constexpr int rounds = 4;

/// What host functions saw, as one number.
struct HostLog {
  std::uint64_t hash = 0;
  bool has_fuel = false;
  bool sees_nans = false;  ///< their bits
  Happened* happened = nullptr;

  void see(std::uint64_t bits) { hash = (std::rotl(hash, 7) ^ bits) * 0x9e3779b97f4a7c15u; }
  void see(double value) {
    const bool is_any = std::isnan(value) && !sees_nans;
    see(is_any ? std::uint64_t{0x7ff8} : std::bit_cast<std::uint64_t>(value));
  }
  void see(float value) {
    const bool is_any = std::isnan(value) && !sees_nans;
    see(is_any ? std::uint64_t{0x7fc0} : std::uint64_t{std::bit_cast<std::uint32_t>(value)});
  }
  void called(Caller& caller) {
    ++happened->host_calls;
    if (has_fuel) see(caller.store().fuel().value_or(0));
  }
};

using BoxedInt = std::shared_ptr<void>;

void define_numbers(Linker& linker, HostLog& log) {
  linker.func("host", "mix", [&log](Caller& caller, std::int32_t a, std::int64_t b) {
    log.called(caller);
    log.see(static_cast<std::uint64_t>(a));
    log.see(static_cast<std::uint64_t>(b));
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) * 7 +
                                     static_cast<std::uint32_t>(b));
  });
  linker.func("host", "blend", [&log](double a, float b) {
    ++log.happened->host_calls;
    log.see(a);
    log.see(b);
    return a + static_cast<double>(b);
  });
  linker.func("host", "vector", [&log](V128 value) {
    ++log.happened->host_calls;
    for (const std::uint8_t byte : value.bytes) log.see(std::uint64_t{byte});
    value.bytes[0] ^= 1;
    return value;
  });
  std::vector<ValType> params;
  for (int i = 0; i < 3; ++i)
    for (const ValKind kind : {ValKind::i32, ValKind::i64, ValKind::f32, ValKind::f64})
      params.emplace_back(kind);
  linker.func("host", "wide", FuncType{params, {ValType(ValKind::f64)}},
              [&log](Caller& caller, std::span<const Val> args, std::span<Val> results) {
                log.called(caller);
                double sum = 0;
                for (const Val& arg : args) {
                  if (const auto narrow = arg.get<float>())
                    log.see(*narrow);
                  else if (const auto wide = arg.get<double>())
                    log.see(*wide), sum += *wide;
                  else
                    log.see(arg.bits()[0]);
                }
                results[0] = Val(sum);
                return Result<void>();
              });
}

void define_others(Linker& linker, HostLog& log) {
  linker.func("host", "back", [&log](Caller& caller, std::int32_t arg) -> Result<std::int32_t> {
    log.called(caller);
    ++log.happened->callbacks;
    auto function = caller.func("back");
    if (!function) return std::move(function).error();
    auto results = function->call({Val(arg)});
    if (!results) return std::move(results).error();
    return (*results)[0].get<std::int32_t>().value_or(0);
  });
  linker.func("host", "fail", [&log](Caller& caller, std::int32_t arg) -> Result<void> {
    log.called(caller);
    if ((arg & 15) == 1) return Error(ErrorKind::host, "the host failed");
    return {};
  });
  linker.func("host", "box",
              [&log](Caller& caller, std::int32_t arg) -> Result<std::optional<ExternRef>> {
                log.called(caller);
                auto made = ExternRef::make(caller.store(), std::make_shared<std::int32_t>(arg));
                if (!made) return std::move(made).error();
                return std::optional(*made);
              });
  linker.func("host", "unbox", [&log](std::optional<ExternRef> box) -> Result<std::int32_t> {
    ++log.happened->host_calls;
    if (!box) return -1;
    auto object = box->object();
    if (!object) return std::move(object).error();
    return *static_cast<const std::int32_t*>(object->get());
  });
  linker.func("host", "grow", [&log](Caller& caller, std::int32_t arg) -> Result<std::int32_t> {
    log.called(caller);
    auto memory = caller.memory("m0");
    if (!memory) return -1;
    auto grown = memory->grow(static_cast<std::uint64_t>(arg & 1));
    return grown ? static_cast<std::int32_t>(*grown) : -1;
  });
}

std::uint64_t hash_bytes(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

/// Engines live on, so that modules meet one that has run others.
const Engine& engine_of(const Flavour& flavour) {
  using Key =
      std::tuple<Tier, std::uint32_t, bool, bool, MemoryChecks, bool, RelaxedSimd, bool, bool>;
  static std::map<Key, Engine> engines;
  const Key key{flavour.tier,         flavour.hot_after,     flavour.interruptible,
                flavour.fuel,         flavour.memory_checks, flavour.canonical_nans,
                flavour.relaxed_simd, flavour.deterministic, flavour.tries_upper_halves};
  const auto found = engines.find(key);
  if (found != engines.end()) return found->second;
  Config config;
  config.tier = flavour.tier;
  config.hot_after = flavour.hot_after;
  config.interruptible = flavour.interruptible;
  config.fuel = flavour.fuel;
  config.deterministic = flavour.deterministic;
  config.memory_checks = flavour.memory_checks;
  config.canonical_nans = flavour.canonical_nans;
  config.relaxed_simd = flavour.relaxed_simd;
  config.features = Features::all();
  Engine engine =
      flavour.tries_upper_halves ? api::engine_that_tries_upper_halves(config) : Engine(config);
  return engines.emplace(key, std::move(engine)).first->second;
}

std::string show(const Val& value, bool shows_nans) {
  if (!shows_nans) {
    if (const auto wide = value.get<double>(); wide && std::isnan(*wide)) return "nan";
    if (const auto narrow = value.get<float>(); narrow && std::isnan(*narrow)) return "nan";
  }
  if (!value.is_ref()) {
    const auto bits = value.bits();
    return fmt::format("{:x}:{:x}:{:x}", static_cast<unsigned>(value.kind()), bits[1], bits[0]);
  }
  if (value.is_null()) return "null";
  if (const auto box = value.get<ExternRef>()) {
    auto object = box->object();
    if (object && *object) return fmt::format("box {}", *static_cast<const int*>(object->get()));
  }
  return "reference";
}

/// An argument at which something may change, or any.
Val argument(const ValType& type, std::uint64_t& state) {
  constexpr std::int64_t integers[] = {
      0, 1, -1, 5, 100, 0x7fffffff, -0x80000000ll, std::numeric_limits<std::int64_t>::min()};
  constexpr double floats[] = {0.0, -0.0, 1.5, -3.0, 1e10, -1e300, 4294967295.0};
  const std::uint64_t random = next_random(state);
  const bool is_any = (random & 3) == 0;
  const std::int64_t integer =
      is_any ? static_cast<std::int64_t>(random >> 2) : integers[(random >> 8) % 8];
  const double number =
      (random & 31) == 7 ? std::numeric_limits<double>::quiet_NaN() : floats[(random >> 8) % 7];
  switch (type.kind()) {
    case ValKind::i32:
      return Val(static_cast<std::int32_t>(integer));
    case ValKind::i64:
      return Val(integer);
    case ValKind::f32:
      return Val(static_cast<float>(number));
    case ValKind::f64:
      return Val(number);
    case ValKind::v128: {
      V128 vector;
      for (std::uint8_t& byte : vector.bytes) byte = static_cast<std::uint8_t>(next_random(state));
      return Val(vector);
    }
    default:
      return Val::null(type.heap() == HeapKind::defined ? HeapKind::none : type.heap());
  }
}

class Session {
 public:
  Session(const Flavour& flavour, Observation& seen)
      : flavour_(flavour), engine_(engine_of(flavour)), store_(engine_), seen_(seen) {
    log_.has_fuel = flavour.fuel;
    log_.sees_nans = flavour.canonical_nans;
    log_.happened = &seen.happened;
    if (flavour.heap_bytes != 0) (void)store_.limits({.heap_bytes = flavour.heap_bytes});
    seen.happened.may_change_tiers = flavour.tier == Tier::automatic;
    seen.happened.is_from_image = flavour.from_image;
  }

  void run(std::span<const std::uint8_t> bytes) {
    auto module = load(bytes);
    if (!module) return fail(module.error());
    seen_.happened.features = module->features_used();
    Linker linker(engine_);
    define_numbers(linker, log_);
    define_others(linker, log_);
    if (flavour_.collect != 0) api::stress_collector(store_);
    auto instance = linker.instantiate(store_, *module);
    if (!instance) return fail(instance.error());
    call_all(*module, *instance);
    if (!seen_.is_cut) look(*module, *instance);
    const api::CompiledCounts counts = api::compiled_functions(*module);
    seen_.happened.compiled += counts.functions;
    seen_.happened.loops += counts.loops;
    seen_.happened.interpreted += counts.interpreted.size();
    // What debug builds find out about a step of the compiler.
    for (const auto& [function, reason] : counts.interpreted)
      if (reason.find(" is wrong") != reason.npos)
        fail(Error(ErrorKind::usage, fmt::format("function {}: {}", function, reason)));
  }

 private:
  Result<Module> load(std::span<const std::uint8_t> bytes) {
    Result<Module> module = Module::from_content(engine_, bytes);
    if (!module || !flavour_.from_image) return module;
    const auto image = module->serialize();
    if (!image) return image.error();
    return Module::deserialize_trusted(engine_, *image);
  }

  std::string show(const Val& value) const { return fuzz::show(value, flavour_.canonical_nans); }

  void fail(const Error& error) {
    seen_.is_valid = false;
    seen_.lines.push_back(fmt::format("{}: {}", text(error.kind()), error.message()));
  }

  void call_all(const Module& module, const Instance& instance) {
    for (int round = 0; round < rounds; ++round) {
      for (const ExportType& exported : module.exports()) {
        auto function = instance.func(exported.name);
        if (!function) continue;
        const bool is_deep = exported.name.starts_with("deep");
        if (is_deep && round != 1) continue;
        call(instance, exported.name, *function, round, is_deep);
        if (seen_.is_cut) return;
      }
    }
  }

  void call(const Instance& instance, const std::string& name, const Func& function, int round,
            bool is_deep) {
    for (const auto& [global, start] : {std::pair{"budget", budget}, std::pair{"depth", 0}})
      if (auto found = instance.global(global)) (void)found->set(Val(std::int32_t{start}));
    if (flavour_.fuel) (void)store_.set_fuel(flavour_.fuel_amount);
    auto type = function.type();
    if (!type) return fail(type.error());
    std::uint64_t state =
        hash_bytes({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}) +
        static_cast<std::uint64_t>(round);
    std::vector<Val> args;
    for (const ValType& param : type->params) args.push_back(argument(param, state));
    std::string line = fmt::format("{} round {}:", name, round);
    auto results = function.call(args);
    if (results)
      for (const Val& result : *results) line += " " + show(result);
    else
      line += describe(results.error(), is_deep);
    seen_.happened.returned += results ? 1 : 0;
    const bool used_up = !results && results.error().kind() == ErrorKind::exhaustion;
    const bool is_cut = used_up && !flavour_.deterministic;
    if (is_cut && !is_deep) seen_.is_cut = true;
    // How deep a recursion gets, and so what fuel it uses, depends on the frames' size.
    if (flavour_.fuel && !is_cut) line += fmt::format(" fuel {}", store_.fuel().value_or(0));
    line += fmt::format(" host {:x}", log_.hash);
    seen_.lines.push_back(std::move(line));
  }

  std::string describe(const Error& error, bool is_deep) {
    Happened& happened = seen_.happened;
    if (error.kind() == ErrorKind::exception) ++happened.exceptions;
    if (error.kind() == ErrorKind::host) ++happened.host_errors;
    std::string line = fmt::format(" {}", text(error.kind()));
    if (auto thrown = error.exception()) {
      if (auto payload = thrown->values())
        for (const Val& value : *payload) line += " " + show(value);
    }
    if (!error.trap()) return line;
    ++happened.traps[static_cast<std::size_t>(*error.trap())];
    line += fmt::format(" {}", text(*error.trap()));
    if (is_deep && error.kind() == ErrorKind::exhaustion && !flavour_.deterministic) return line;
    for (const Frame& frame : error.details()->backtrace)
      line += fmt::format(" {}+{:x}", frame.func_index, frame.offset);
    if (error.details()->address) line += fmt::format(" address {:x}", *error.details()->address);
    if (error.details()->memory_size)
      line += fmt::format(" of {:x}", *error.details()->memory_size);
    return line;
  }

  void look(const Module& module, const Instance& instance) {
    for (const ExportType& exported : module.exports()) {
      std::string line = exported.name;
      if (auto memory = instance.memory(exported.name)) {
        auto bytes = memory->span();
        if (bytes) line += fmt::format(" {} {:x}", bytes->size(), hash_bytes(*bytes));
      } else if (auto global = instance.global(exported.name)) {
        if (auto value = global->get()) line += " " + show(*value);
      } else if (auto table = instance.table(exported.name)) {
        const std::uint64_t size = table->size().value_or(0);
        for (std::uint64_t i = 0; i < size; ++i)
          if (auto value = table->get(i)) line += " " + show(*value);
      } else {
        continue;
      }
      seen_.lines.push_back(std::move(line));
    }
  }

  const Flavour& flavour_;
  const Engine& engine_;
  Store store_;
  Observation& seen_;
  HostLog log_;
};

}  // namespace

std::string Flavour::name() const {
  const std::string tiers[] = {"automatic", "interpreter", "compiler"};
  std::string text = tiers[static_cast<std::size_t>(tier)];
  if (tier == Tier::automatic) text += fmt::format(" after {}", hot_after);
  if (memory_checks == MemoryChecks::explicit_checks) text += ", explicit checks";
  if (from_image) text += ", from an image";
  if (fuel) text += fmt::format(", fuel {}", fuel_amount);
  if (!interruptible) text += ", not interruptible";
  if (collect != 0) text += ", collecting";
  if (canonical_nans) text += ", canonical NaNs";
  if (relaxed_simd == RelaxedSimd::fused) text += ", fused";
  if (deterministic) text += ", deterministic";
  if (tries_upper_halves) text += ", upper halves";
  if (heap_bytes != 0) text += fmt::format(", heap {}", heap_bytes);
  return text;
}

Observation run_module(std::span<const std::uint8_t> module, const Flavour& flavour) {
  Observation seen;
  Session(flavour, seen).run(module);
  return seen;
}

std::string difference(const Observation& expected, const Observation& actual) {
  const std::size_t count = std::max(expected.lines.size(), actual.lines.size());
  const bool is_cut = expected.is_cut || actual.is_cut;
  for (std::size_t i = 0; i < count; ++i) {
    const bool has_both = i < expected.lines.size() && i < actual.lines.size();
    // The line at which a run was cut is that of the stack's end.
    if (is_cut && i + 1 >= std::min(expected.lines.size(), actual.lines.size())) return {};
    if (has_both && expected.lines[i] == actual.lines[i]) continue;
    const auto line = [i](const Observation& seen) {
      return i < seen.lines.size() ? seen.lines[i] : std::string("(nothing)");
    };
    return fmt::format("  expected {}\n  but got  {}\n", line(expected), line(actual));
  }
  return {};
}

}  // namespace wrun::inline v0::fuzz
