// Random modules in all tiers, which must agree. docs/fuzzing.md has more.

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/comparison.hpp"
#include "tests/fuzz/histogram.hpp"

namespace wrun::inline v0::fuzz {

namespace {

constexpr const char* help =
    R"(fuzz_differential [options] [FILE...]

Generates modules and runs each in the interpreter, compiled, and changing tiers while it runs:
results, traps, backtraces, fuel, memories, globals and tables must be the same. Modules in FILEs
(binary or text) are run instead if there are any, with all choices of --flavours.

  --seed N       the first seed (1); a module's number is its seed
  --count N      how many modules (1000)
  --time N       stop after so many seconds
  --flavours N   how many choices of fuel, interruption and thresholds each FILE runs with (24)
  --failures N   stop after so many failures (10)
  --histogram    print what was generated and what happened
  --require      fail if anything in the histogram that should happen didn't
  --keep DIR     write the smallest module found for each failure there, as SEED.wasm
  --emit         write the module of --seed to standard output, and run nothing
  --bytes FILE   the same of a byte string in a file
)";

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t count = 1000;
  std::uint64_t seconds = 0;
  std::uint64_t flavours = 24;
  std::uint64_t failures = 10;
  bool histogram = false;
  bool require = false;
  bool emit = false;
  std::string keep;
  std::string bytes;
  std::vector<std::string> files;
};

/// What the process that runs modules shares with the one that watches it.
struct Shared {
  std::uint64_t seed = 0;  ///< in work
  Histogram histogram;
};

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Driver {
 public:
  explicit Driver(const Options& options) : options_(options) {
    void* memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    shared_ = new (memory) Shared;
    if (options.seconds != 0)
      end_ = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  }

  int run() {
    std::uint64_t next = options_.seed;
    const std::uint64_t last = options_.seed + options_.count;
    while (next < last && failures_ < options_.failures && !is_over()) {
      const int status = run_from(next, last);
      next = shared_->seed + 1;
      if (status == 0) break;
      ++failures_;
      if (!WIFEXITED(status)) fmt::print("seed {}: signal {}\n", next - 1, WTERMSIG(status));
      keep(next - 1);
    }
    fmt::print("{} modules, {} failures\n", shared_->histogram.modules, failures_);
    if (options_.histogram) print(shared_->histogram);
    if (!enters_loops(shared_->histogram)) ++failures_;
    if (options_.require && !is_complete(shared_->histogram)) ++failures_;
    return failures_ == 0 ? 0 : 1;
  }

  int run_files() {
    for (const std::string& path : options_.files) {
      const std::vector<std::uint8_t> module = read_file(path);
      if (module.empty()) fmt::print("{}: can't be read\n", path), ++failures_;
      for (std::uint64_t choice = 0; choice < options_.flavours; ++choice) {
        if (judge(module, flavours_for(module, choice), true) == Verdict::agrees) continue;
        fmt::print("{}: fails with flavour {}\n", path, choice);
        ++failures_;
        break;
      }
    }
    fmt::print("{} files, {} failures\n", options_.files.size(), failures_);
    return failures_ == 0 ? 0 : 1;
  }

 private:
  bool is_over() const { return options_.seconds != 0 && std::chrono::steady_clock::now() >= end_; }

  /// In a process of its own, up to the first failure; its status.
  int run_from(std::uint64_t next, std::uint64_t last) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      for (; next < last && !is_over(); ++next)
        if (!run_seed(next)) std::fflush(stdout), _exit(1);
      std::fflush(stdout);
      _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 1;
    return status;
  }

  bool run_seed(std::uint64_t seed) {
    shared_->seed = seed;
    limit_time();
    Histogram& histogram = shared_->histogram;
    const std::vector<Flavour> chosen = flavours(seed);
    const std::vector<std::uint8_t> module =
        generate_for(chosen, bytes_of_seed(seed), histogram.ops);
    ++histogram.modules;
    histogram.bytes += module.size();
    const Comparison comparison = compare(module, chosen);
    add(histogram, comparison);
    if (comparison.failure.empty()) return true;
    fmt::print("seed {}:{}", seed, comparison.failure);
    return false;
  }

  void keep(std::uint64_t seed) {
    if (options_.keep.empty()) return;
    const std::vector<Flavour> chosen = flavours(seed);
    const std::vector<std::uint8_t> bytes = reduce(bytes_of_seed(seed), chosen);
    OpCounts counts{};
    const std::vector<std::uint8_t> module = generate_for(chosen, bytes, counts);
    const std::string path = fmt::format("{}/{}.wasm", options_.keep, seed);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(module.data()),
               static_cast<std::streamsize>(module.size()));
    fmt::print("seed {}: {} bytes in {}\n", seed, module.size(), path);
  }

  const Options& options_;
  Shared* shared_ = nullptr;
  std::chrono::steady_clock::time_point end_;
  std::uint64_t failures_ = 0;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      options.files.emplace_back(word);
      continue;
    }
    if (word == "--histogram" || word == "--require" || word == "--emit") {
      (word == "--emit"      ? options.emit
       : word == "--require" ? options.require
                             : options.histogram) = true;
      continue;
    }
    if (++i == argc) return false;
    const std::string_view value = argv[i];
    if (word == "--keep" || word == "--bytes") {
      (word == "--keep" ? options.keep : options.bytes) = value;
      continue;
    }
    std::uint64_t* number = word == "--seed"       ? &options.seed
                            : word == "--count"    ? &options.count
                            : word == "--time"     ? &options.seconds
                            : word == "--flavours" ? &options.flavours
                            : word == "--failures" ? &options.failures
                                                   : nullptr;
    if (number == nullptr) return false;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *number);
    if (error != std::errc() || end != value.data() + value.size()) return false;
  }
  return true;
}

int emit(const Options& options) {
  OpCounts counts{};
  const std::vector<std::uint8_t> bytes =
      options.bytes.empty() ? bytes_of_seed(options.seed) : read_file(options.bytes);
  const std::vector<std::uint8_t> module = generate_for(flavours(options.seed), bytes, counts);
  return std::fwrite(module.data(), 1, module.size(), stdout) == module.size() ? 0 : 1;
}

}  // namespace

int run_driver(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print("{}", help);
    return 2;
  }
  if (options.emit || !options.bytes.empty()) return emit(options);
  Driver driver(options);
  return options.files.empty() ? driver.run() : driver.run_files();
}

}  // namespace wrun::inline v0::fuzz

int main(int argc, char** argv) {
  return wrun::fuzz::run_driver(argc, argv);
}
