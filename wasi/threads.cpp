#include <wrun/wasi/threads.hpp>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wrun/wasi/errno.hpp>
#include <wrun/wrun.hpp>

namespace wrun::inline v0::wasi {

namespace {

constexpr std::string_view start_name = "wasi_thread_start";
/// Thread ids are positive and below this.
constexpr std::uint32_t id_limit = std::uint32_t{1} << 29;

class HostThread final : public RunningThread {
 public:
  explicit HostThread(std::function<void()> body) : thread_(std::move(body)) {}
  ~HostThread() override { thread_.join(); }

 private:
  std::thread thread_;
};

class HostThreads final : public Threads {
 public:
  std::unique_ptr<RunningThread> start(std::function<void()> body) override try {
    return std::make_unique<HostThread>(std::move(body));
  } catch (...) {
    return nullptr;
  }
};

/// What calling a function came to; what a host function of the embedder's threw ends here.
template <class Function>
Result<void> guarded(Function&& function) try {
  return function();
} catch (...) {
  return Error(ErrorKind::host, "a host function threw in a thread of the guest");
}

/// Null also if the embedder's start() throws.
std::unique_ptr<RunningThread> start_thread(Threads& threads, std::function<void()> body) try {
  return threads.start(std::move(body));
} catch (...) {
  return nullptr;
}

}  // namespace

std::shared_ptr<Threads> host_threads() {
  return std::make_shared<HostThreads>();
}

struct ThreadGroup::State : std::enable_shared_from_this<State> {
  /// A thread other than the first, with its store.
  struct Member {
    std::uint32_t id;
    Store store;
    std::optional<TypedFunc<void(std::int32_t, std::int32_t)>> entry;

    Member(std::uint32_t number, const Engine& engine, const Budget& budget)
        : id(number), store(engine, budget) {}
  };
  struct Thread {
    std::unique_ptr<RunningThread> running;  ///< null until it has been started
    Store* store = nullptr;                  ///< null when it has ended
  };

  State(Engine made, const Budget& shared, const ThreadOptions& wanted)
      : engine(std::move(made)), budget(shared), options(wanted) {
    if (!options.threads) options.threads = host_threads();
  }

  Result<std::int32_t> spawn(Caller& caller, std::int32_t argument);
  std::shared_ptr<Member> enlist();
  void discharge(std::uint32_t id);
  Result<void> make_instance(Member& member, Caller& caller);
  Result<void> share_fuel(Store& giver, Store& taker) const;
  void run(Member& member, std::int32_t argument);
  void end(std::optional<Error> why);
  std::vector<std::unique_ptr<RunningThread>> take(bool all);
  void join_ended() { take(false).clear(); }
  void join_all();

  Engine engine;
  Budget budget;
  ThreadOptions options;

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Prepared> prepared;
  Store* first = nullptr;
  std::map<std::uint32_t, Thread> threads;
  std::uint32_t last_id = 0;
  bool ended = false;
  std::optional<Error> reason;  ///< a thread's, if one other than the first ended the group
};

/// A member with an id of its own, which the group's end interrupts; null if there are too many, or
/// the group has ended.
std::shared_ptr<ThreadGroup::State::Member> ThreadGroup::State::enlist() {
  const std::lock_guard lock(mutex);
  const auto alive = std::count_if(threads.begin(), threads.end(),
                                   [](const auto& each) { return each.second.store != nullptr; });
  if (ended || alive >= options.most || last_id + 1 >= id_limit) return nullptr;
  auto member = std::make_shared<Member>(++last_id, engine, budget);
  threads[member->id].store = &member->store;
  return member;
}

/// The thread is gone, or was never started.
void ThreadGroup::State::discharge(std::uint32_t id) {
  const std::lock_guard lock(mutex);
  threads.erase(id);
  changed.notify_all();
}

/// Half of the fuel that is left to one goes to the other, if fuel is limited.
Result<void> ThreadGroup::State::share_fuel(Store& giver, Store& taker) const {
  Limits limits = options.limits;
  if (limits.fuel) {
    auto left = giver.fuel();
    if (!left) return std::move(left).error();
    limits.fuel = *left / 2;
    if (auto kept = giver.set_fuel(*left - *limits.fuel); !kept) return kept;
  }
  return taker.limits(limits);
}

Result<void> ThreadGroup::State::make_instance(Member& member, Caller& caller) {
  if (auto shared = share_fuel(caller.store(), member.store); !shared) return shared;
  auto instance = prepared->instantiate(member.store);
  if (!instance) return std::move(instance).error();
  auto entry = instance->typed<void(std::int32_t, std::int32_t)>(start_name);
  if (!entry) return std::move(entry).error();
  member.entry = *entry;
  return {};
}

Result<std::int32_t> ThreadGroup::State::spawn(Caller& caller, std::int32_t argument) {
  const std::int32_t again = -static_cast<std::int32_t>(Errno::again);
  join_ended();
  const std::shared_ptr<Member> member = enlist();
  if (!member) return again;
  const std::uint32_t id = member->id;
  const auto made = guarded([&] { return make_instance(*member, caller); });
  if (!made) {
    discharge(id);
    if (made.error().kind() == ErrorKind::limit) return again;
    return made.error();
  }
  auto running = start_thread(*options.threads, [self = shared_from_this(), member, argument] {
    self->run(*member, argument);
  });
  if (!running) {
    discharge(id);
    return again;
  }
  const std::lock_guard lock(mutex);
  threads[id].running = std::move(running);
  changed.notify_all();
  return static_cast<std::int32_t>(id);
}

/// A thread's whole life.
void ThreadGroup::State::run(Member& member, std::int32_t argument) {
  const auto done =
      guarded([&] { return (*member.entry)(static_cast<std::int32_t>(member.id), argument); });
  if (!done) end(done.error());
  const std::lock_guard lock(mutex);
  // From here on, nobody interrupts the store.
  threads[member.id].store = nullptr;
}

/// The first to call this says how the group ended; all stores are stopped.
void ThreadGroup::State::end(std::optional<Error> why) {
  const std::lock_guard lock(mutex);
  if (ended) return;
  ended = true;
  if (why && first) first->interrupt();
  reason = std::move(why);
  for (auto& [id, thread] : threads) {
    if (thread.store) thread.store->interrupt();
  }
}

/// The threads that have ended, or all that were started, out of the list.
std::vector<std::unique_ptr<RunningThread>> ThreadGroup::State::take(bool all) {
  std::vector<std::unique_ptr<RunningThread>> taken;
  const std::lock_guard lock(mutex);
  for (auto& [id, thread] : threads) {
    if (thread.running && (all || !thread.store)) taken.push_back(std::move(thread.running));
  }
  if (all) return taken;
  std::erase_if(threads,
                [](const auto& each) { return !each.second.store && !each.second.running; });
  return taken;
}

/// One that is being started is waited for until it can be joined. After end(), none is added.
void ThreadGroup::State::join_all() {
  while (true) {
    take(true).clear();
    std::unique_lock lock(mutex);
    std::erase_if(threads,
                  [](const auto& each) { return !each.second.store && !each.second.running; });
    if (threads.empty()) return;
    changed.wait(lock, [&] {
      return threads.empty() || std::any_of(threads.begin(), threads.end(), [](const auto& each) {
               return each.second.running != nullptr;
             });
    });
  }
}

Result<std::shared_ptr<ThreadGroup>> ThreadGroup::add_to(Linker& linker, const Module& module,
                                                         const Budget& budget,
                                                         const ThreadOptions& options) {
  auto state = std::make_shared<State>(module.engine(), budget, options);
  for (const ImportType& import : module.imports()) {
    const auto* type = std::get_if<MemoryType>(&import.type);
    if (!type || !type->is_shared || linker.defines(import.module, import.name)) continue;
    auto memory = SharedMemory::make(state->engine, *type, budget);
    if (!memory) return std::move(memory).error();
    linker.define(import.module, import.name, *memory);
  }
  // The linker doesn't keep the group: what is prepared with it is the group's own.
  linker.func("wasi", "thread-spawn",
              [group = std::weak_ptr(state)](Caller& caller,
                                             std::int32_t argument) -> Result<std::int32_t> {
                const auto alive = group.lock();
                if (!alive) return Error(ErrorKind::usage, "the thread group is gone");
                return alive->spawn(caller, argument);
              });
  return std::shared_ptr<ThreadGroup>(new ThreadGroup(std::move(state)));
}

Result<Instance> ThreadGroup::start(Store& first, const Prepared& prepared) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->prepared) return Error(ErrorKind::usage, "the thread group was started already");
    state_->prepared = prepared;
    state_->first = &first;
  }
  return prepared.instantiate(first);
}

Result<void> ThreadGroup::finish() {
  State& state = *state_;
  state.end(std::nullopt);
  state.join_all();
  const std::lock_guard lock(state.mutex);
  Store* first = std::exchange(state.first, nullptr);
  state.prepared.reset();
  if (!state.reason) return {};
  // The first thread may have come to its end before it noticed.
  if (first) first->clear_interrupt();
  return *state.reason;
}

ThreadGroup::~ThreadGroup() {
  (void)finish();
}

}  // namespace wrun::inline v0::wasi
