#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <wrun/source.hpp>

#include "lib/api/inspect.hpp"
#include "lib/api/load.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// A directory that goes away with its files.
class Scratch {
 public:
  Scratch() {
    std::string pattern = testing::TempDir() + "wrun-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Scratch() {
    for (const std::string& file : files_) std::remove(file.c_str());
    rmdir(path_.c_str());
  }
  std::string operator/(const std::string& name) {
    files_.push_back(path_ + "/" + name);
    return files_.back();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<std::string> files_;
};

void write(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string gzip(std::string_view text) {
  std::string packed(text.size() + 1024, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string binary() {
  const Module module = take(Module::from_text(Engine(), add_text));
  return {module.bytes().begin(), module.bytes().end()};
}

TEST(Modules, FilesOfEachFormat) {
  const Engine engine;
  Scratch scratch;
  const auto exports = [&](const std::string& name, std::string_view content) {
    const std::string path = scratch / name;
    write(path, content);
    return take(Module::from_file(engine, path)).exports().at(0).name;
  };
  EXPECT_EQ(exports("a.wat", add_text), "add");
  EXPECT_EQ(exports("a.wasm", binary()), "add");
  EXPECT_EQ(exports("a.wasm.gz", gzip(binary())), "add");
  EXPECT_EQ(exports("a.wat.gz", gzip(add_text)), "add");
  // The content counts, not the name.
  EXPECT_EQ(exports("b.wasm", add_text), "add");
  EXPECT_EQ(exports("two-members", gzip(add_text.substr(0, 9)) + gzip(add_text.substr(9))), "add");
}

TEST(Modules, FilesThatAreNone) {
  const Engine engine;
  Scratch scratch;
  const auto error = [&](const std::string& name, std::string_view content) {
    const std::string path = scratch / name;
    write(path, content);
    const auto module = Module::from_file(engine, path);
    EXPECT_FALSE(module.has_value()) << name;
    return module.error();
  };
  EXPECT_EQ(error("empty", "").kind(), ErrorKind::malformed);
  EXPECT_EQ(error("elf",
                  "\x7f"
                  "ELF and more")
                .kind(),
            ErrorKind::malformed);
  EXPECT_EQ(error("elf",
                  "\x7f"
                  "ELF")
                .message(),
            "neither a WebAssembly module nor text: it starts with 7f 45 4c 46");
  EXPECT_EQ(error("header", std::string_view("\0as", 3)).kind(), ErrorKind::malformed);
  const std::string packed = gzip(binary());
  EXPECT_EQ(error("cut.gz", packed.substr(0, packed.size() - 6)).kind(), ErrorKind::malformed);
  EXPECT_EQ(error("magic.gz", "\x1f\x8b").kind(), ErrorKind::malformed);
  std::string damaged = packed;
  damaged[damaged.size() - 5] = static_cast<char>(damaged[damaged.size() - 5] ^ 1);
  EXPECT_EQ(error("damaged.gz", damaged).kind(), ErrorKind::malformed);
  EXPECT_EQ(Module::from_file(engine, scratch.path()).error().kind(), ErrorKind::io);
  const auto absent = Module::from_file(engine, scratch.path() + "/none");
  ASSERT_EQ(kind_of(absent), ErrorKind::io);
  EXPECT_EQ(absent.error().message(), scratch.path() + "/none: No such file or directory");
  EXPECT_EQ(kind_of(Module::from_file(engine, std::string_view("a\0b", 3))), ErrorKind::io);
}

TEST(Modules, FifosAreReadToTheirEnd) {
  Scratch scratch;
  const std::string path = scratch / "fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream out(path);
    out << "(module ";
    out.flush();
    out << "(func (export \"f\")))";
  });
  EXPECT_EQ(take(Module::from_file(Engine(), path)).exports().at(0).name, "f");
  writer.join();
}

TEST(Modules, SizesAreBounded) {
  Config config;
  config.module_limits.module_size = 4096;
  const Engine engine(config);
  Scratch scratch;
  const std::string spaces(5000, ' ');
  const std::string path = scratch / "large.wat";
  write(path, spaces + std::string(add_text));
  EXPECT_EQ(kind_of(Module::from_file(engine, path)), ErrorKind::limit);
  const std::string packed = gzip(spaces + std::string(add_text));
  EXPECT_LT(packed.size(), 1000u);
  EXPECT_EQ(kind_of(Module::from_content(engine, bytes_of(packed))), ErrorKind::limit);
  EXPECT_EQ(kind_of(api::inflate(bytes_of(packed), 100)), ErrorKind::limit);
}

TEST(Modules, EveryCutAndFlipOfGzipIsAnErrorOrTheSame) {
  const std::string packed = gzip(add_text);
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(api::inflate(bytes_of(packed).first(size), 1 << 20).has_value()) << size;
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    std::string flipped = packed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto result = api::inflate(bytes_of(flipped), 1 << 20);
    if (result) {
      EXPECT_EQ(result->size(), add_text.size()) << bit;
    }
  }
}

TEST(Modules, ErrorsInTextShowThePlace) {
  const auto syntax = Module::from_text(Engine(), "(module\n  (func (bogus)))");
  ASSERT_EQ(kind_of(syntax), ErrorKind::malformed);
  EXPECT_NE(syntax.error().message().find("line 2, column"), std::string::npos)
      << syntax.error().message();
  EXPECT_NE(syntax.error().message().find("(func (bogus))"), std::string::npos);
  EXPECT_NE(syntax.error().message().find('^'), std::string::npos);
  const auto types = Module::from_text(Engine(), "(module\n  (func\n    i32.const 1))");
  ASSERT_EQ(kind_of(types), ErrorKind::invalid);
  EXPECT_NE(types.error().message().find("(line "), std::string::npos) << types.error().message();
}

TEST(Modules, ErrorsInBinariesHaveAnOffset) {
  std::string bytes = binary();
  bytes[4] = 9;
  const auto module = Module::from_bytes(Engine(), bytes_of(bytes));
  ASSERT_EQ(kind_of(module), ErrorKind::malformed);
  EXPECT_EQ(module.error().offset(), 4u);
}

TEST(Modules, SayWhatTheyAreMadeOf) {
  const Engine engine;
  const Module module = take(Module::from_text(engine, R"((module $named
    (import "env" "f" (func (param i32) (result f64)))
    (import "env" "g" (global (mut i64)))
    (memory (export "m") 1 3)
    (table (export "t") 2 externref)
    (func (export "e") (result i32 i32) i32.const 1 i32.const 2)
    (@custom "note" "hello")))"));
  const auto imports = module.imports();
  ASSERT_EQ(imports.size(), 2u);
  EXPECT_EQ(imports[0].module, "env");
  EXPECT_EQ(imports[0].name, "f");
  EXPECT_EQ(std::get<FuncType>(imports[0].type), (FuncType{{ValType::i32()}, {ValType::f64()}}));
  EXPECT_EQ(std::get<GlobalType>(imports[1].type), (GlobalType{ValType::i64(), true}));
  const auto exports = module.exports();
  ASSERT_EQ(exports.size(), 3u);
  EXPECT_EQ(std::get<MemoryType>(exports[0].type), (MemoryType{{1, 3, false}, false, 16}));
  EXPECT_EQ(to_string(exports[1].type), "(table 2 externref)");
  EXPECT_EQ(kind_of(exports[2].type), ExternKind::func);
  EXPECT_EQ(module.name(), "named");
  EXPECT_TRUE(module.features_used().has(Feature::multi_value));
  EXPECT_EQ(module.engine(), engine);
  bool found = false;
  for (const CustomSection& custom : module.custom_sections()) {
    if (custom.name != "note") continue;
    found = true;
    EXPECT_EQ(std::string(custom.bytes.begin(), custom.bytes.end()), "hello");
  }
  EXPECT_TRUE(found);
  const Module copy = module;
  EXPECT_EQ(copy, module);
}

TEST(Modules, InstancesKnowTheirs) {
  World world;
  const Module module = world.module(add_text);
  const Instance instance = take(world.linker.instantiate(world.store, module));
  EXPECT_EQ(take(instance.module()), module);
}

TEST(Modules, InspectionShowsCode) {
  World world;
  const Module module = world.module(add_text);
  EXPECT_EQ(api::data(module).functions.size(), 1u);
  EXPECT_EQ(api::interpreted_functions(module), 0u);
  const Instance instance = take(world.linker.instantiate(world.store, module));
  take(take(instance.func("add")).call({1, 2}));
  EXPECT_EQ(api::interpreted_functions(module), 1u);
  EXPECT_FALSE(take(api::slots(module, 0)).empty());
  EXPECT_EQ(kind_of(api::slots(module, 1)), ErrorKind::usage);
}

TEST(Modules, DebugInformationMayBeAbsentOrDamaged) {
  const Engine engine;
  const std::vector<std::uint64_t> offsets{0, 1, 40, ~std::uint64_t{0}};
  for (const char* text :
       {"(module (func))", R"((module (func) (@custom ".debug_line" "\ff\ff\ff")))",
        R"((module (func) (@custom ".debug_line" "\10\00\00\00\05\00")))"}) {
    const auto locations =
        source_locations(Module::from_text(engine, text).value(), offsets).value();
    ASSERT_EQ(locations.size(), offsets.size()) << text;
    for (const auto& location : locations) EXPECT_FALSE(location) << text;
    const auto frames = source_frames(Module::from_text(engine, text).value(), offsets).value();
    ASSERT_EQ(frames.size(), offsets.size()) << text;
    for (const auto& functions : frames) EXPECT_TRUE(functions.empty()) << text;
  }
}

TEST(Modules, EnginesSayWhatTheyChose) {
  const Engine engine({.fuel = true});
  EXPECT_TRUE(engine.config().fuel);
  const EngineInfo info = engine.info();
  EXPECT_EQ(info.version, version());
  EXPECT_TRUE(info.tier == "automatic" ||
              (info.tier == "interpreter" && !info.tier_reason.empty()));
  EXPECT_EQ(Engine({.tier = Tier::interpreter}).info().tier, "interpreter");
  EXPECT_FALSE(info.dispatch.empty());
  EXPECT_FALSE(info.memory_checks_reason.empty());
  EXPECT_EQ(Engine({.tier = Tier::interpreter}).info().memory_checks, "explicit");
  const Engine insisting({.memory_checks = MemoryChecks::guard_pages});
  if (insisting.info().memory_checks == "guard pages") take(Module::from_text(insisting, add_text));
  const Engine interpreted({.tier = Tier::interpreter, .memory_checks = MemoryChecks::guard_pages});
  take(Module::from_text(interpreted, add_text));
  const EngineInfo checked = Engine({.memory_checks = MemoryChecks::explicit_checks}).info();
  EXPECT_EQ(checked.memory_checks, "explicit");
  EXPECT_FALSE(checked.memory_checks_reason.empty());
}

}  // namespace
}  // namespace wrun::test
