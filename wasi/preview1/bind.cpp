// The rows of table.hpp as imports of a linker.

#include "wasi/preview1/bind.hpp"

#include <algorithm>

#include <wrun/caller.hpp>
#include <wrun/linker.hpp>
#include <wrun/store.hpp>

#include "lib/api/shared_bytes.hpp"
#include "wasi/preview1/meter.hpp"
#include "wasi/preview1/table.hpp"

namespace wrun::inline v0::wasi {

namespace preview1 {

namespace {

/// The store's own interruption, as something that ends a sleep.
class StoreInterrupt final : public Interrupt {
 public:
  explicit StoreInterrupt(const Caller& caller) : caller_(caller) {}
  bool is_set() const noexcept override { return caller_.store().interrupt_pending(); }
  int fd() const noexcept override { return caller_.store().interrupt_fd(); }

 private:
  const Caller& caller_;
};

/// The caller's memory; none of it if it exports none, and then each access is Errno::fault.
GuestMemory memory_of(const Caller& caller) {
  const Result<Memory> memory = caller.memory("memory");
  if (!memory) return GuestMemory({});
  if (const auto shared = api::shared_bytes(*memory)) return GuestMemory(*shared, Sharing::threads);
  const auto span = memory->span();
  return GuestMemory(span ? *span : std::span<std::uint8_t>());
}

/// The first argument of a function that is about a descriptor.
template <class... Rest>
Fd first(Fd fd, Rest...) {
  return fd;
}
inline Fd first() {
  return 0;
}

template <class R, class... Args>
struct Import {
  using Answer = std::conditional_t<std::is_void_v<R>, void, std::uint32_t>;

  template <R (Call::*method)(Args...)>
  static auto of(std::shared_ptr<Context> context, std::optional<CallKind> kind) {
    return [context = std::move(context), kind](Caller& caller, Args... args) -> Result<Answer> {
      const Meter meter(context->state(), caller, kind, first(args...));
      const StoreInterrupt interrupt(caller);
      const Interrupt* const interrupts[] = {&interrupt};
      Call call(context->state(), memory_of(caller), interrupts);
      if constexpr (std::is_void_v<R>) {
        (call.*method)(args...);
        if (call.stopped()) return *std::move(call.stopped());
        return {};
      } else {
        const Errno result = (call.*method)(args...);
        if (call.stopped()) return *std::move(call.stopped());
        return static_cast<std::uint32_t>(result);
      }
    };
  }
};

template <class R, class... Args>
Import<R, Args...> import_type(R (Call::*)(Args...));

template <auto method>
void define(Linker& linker, Row<method> row, const std::shared_ptr<Context>& context) {
  using Made = decltype(import_type(method));
  linker.func(module_name, row.name, Made::template of<method>(context, kind_of(row.name)));
}

/// Those for whose names `is_wanted`.
template <class IsWanted>
void define_all(Linker& linker, const std::shared_ptr<Context>& context, IsWanted is_wanted) {
  const auto define_one = [&](auto row) {
    if (is_wanted(row.name)) define(linker, row, context);
  };
  std::apply([&](auto... rows) { (define_one(rows), ...); }, functions);
}

}  // namespace

Result<std::shared_ptr<Context>> add_named_to(Linker& linker, const Config& config,
                                              std::span<const std::string_view> names) {
  auto context = Context::create(config);
  if (!context) return std::move(context).error();
  define_all(linker, *context, [names](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  });
  return context;
}

}  // namespace preview1

Result<void> add_to(Linker& linker, std::shared_ptr<Context> context) {
  preview1::define_all(linker, context, [](std::string_view) { return true; });
  return {};
}

Result<std::shared_ptr<Context>> add_to(Linker& linker, const Config& config) {
  auto context = Context::create(config);
  if (!context) return std::move(context).error();
  if (auto added = add_to(linker, *context); !added) return std::move(added).error();
  return context;
}

}  // namespace wrun::inline v0::wasi
