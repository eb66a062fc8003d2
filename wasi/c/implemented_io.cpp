// Streams, connections and listeners of a C program's own.

#include "wasi/c/implemented.hpp"

using namespace wrun;
using namespace wrun::wasi;

namespace {

class ImplementedInput final : public InputStream {
 public:
  using Methods = Implementation<wrun_wasi_input_methods_t>;
  explicit ImplementedInput(Methods methods) : methods_(std::move(methods)) {}

  Outcome<std::size_t> read(std::span<std::byte> bytes) override {
    return methods_.transfer(methods_->read, bytes.size(), bytes.data(), bytes.size());
  }
  std::unique_ptr<Pollable> subscribe() override { return ask_readiness(methods_, methods_->poll); }
  bool is_terminal() const override { return methods_->is_terminal; }

 private:
  Methods methods_;
};

class ImplementedOutput final : public OutputStream {
 public:
  using Methods = Implementation<wrun_wasi_output_methods_t>;
  explicit ImplementedOutput(Methods methods) : methods_(std::move(methods)) {}

  Outcome<std::size_t> write(std::span<const std::byte> bytes) override {
    return methods_.transfer(methods_->write, bytes.size(), bytes.data(), bytes.size());
  }
  std::unique_ptr<Pollable> subscribe() override { return ask_readiness(methods_, methods_->poll); }
  bool is_terminal() const override { return methods_->is_terminal; }

 private:
  Methods methods_;
};

class ImplementedConnection final : public Connection {
 public:
  using Methods = Implementation<wrun_wasi_connection_methods_t>;
  explicit ImplementedConnection(Methods methods) : methods_(std::move(methods)) {}

  Outcome<std::size_t> receive(std::span<std::byte> bytes, bool peek) override {
    return methods_.transfer(methods_->receive, bytes.size(), bytes.data(), bytes.size(), peek);
  }
  Outcome<std::size_t> send(std::span<const std::byte> bytes) override {
    return methods_.transfer(methods_->send, bytes.size(), bytes.data(), bytes.size());
  }
  Outcome<void> shutdown(bool receiving, bool sending) override {
    return methods_.ask(methods_->shutdown, receiving, sending);
  }
  std::unique_ptr<Pollable> receivable() override {
    return ask_readiness(methods_, methods_->poll, false);
  }
  std::unique_ptr<Pollable> sendable() override {
    return ask_readiness(methods_, methods_->poll, true);
  }

 private:
  Methods methods_;
};

class ImplementedListener final : public Listener {
 public:
  using Methods = Implementation<wrun_wasi_listener_methods_t>;
  explicit ImplementedListener(Methods methods) : methods_(std::move(methods)) {}

  Outcome<std::shared_ptr<Connection>> accept() override {
    wrun_wasi_connection_t* accepted = nullptr;
    const Errno error = methods_.ask(methods_->accept, &accepted);
    const std::unique_ptr<wrun_wasi_connection_t> taken(accepted);
    if (error != Errno::success) return error;
    if (!taken) return Errno::io;
    return taken->connection;
  }
  std::unique_ptr<Pollable> acceptable() override {
    return ask_readiness(methods_, methods_->poll);
  }

 private:
  Methods methods_;
};

}  // namespace

extern "C" {

wrun_error_t* wrun_wasi_input_implement(const wrun_wasi_input_methods_t* methods, void* env,
                                        void (*finalizer)(void*), wrun_wasi_input_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto made = implementation<wrun_wasi_input_methods_t>(*methods, WRUN_WASI_INPUT_METHODS_INIT,
                                                          env, finalizer);
    if (!made) return std::move(made).error();
    *out = new wrun_wasi_input_t{std::make_shared<ImplementedInput>(std::move(*made))};
    return {};
  });
}

wrun_error_t* wrun_wasi_output_implement(const wrun_wasi_output_methods_t* methods, void* env,
                                         void (*finalizer)(void*), wrun_wasi_output_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto made = implementation<wrun_wasi_output_methods_t>(*methods, WRUN_WASI_OUTPUT_METHODS_INIT,
                                                           env, finalizer);
    if (!made) return std::move(made).error();
    *out = new wrun_wasi_output_t{std::make_shared<ImplementedOutput>(std::move(*made))};
    return {};
  });
}

wrun_error_t* wrun_wasi_connection_implement(const wrun_wasi_connection_methods_t* methods,
                                             void* env, void (*finalizer)(void*),
                                             wrun_wasi_connection_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto made = implementation<wrun_wasi_connection_methods_t>(
        *methods, WRUN_WASI_CONNECTION_METHODS_INIT, env, finalizer);
    if (!made) return std::move(made).error();
    *out = new wrun_wasi_connection_t{std::make_shared<ImplementedConnection>(std::move(*made))};
    return {};
  });
}

void wrun_wasi_connection_delete(wrun_wasi_connection_t* connection) {
  delete connection;
}

wrun_error_t* wrun_wasi_config_implement_listener(wrun_wasi_config_t* config,
                                                  const wrun_wasi_listener_methods_t* methods,
                                                  void* env, void (*finalizer)(void*)) {
  return capi::attempt([&]() -> Result<void> {
    auto made = implementation<wrun_wasi_listener_methods_t>(
        *methods, WRUN_WASI_LISTENER_METHODS_INIT, env, finalizer);
    if (!made) return std::move(made).error();
    config->config.listener(std::make_shared<ImplementedListener>(std::move(*made)));
    return {};
  });
}

wrun_error_t* wrun_wasi_config_grant_connection(wrun_wasi_config_t* config,
                                                const wrun_wasi_connection_t* connection) {
  return capi::attempt([&]() -> Result<void> {
    config->config.connection(connection->connection);
    return {};
  });
}

}  // extern "C"
