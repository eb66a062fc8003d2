// An HTTP server that runs its tenants' plugins, each request in a fresh instance with limits of
// its own. Who uses more than its share runs when nobody else wants the processors; who uses much
// more, not at all.
//
//   PUT /plugin/NAME   a module, binary or text, that exports memory and handle(size) -> size: the
//                      request's body is at address 0 before, afterwards the answer, which follows
//                      what host.print got. With curl -T: forms are 8 KiB at most
//   POST /run/NAME     runs it; 429 when the tenant's budget is used up
//   GET /metrics       what each tenant used and was denied, for Prometheus
// It prints its port and serves until it is ended. bench/plugin_server puts it under load.

#include <httplib.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <wrun/wrun.hpp>

#include "plugin_metrics.hpp"

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
const wrun::Limits limits_of_request{.memory_bytes = 4 << 20, .fuel = 1'000'000};
constexpr std::int64_t share = 250'000;   // instructions per second: beyond, a tenant waits
constexpr std::int64_t most = 1'000'000;  // beyond, it is refused
constexpr std::size_t most_output = 4096;
thread_local std::string output;  // of the plugin that this thread runs

struct Tenant {
  wrun::Budget budget{{.memory_bytes = 16 << 20}};
  std::optional<wrun::Pool> pool = {};
  Clock::time_point start = Clock::now();

  /// Whether it used more than that per second, and once more at once.
  bool exceeds(std::int64_t rate) const {
    return std::int64_t(*budget.usage().instructions) / rate > (Clock::now() - start) / 1s;
  }
};

void answer(httplib::Response& response, int status, const std::string& text) {
  response.status = status;
  response.set_content(text, "text/plain");
}

class Plugins {
 public:
  ~Plugins() { background_.shutdown(); }

  wrun::Result<void> put(const std::string& name, const std::vector<std::uint8_t>& module) {
    wrun::Linker linker(engine_);
    linker.func("host", "print", &print);
    if (auto denies = deny_all(linker, name, denied_); !denies) return denies;
    auto loaded = wrun::Module::from_content(engine_, module);
    auto prepared = std::move(loaded).and_then([&](auto it) { return linker.prepare(it); });
    if (!prepared) return std::move(prepared).error();
    refused_.add(label(name), 0);  // a sample from the start
    const std::lock_guard lock(mutex_);
    Tenant& tenant = tenants_[name];  // with another plugin it keeps its budget
    tenant.pool = wrun::Pool(*prepared, {.limits = limits_of_request, .budget = tenant.budget});
    return {};
  }

  void run(const std::string& name, const std::string& body, httplib::Response& response) {
    std::unique_lock lock(mutex_);
    const auto found = tenants_.find(name);
    if (found == tenants_.end()) return answer(response, 404, "no such plugin\n");
    const bool is_over = found->second.exceeds(most);
    if (is_over) refused_.add(label(name));
    const Tenant tenant = found->second;
    lock.unlock();
    if (is_over) return answer(response, 429, "more than its budget\n");
    if (!tenant.exceeds(share)) return run(tenant, body, response);
    std::packaged_task<void()> task([&] {
      [[maybe_unused]] thread_local const int niceness = nice(10);  // of this thread
      run(tenant, body, response);
    });
    background_.enqueue([&] { task(); });
    task.get_future().wait();
  }

  std::string metrics() {
    std::vector<wrun::LabelledUsage> usages;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, tenant] : tenants_)
      usages.push_back({{{"tenant", name}}, tenant.budget.usage()});
    return wrun::to_prometheus(usages) + refused_.text() + denied_.text();
  }

 private:
  static wrun::Result<std::string> text(const wrun::Memory& memory, uint32_t at, uint32_t size) {
    return memory.span(at, size).transform(
        [](auto bytes) { return std::string(bytes.begin(), bytes.end()); });
  }

  static wrun::Result<void> print(wrun::Caller& caller, std::uint32_t at, std::uint32_t size) {
    if (size > most_output - output.size())
      return wrun::Error(wrun::ErrorKind::limit, "prints too much");
    return caller.memory("memory")
        .and_then([&](auto memory) { return text(memory, at, size); })
        .transform([](const std::string& printed) { output += printed; });
  }

  static void run(const Tenant& tenant, const std::string& body, httplib::Response& response) {
    output.clear();
    auto done = tenant.pool->take().and_then([&](auto lease) { return handle(lease, body); });
    answer(response, done ? 200 : 502, done ? output + *done : done.error().message() + "\n");
  }

  static wrun::Result<std::string> handle(wrun::Lease& lease, const std::string& body) {
    auto memory = lease.instance.memory("memory");
    if (!memory) return std::move(memory).error();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(body.data());
    return memory->copy_in(0, {bytes, body.size()})
        .and_then([&] { return lease.instance.typed<uint32_t(uint32_t)>("handle"); })
        .and_then([&](auto function) { return function(static_cast<uint32_t>(body.size())); })
        .and_then([&](uint32_t size) { return text(*memory, 0, size); });
  }

  wrun::Engine engine_{wrun::Config{.fuel = true}};
  std::mutex mutex_;
  Counter refused_{"plugin_server_refused_total"}, denied_{"plugin_server_denied_total"};
  std::map<std::string, Tenant> tenants_;
  httplib::ThreadPool background_{1};
};

int main() {
  Plugins plugins;
  httplib::Server server;
  server.set_tcp_nodelay(true).set_keep_alive_max_count(1'000'000'000);
  server.new_task_queue = [] { return new httplib::ThreadPool(64); };  // one for each connection
  server.Put(R"(/plugin/(\w+))", [&](const auto& request, auto& response) {
    const auto done = plugins.put(request.matches[1], {request.body.begin(), request.body.end()});
    answer(response, done ? 201 : 400, done ? "" : done.error().message() + "\n");
  });
  server.Post(R"(/run/(\w+))", [&](const auto& request, auto& response) {
    plugins.run(request.matches[1], request.body, response);
  });
  server.Get("/metrics", [&](auto&, auto& reply) { answer(reply, 200, plugins.metrics()); });
  std::printf("%d\n", server.bind_to_any_port("127.0.0.1"));
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
