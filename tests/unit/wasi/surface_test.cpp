// Small public functions that no other test needs.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>

#include <wrun/wasi/network.hpp>
#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "tests/unit/wasi/as_bytes.hpp"

namespace wrun::test {
namespace {

using wasi::Access;
using wasi::Errno;

TEST(WasiSurface, SetsOfAccess) {
  const Access both = wasi::operator|(Access::read, Access::write);
  EXPECT_EQ(wasi::operator&(both, Access::write), Access::write);
  EXPECT_EQ(both & Access::create, Access::none);
  EXPECT_TRUE(wasi::includes(both, Access::read));
  EXPECT_FALSE(wasi::includes(both, Access::read | Access::remove));
}

/// A file that has only what each file must have.
class LeastFile final : public wasi::File {
 public:
  wasi::Outcome<wasi::FileStat> stat() override { return Errno::notsup; }
  wasi::Outcome<void> set_times(const wasi::NewTimes&) override { return Errno::notsup; }
  wasi::Outcome<void> set_size(std::uint64_t) override { return Errno::notsup; }
  wasi::Outcome<std::size_t> read_at(std::uint64_t, std::span<std::byte>) override {
    return std::size_t{0};
  }
  wasi::Outcome<std::size_t> write_at(std::uint64_t, std::span<const std::byte> all) override {
    return all.size();
  }
  wasi::Outcome<wasi::Appended> append(std::span<const std::byte>) override {
    return Errno::notsup;
  }
  wasi::Outcome<void> allocate(std::uint64_t, std::uint64_t) override { return Errno::notsup; }
  wasi::Outcome<void> sync(bool) override { return {}; }
};

TEST(WasiSurface, FilesThatNeverBlock) {
  LeastFile file;
  file.advise(0, 10, wasi::Advice::random);
  EXPECT_TRUE(file.seekable());
  EXPECT_TRUE(file.readable()->ready());
  EXPECT_TRUE(file.writable()->ready());
  EXPECT_TRUE(wasi::always_ready()->ready());
}

TEST(WasiSurface, Addresses) {
  const auto loopback = wasi::IpAddress::parse("127.3.2.1");
  const auto any = wasi::IpAddress::parse("::");
  ASSERT_TRUE(loopback && any);
  EXPECT_TRUE(loopback->is_loopback());
  EXPECT_FALSE(loopback->is_unspecified());
  EXPECT_TRUE(any->is_unspecified());
  EXPECT_FALSE(any->is_loopback());
  wasi::SocketRules rules;
  EXPECT_TRUE(rules.empty());
  ASSERT_TRUE(rules.allow("connect example.com:80"));
  EXPECT_FALSE(rules.empty());
}

TEST(WasiSurface, AddressesAsText) {
  for (const char* text : {"127.3.2.1", "::1"})
    EXPECT_EQ(wasi::text(wasi::IpAddress::parse(text).value()), text);
}

TEST(WasiSurface, NamesOfKindsOfCalls) {
  EXPECT_EQ(wasi::text(wasi::CallKind::arguments), "arguments");
  EXPECT_EQ(wasi::text(wasi::CallKind::process), "process");
}

TEST(WasiSurface, StorageAndDirectoriesOfOneFileSystem) {
  const auto files = wasi::MemoryFiles::create();
  ASSERT_TRUE(files->write("directory/file", "text"));
  const auto root = files->root();
  const auto opened = root->open("directory", {.directory = true});
  ASSERT_TRUE(opened);
  const auto& directory = *std::get<std::shared_ptr<wasi::Directory>>(*opened);
  EXPECT_EQ(directory.file_system(), root->file_system());
  EXPECT_NE(directory.file_system(), wasi::MemoryFiles::create()->root()->file_system());
  EXPECT_TRUE(root->sync(false));
  const auto file = root->open("directory/file", {.read = true});
  ASSERT_TRUE(file);
  EXPECT_TRUE(std::get<std::shared_ptr<wasi::File>>(*file)->sync(true));
}

TEST(WasiSurface, ConnectionsEndInOneDirection) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const auto one = *wasi::connection_from_fd(ends[0]);
  const auto other = *wasi::connection_from_fd(ends[1]);
  EXPECT_EQ(one->receivable()->source().fd, ends[0]);
  EXPECT_TRUE(one->shutdown(false, true));
  std::byte room[4];
  EXPECT_EQ(*other->receive(room, false), 0u);
  EXPECT_EQ(*other->send(as_bytes_of("abc")), 3u);
  EXPECT_EQ(*one->receive(room, false), 3u);
}

TEST(WasiSurface, StreamsOfNothing) {
  std::byte room[4];
  EXPECT_EQ(*wasi::empty_input()->read(room), 0u);
  EXPECT_TRUE(wasi::empty_input()->subscribe()->ready());
  EXPECT_EQ(*wasi::null_output()->write(as_bytes_of("abc")), 3u);
}

/// Puts another descriptor in the place of a standard one while it lives.
class Instead {
 public:
  Instead(int standard, int other) : standard_(standard), kept_(::dup(standard)) {
    ::dup2(other, standard);
  }
  ~Instead() {
    ::dup2(kept_, standard_);
    ::close(kept_);
  }
  Instead(const Instead&) = delete;
  Instead& operator=(const Instead&) = delete;

 private:
  int standard_;
  int kept_;
};

TEST(WasiSurface, TheHostsOwnStreams) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    const Instead input(0, ends[0]);
    const Instead output(1, ends[1]);
    const Instead errors(2, ends[1]);
    EXPECT_EQ(*wasi::host_stdout()->write(as_bytes_of("ab")), 2u);
    EXPECT_EQ(*wasi::host_stderr()->write(as_bytes_of("cd")), 2u);
    std::byte read[8];
    EXPECT_EQ(*wasi::host_stdin()->read(read), 4u);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(read), 4), "abcd");
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(WasiSurface, ThreadsOfTheHost) {
  std::atomic<int> done = 0;
  const auto threads = wasi::host_threads();
  for (int i = 0; i < 3; ++i) {
    const auto running = threads->start([&] { ++done; });
    EXPECT_NE(running, nullptr);
  }
  EXPECT_EQ(done, 3);
}

/// Writes "no" to standard error, and exits with 5.
constexpr std::string_view caller_text = R"((module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "\c8\00\00\00\02\00\00\00")
  (data (i32.const 200) "no")
  (func (export "_start")
    (drop (call $write (i32.const 2) (i32.const 100) (i32.const 1) (i32.const 300)))
    (call $exit (i32.const 5)))))";

Error end_of(const wasi::Config& config) {
  const Engine engine;
  Linker linker(engine);
  EXPECT_TRUE(wasi::add_to(linker, config));
  Store store(engine);
  const auto instance = linker.instantiate(store, Module::from_text(engine, caller_text).value());
  return instance.value().typed<void()>("_start").value()().error();
}

/// What a host's own way to end a program returns.
class Failing final : public wasi::ProcessExit {
 public:
  Error exit(std::uint32_t status) override {
    return Error(ErrorKind::host, "ended with " + std::to_string(status));
  }
};

TEST(WasiSurface, EndsAndErrorsOfPrograms) {
  const auto text = std::make_shared<wasi::StringOutput>();
  wasi::Config config;
  config.stderr_(std::shared_ptr<wasi::OutputStream>(text));
  EXPECT_FALSE(config.error().has_value());
  const Error ended = end_of(config);
  EXPECT_EQ(ended.exit_status(), 5);
  EXPECT_EQ(ended.message(), wasi::exit_error(5).message());
  EXPECT_EQ(text->text(), "no");

  const Error failed =
      end_of(wasi::Config().stderr_(wasi::null_output).exit(std::make_shared<Failing>()));
  EXPECT_EQ(failed.kind(), ErrorKind::host);
  EXPECT_EQ(failed.message(), "ended with 5");
}

/// A host's own way to have variables.
class Variables final : public wasi::Environment {
 public:
  std::vector<std::pair<std::string, std::string>> variables() override {
    return {{"NAME", "value"}};
  }
};

/// How many variables the guest sees.
constexpr std::string_view counter_text = R"((module
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $sizes (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "count") (result i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (i32.load (i32.const 0)))))";

TEST(WasiSurface, EnvironmentsOfTheHostsOwnInOneContext) {
  const auto environment = std::make_shared<Variables>();
  EXPECT_EQ(environment->variables().size(), 1u);
  const auto context = wasi::Context::create(wasi::Config().env(environment)).value();
  const Engine engine;
  Linker linker(engine);
  ASSERT_TRUE(wasi::add_to(linker, context));
  Store store(engine);
  const auto instance = linker.instantiate(store, Module::from_text(engine, counter_text).value());
  EXPECT_EQ(instance.value().typed<int32_t()>("count").value()().value(), 1);
  EXPECT_EQ(context->usage().calls, 1u);
}

TEST(WasiSurface, StandardStreamsByTheFunctionsThatMakeThem) {
  const wasi::Config config = wasi::Config()
                                  .stdin_(wasi::empty_input)
                                  .stdout_(wasi::null_output)
                                  .stderr_(wasi::null_output);
  EXPECT_EQ(end_of(config).exit_status(), 5);
}

TEST(WasiSurface, ConfigurationsKeepTheirFirstError) {
  wasi::Config config;
  config.dir("/nowhere/at all", "/", Access::read);
  ASSERT_TRUE(config.error().has_value());
  EXPECT_EQ(config.error()->kind(), ErrorKind::io);
}

}  // namespace
}  // namespace wrun::test
