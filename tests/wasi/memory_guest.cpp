// Runs a guest on a copy of the current folder in memory, as an embedder would, and writes what it
// left there back, so that tests/guests/run can compare it: memory_guest MODULE [ARGS...]

#include <cstdio>

#include <wrun/wasi/memory_files.hpp>
#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

namespace {

namespace wasi = wrun::wasi;

int fail(const std::string& why) {
  std::fprintf(stderr, "memory_guest: %s\n", why.c_str());
  return 126;
}

int run(const std::vector<std::string>& words, const std::shared_ptr<wasi::MemoryFiles>& files) {
  wrun::Config settings;
  settings.features = settings.features.with(wrun::Feature::legacy_exceptions);
  wrun::Engine engine(settings);
  const auto module = wrun::Module::from_file(engine, words.front());
  if (!module) return fail(module.error().message());
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  wasi::Config config;
  config.args(words).stdin_(wasi::host_stdin).stdout_(wasi::host_stdout);
  config.stderr_(wasi::host_stderr).clock(wasi::system_clock);
  config.dir(files->root(), ".", wasi::read_write);
  if (const auto added = wasi::add_to(linker, config); !added) return fail(added.error().message());
  const auto instance = linker.instantiate(store, *module);
  if (!instance) return fail(instance.error().message());
  const auto start = instance->typed<void()>("_start");
  if (!start) return fail(start.error().message());
  const auto ended = (*start)();
  if (ended) return 0;
  const auto status = ended.error().exit_status();
  return status ? *status : fail(ended.error().message());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (words.empty()) return fail("no module");
  const auto folder = wasi::host_directory(".");
  if (!folder) return fail(std::string(wasi::text(folder.error())));
  const auto files = wasi::MemoryFiles::create({}, wasi::system_clock());
  if (const auto copied = wasi::copy_tree(**folder, *files->root()); !copied) {
    return fail(std::string(wasi::text(copied.error())));
  }
  const int status = run(words, files);
  if (const auto copied = wasi::copy_tree(*files->root(), **folder); !copied) {
    return fail(std::string(wasi::text(copied.error())));
  }
  return status;
}
