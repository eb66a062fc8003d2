#include "lib/api/image.hpp"

#include <array>
#include <cstring>

#include "jit/jit.hpp"
#include "lib/os/build_id.hpp"
#include "lib/os/populate.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/quoted.hpp"

namespace wrun::inline v0::api {

namespace {

using ByteView = std::span<const std::uint8_t>;

constexpr std::array<char, 8> magic = {'\x7f', 'w', 'r', 'u', 'n', 'e', 'x', 'e'};
constexpr std::uint32_t format = 2;
/// Of each part.
constexpr std::size_t alignment = 16;

/// Then come the key, the module's bytes and the machine code, each filled up with zeros.
struct Header {
  std::array<char, 8> magic = api::magic;
  std::uint32_t format = api::format;
  std::uint32_t key_size = 0;
  std::uint64_t size = 0;   ///< of everything
  wasm::Hash128 hash = {};  ///< of everything that follows
  std::uint64_t features_used = 0;
  std::uint64_t module_size = 0;
  std::uint64_t code_size = 0;
};
constexpr std::size_t hashed_from = 40;
static_assert(sizeof(Header) == hashed_from + 24 && sizeof(Header) % alignment == 0);

struct Parts {
  Header header;
  ByteView key;
  ByteView module;
  ByteView code;
};

Error damaged(std::string_view how) {
  return Error(ErrorKind::malformed, compose("precompiled module: {}", how));
}

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + alignment - 1) & ~std::uint64_t{alignment - 1};
}

/// Takes a part and what fills it up off the front.
bool take(ByteView& rest, std::uint64_t size, ByteView& part) {
  if (size > rest.size() || padded(size) > rest.size()) return false;
  part = rest.first(static_cast<std::size_t>(size));
  rest = rest.subspan(static_cast<std::size_t>(padded(size)));
  return true;
}

Result<Parts> open_image(ByteView image, const wasm::HashKey& key) {
  Parts parts;
  if (!is_image(image)) return damaged("it isn't one");
  if (image.size() < sizeof(Header)) return damaged("it is cut off");
  Header& header = parts.header;
  std::memcpy(&header, image.data(), sizeof(header));
  if (header.format != format)
    return Error(ErrorKind::usage, "precompiled module: another version of wrun made it");
  if (header.size > image.size()) return damaged("it is cut off");
  if (header.size != image.size()) return damaged("something follows it");
  if (wasm::siphash(key, image.subspan(hashed_from)) != header.hash)
    return damaged("it is damaged");
  ByteView rest = image.subspan(sizeof(header));
  if (!take(rest, header.key_size, parts.key) || !take(rest, header.module_size, parts.module) ||
      !take(rest, header.code_size, parts.code) || !rest.empty())
    return damaged("it is damaged");
  return parts;
}

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Features features_of(std::uint64_t bits) {
  Features features;
  for (unsigned i = 0; i < 64; ++i)
    if ((bits >> i & 1) != 0) features = features.with(static_cast<Feature>(i));
  return features;
}

void append(std::vector<std::uint8_t>& out, ByteView part) {
  out.insert(out.end(), part.begin(), part.end());
  out.resize(padded(out.size()));
}

}  // namespace

bool is_image(ByteView content) {
  return content.size() >= magic.size() &&
         std::memcmp(content.data(), magic.data(), magic.size()) == 0;
}

Result<std::string> image_key(EngineState& engine) {
  jit::Compiler* compiler = engine.compiler();
  if (compiler == nullptr)
    return Error(ErrorKind::usage, compose("there is no compiler: {}", engine.no_compiler));
  if (std::string why = compiler->unavailable(); !why.empty())
    return Error(ErrorKind::usage, compose("nothing can be compiled: {}", why));
  static const std::string build = os::build_id();
  if (build.empty())
    return Error(ErrorKind::usage, "this program has no build-id (a linker's --build-id)");
  return compose("wrun {}, build {}, {}, features {:x}", version(), build, compiler->code_key(),
                 engine.config.features.bits());
}

Result<std::vector<std::uint8_t>> make_image(const ModuleState& module, const wasm::HashKey& key) {
  auto text = image_key(*module.engine);
  if (!text) return std::move(text).error();
  std::vector<std::uint8_t> code;
  jit::write_image(module, code);
  Header header;
  header.key_size = static_cast<std::uint32_t>(text->size());
  header.features_used = module.data->features_used.bits();
  header.module_size = module.data->bytes.size();
  header.code_size = code.size();
  std::vector<std::uint8_t> image(sizeof(header));
  image.reserve(sizeof(header) + padded(text->size()) + padded(header.module_size) +
                padded(code.size()));
  append(image, {reinterpret_cast<const std::uint8_t*>(text->data()), text->size()});
  append(image, module.data->bytes);
  append(image, code);
  header.size = image.size();
  std::memcpy(image.data(), &header, sizeof(header));
  header.hash = wasm::siphash(key, ByteView(image).subspan(hashed_from));
  std::memcpy(image.data(), &header, sizeof(header));
  return image;
}

ByteView module_in_image(ByteView image) {
  Header header;
  if (image.size() < sizeof(header)) return {};
  std::memcpy(&header, image.data(), sizeof(header));
  ByteView rest = image.subspan(sizeof(header));
  ByteView key, module;
  if (!take(rest, header.key_size, key) || !take(rest, header.module_size, module)) return {};
  return module;
}

Result<Module> load_image(const std::shared_ptr<EngineState>& engine, ByteView image,
                          const wasm::HashKey& key) {
  const auto parts = open_image(image, key);
  if (!parts) return parts.error();
  const auto wanted = image_key(*engine);
  if (!wanted) return wanted.error();
  if (text_of(parts->key) != *wanted)
    return Error(ErrorKind::usage,
                 compose("precompiled module: it is for another engine ({}, and this is {})",
                         wasm::quoted(text_of(parts->key)), *wanted));
  std::vector<std::uint8_t> bytes;
  bytes.reserve(parts->module.size());
  os::populate_for_writing(bytes.data(), bytes.capacity());
  bytes.assign(parts->module.begin(), parts->module.end());
  auto data = wasm::decode(std::move(bytes), engine->decode_options(), engine->types);
  if (!data) return std::move(data).error();
  (*data)->features_used = features_of(parts->header.features_used);
  auto state = std::make_shared<ModuleState>(std::move(*data), engine, CodeFrom::image);
  if (const std::string why = jit::read_image(*state, parts->code); !why.empty())
    return damaged(why);
  return ModuleAccess::make(std::move(state));
}

}  // namespace wrun::inline v0::api
