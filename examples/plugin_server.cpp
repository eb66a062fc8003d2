// An HTTP server that runs its tenants' plugins: each request in a fresh instance, with limits of
// its own, on its tenant's budget.
//
//   PUT /plugin/NAME   a module that exports memory and handle(size) -> size: the request's body is
//                      at address 0 before, the answer afterwards
//   POST /run/NAME     runs it; 429 when the tenant's budget is used up
//   GET /metrics       what each tenant used, for Prometheus
//
// plugin_server PORT serves; without a port it tries itself out and ends.

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <wrun/wrun.hpp>

namespace {

constexpr std::uint64_t fuel_of_request = 1'000'000;
constexpr std::uint64_t fuel_of_tenant = 100 * fuel_of_request;

struct Tenant {
  wrun::Pool pool;
  wrun::Budget budget;
  std::atomic<std::uint64_t> refused{0};
};

void answer(httplib::Response& response, int status, const std::string& text) {
  response.status = status;
  response.set_content(text, "text/plain");
}

class Plugins {
 public:
  wrun::Result<void> put(const std::string& name, const std::string& module) {
    auto loaded = wrun::Module::from_text(engine_, module);
    if (!loaded) return std::move(loaded).error();
    auto prepared = wrun::Linker(engine_).prepare(*loaded);
    if (!prepared) return std::move(prepared).error();
    const wrun::Budget budget({.memory_bytes = 16 << 20, .fuel = fuel_of_tenant});
    const wrun::PoolOptions options{.limits = limits(), .budget = budget};
    const std::lock_guard lock(mutex_);
    tenants_[name].reset(new Tenant{wrun::Pool(*prepared, options), budget});
    return {};
  }

  void run(const std::string& name, const std::string& body, httplib::Response& response) {
    std::shared_ptr<Tenant> tenant;
    if (const std::lock_guard lock(mutex_); tenants_.count(name)) tenant = tenants_[name];
    if (!tenant) return answer(response, 404, "no such plugin\n");
    auto lease = tenant->pool.take();
    if (!lease) {
      ++tenant->refused;
      return answer(response, 429, lease.error().message() + "\n");
    }
    (void)lease->store.limits(limits(std::chrono::steady_clock::now() + std::chrono::seconds(2)));
    auto done = handle(*lease, body);
    answer(response, done ? 200 : 502, done ? *done : done.error().message() + "\n");
  }

  std::string metrics() {
    std::vector<wrun::LabelledUsage> usages;
    std::string refused = "# TYPE plugin_server_refused_total counter\n";
    const std::lock_guard lock(mutex_);
    for (const auto& [name, tenant] : tenants_) {
      usages.push_back({{{"tenant", name}}, tenant->budget.usage()});
      refused += "plugin_server_refused_total{tenant=\"" + name + "\"} " +
                 std::to_string(tenant->refused) + "\n";
    }
    return wrun::to_prometheus(usages) + refused;
  }

 private:
  static wrun::Limits limits(std::optional<std::chrono::steady_clock::time_point> deadline = {}) {
    return {.memory_bytes = 4 << 20, .fuel = fuel_of_request, .deadline = deadline};
  }

  static wrun::Result<std::string> handle(wrun::Lease& lease, const std::string& body) {
    auto memory = lease.instance.memory("memory");
    if (!memory) return std::move(memory).error();
    auto copied =
        memory->copy_in(0, {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
    if (!copied) return std::move(copied).error();
    auto size = lease.instance.typed<uint32_t(uint32_t)>("handle").and_then(
        [&](auto f) { return f(static_cast<uint32_t>(body.size())); });
    if (!size) return std::move(size).error();
    auto bytes = memory->span(0, *size);
    if (!bytes) return std::move(bytes).error();
    return std::string(bytes->begin(), bytes->end());
  }

  wrun::Engine engine_{wrun::Config{.fuel = true}};
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Tenant>> tenants_;
};

void try_out(int port) {
  httplib::Client client("127.0.0.1", port);
  const std::string before = R"((module (memory (export "memory") 1)
    (func (export "handle") (param i32) (result i32) )";
  const auto put = [&](const char* name, const std::string& body) {
    client.Put(std::string("/plugin/") + name, before + body + "))", "text/plain");
  };
  const auto run = [&](const std::string& name) {
    const auto response = client.Post("/run/" + name, "hello", "text/plain");
    const std::string line = response->body.substr(0, response->body.find('\n'));
    std::printf("%s: %d %s\n", name.c_str(), response->status, line.substr(0, 20).c_str());
  };
  put("echo", "(local.get 0)");
  put("spins", "(loop (br 0)) (i32.const 0)");
  put("traps", "(unreachable)");
  for (const char* name : {"echo", "spins", "traps"}) run(name);
  for (int i = 0; i < 99; ++i) client.Post("/run/spins", "", "text/plain");
  for (const char* name : {"spins", "echo"}) run(name);
  const std::string metrics = client.Get("/metrics")->body;
  std::printf("%s", metrics.substr(metrics.find("plugin_server_refused_total{")).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  Plugins plugins;
  httplib::Server server;
  server.Put(R"(/plugin/(\w+))", [&](const httplib::Request& request, httplib::Response& response) {
    const auto done = plugins.put(request.matches[1], request.body);
    answer(response, done ? 201 : 400, done ? "" : done.error().message() + "\n");
  });
  server.Post(R"(/run/(\w+))", [&](const httplib::Request& request, httplib::Response& response) {
    plugins.run(request.matches[1], request.body, response);
  });
  server.Get("/metrics", [&](const httplib::Request&, httplib::Response& response) {
    answer(response, 200, plugins.metrics());
  });
  if (argc > 1) return server.listen("127.0.0.1", std::stoi(argv[1])) ? 0 : 1;
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  try_out(port);
  server.stop();
  serving.join();
  return 0;
}
