#include "wasi/preview1/meter.hpp"

namespace wrun::inline v0::wasi::preview1 {

CallKind kind_of(const Descriptor* descriptor) {
  if (descriptor == nullptr) return CallKind::files;
  const Object& object = descriptor->object;
  const bool stream = get_as<InputStream>(object) != nullptr || get_as<OutputStream>(object);
  const bool socket = get_as<Listener>(object) != nullptr || get_as<Connection>(object);
  return stream ? CallKind::streams : (socket ? CallKind::sockets : CallKind::files);
}

Meter::Meter(ContextState& context, const Caller& caller, std::optional<CallKind> kind, Fd fd)
    : context_(context),
      caller_(caller),
      bytes_in_(context.bytes_in),
      bytes_out_(context.bytes_out) {
  if (!kind) {
    const std::lock_guard lock(context.mutex);
    kind = kind_of(context.find(fd).get());
  }
  context.calls_by_kind[static_cast<std::size_t>(*kind)].fetch_add(1, std::memory_order_relaxed);
  if (context.measure_time) start_ = steady_now();
}

Meter::~Meter() {
  HostWork work;
  // With several threads in one context, the account of a store has what came meanwhile, too.
  work.bytes_in = context_.bytes_in - bytes_in_;
  work.bytes_out = context_.bytes_out - bytes_out_;
  if (context_.measure_time) {
    const Timestamp spent = steady_now() - start_;
    context_.nanoseconds.fetch_add(spent, std::memory_order_relaxed);
    work.time = std::chrono::nanoseconds(spent);
  }
  caller_.report(work);
}

}  // namespace wrun::inline v0::wasi::preview1
