#include "lib/api/image.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "jit/jit.hpp"
#include "lib/os/build_id.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/nh_hash.hpp"
#include "lib/wasm/quoted.hpp"

namespace wrun::inline v0::api {

namespace {

using ByteView = std::span<const std::uint8_t>;

constexpr std::uint32_t format = 4;
/// Of each part.
constexpr std::size_t alignment = 16;

/// Then come the key, the module's bytes, the tables and the machine code, each filled up with
/// zeros.
struct Header {
  std::array<char, 8> magic = image_magic;
  std::uint32_t format = api::format;
  std::uint32_t key_size = 0;
  std::uint64_t size = 0;   ///< of everything
  wasm::Hash128 hash = {};  ///< of everything that follows but the code
  wasm::Hash128 code_hash = {};
  std::uint64_t features_used = 0;
  std::uint64_t module_size = 0;
  std::uint64_t tables_size = 0;
  std::uint64_t code_size = 0;
  std::uint64_t reserved = 0;
};
constexpr std::size_t hashed_from = 40;
static_assert(sizeof(Header) % alignment == 0 && std::has_unique_object_representations_v<Header>);

/// All but the code.
struct Parts {
  Header header;
  std::vector<std::uint8_t> key;
  std::vector<std::uint8_t> module;
  std::vector<std::uint8_t> tables;
};

Error damaged(std::string_view how) {
  return Error(ErrorKind::malformed, compose("precompiled module: {}", how));
}

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + alignment - 1) & ~std::uint64_t{alignment - 1};
}

ByteView bytes_of(const Header& header) {
  return {reinterpret_cast<const std::uint8_t*>(&header), sizeof(header)};
}

wasm::Hash128 hash_of(const wasm::HashKey& key, const Header& header, ByteView engine,
                      ByteView module, ByteView tables) {
  wasm::NhHash hash(key);
  for (const ByteView part : {bytes_of(header).subspan(hashed_from), engine, module, tables}) {
    hash.add(part);
    hash.end_part();
  }
  return hash.result();
}

/// Whether the sizes of the parts, which may be any numbers, are what follows the header.
bool has_parts(const Header& header, std::uint64_t rest) {
  for (const std::uint64_t size :
       {std::uint64_t{header.key_size}, header.module_size, header.tables_size, header.code_size}) {
    if (size > rest || padded(size) > rest) return false;
    rest -= padded(size);
  }
  return rest == 0;
}

/// Reads what fills a part up.
bool skip_padding(ImageSource& image, std::uint64_t size) {
  std::array<std::uint8_t, alignment> zeros{};
  return image.read(std::span(zeros).first(static_cast<std::size_t>(padded(size) - size))) &&
         zeros == decltype(zeros){};
}

bool read_part(ImageSource& image, std::uint64_t size, std::vector<std::uint8_t>& part) {
  return image.read(part, size) && skip_padding(image, size);
}

Result<Header> read_header(ImageSource& image) {
  const std::uint64_t size = image.left();
  Header header;
  const auto start =
      std::span(reinterpret_cast<std::uint8_t*>(&header), sizeof(header))
          .first(static_cast<std::size_t>(std::min(size, std::uint64_t{sizeof(header)})));
  if (!image.read(start)) return damaged("it is cut off");
  if (!is_image(start)) return damaged("it isn't one");
  if (size < sizeof(header)) return damaged("it is cut off");
  if (header.format != format)
    return Error(ErrorKind::usage, "precompiled module: another version of wrun made it");
  if (header.size > size) return damaged("it is cut off");
  if (header.size != size) return damaged("something follows it");
  if (!has_parts(header, image.left())) return damaged("it is damaged");
  return header;
}

/// Leaves the code to be read.
Result<Parts> read_parts(ImageSource& image, const wasm::HashKey& key) {
  auto header = read_header(image);
  if (!header) return header.error();
  Parts parts;
  parts.header = *header;
  if (!read_part(image, header->key_size, parts.key) ||
      !read_part(image, header->module_size, parts.module) ||
      !read_part(image, header->tables_size, parts.tables) ||
      hash_of(key, *header, parts.key, parts.module, parts.tables) != header->hash)
    return damaged("it is damaged");
  return parts;
}

/// What is still to be read of an image.
jit::MachineImage machine_image(ImageSource& image, Parts& parts, const wasm::HashKey& key) {
  const auto read_code = [&image, size = parts.header.code_size, left = parts.header.code_size,
                          expected = parts.header.code_hash,
                          hash = wasm::NhHash(key)](std::span<std::uint8_t> to) mutable {
    if (!image.read(to)) return false;
    hash.add(to);
    left -= to.size();
    return left != 0 || (skip_padding(image, size) && hash.result() == expected);
  };
  return {std::move(parts.tables), parts.header.code_size, read_code};
}

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::string_view separator = ", ";

/// Of a key.
template <class Take>
void each_word(std::string_view key, Take take) {
  for (;;) {
    const std::size_t end = key.find(separator);
    take(key.substr(0, end));
    if (end == key.npos) return;
    key.remove_prefix(end + separator.size());
  }
}

/// What the one key has and the other hasn't, quoted.
std::string only_in(std::string_view key, std::string_view other) {
  std::vector<std::string_view> others;
  each_word(other, [&](std::string_view word) { others.push_back(word); });
  std::string words;
  each_word(key, [&](std::string_view word) {
    if (std::find(others.begin(), others.end(), word) != others.end()) return;
    words += compose("{}{}", words.empty() ? std::string_view() : separator, wasm::quoted(word));
  });
  return words;
}

/// Of an image's key, which may be any bytes, from an engine's.
std::string difference(std::string_view image, std::string_view engine) {
  std::string text;
  const char* before = ": ";
  const auto add = [&](const char* who, const std::string& words) {
    if (words.empty()) return;
    text += compose("{}{} {}", before, who, words);
    before = "; ";
  };
  add("it needs", only_in(image, engine));
  add("this engine has", only_in(engine, image));
  return text;
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
  std::vector<std::uint8_t> tables, code;
  jit::write_image(module, tables, code);
  Header header;
  header.key_size = static_cast<std::uint32_t>(text->size());
  header.features_used = module.data->features_used.bits();
  header.module_size = module.data->bytes.size();
  header.tables_size = tables.size();
  header.code_size = code.size();
  header.size = sizeof(header) + padded(text->size()) + padded(header.module_size) +
                padded(tables.size()) + padded(code.size());
  header.code_hash = wasm::nh_hash(key, code);
  const ByteView engine = {reinterpret_cast<const std::uint8_t*>(text->data()), text->size()};
  header.hash = hash_of(key, header, engine, module.data->bytes, tables);
  std::vector<std::uint8_t> image;
  image.reserve(static_cast<std::size_t>(header.size));
  for (const ByteView part :
       {bytes_of(header), engine, ByteView(module.data->bytes), ByteView(tables), ByteView(code)})
    append(image, part);
  return image;
}

Result<Module> load_image(const std::shared_ptr<EngineState>& engine, ImageSource image,
                          const wasm::HashKey& key, std::optional<ByteView> wanted) {
  auto parts = read_parts(image, key);
  if (!parts) return parts.error();
  if (auto checked = engine->check_guards(); !checked) return std::move(checked).error();
  const auto engine_key = image_key(*engine);
  if (!engine_key) return engine_key.error();
  if (text_of(parts->key) != *engine_key)
    return Error(ErrorKind::usage, compose("precompiled module: it is for another engine{}",
                                           difference(text_of(parts->key), *engine_key)));
  if (wanted &&
      !std::equal(wanted->begin(), wanted->end(), parts->module.begin(), parts->module.end()))
    return damaged("it is of another module");
  auto data = wasm::decode(std::move(parts->module), engine->decode_options(), engine->types);
  if (!data) return std::move(data).error();
  (*data)->features_used = features_of(parts->header.features_used);
  auto state = std::make_shared<ModuleState>(std::move(*data), engine, CodeFrom::image);
  if (const auto refused = jit::read_image(*state, machine_image(image, *parts, key))) {
    if (refused->is_damaged) return damaged(refused->reason);
    return Error(ErrorKind::limit, compose("precompiled module: {}", refused->reason));
  }
  return ModuleAccess::make(std::move(state));
}

}  // namespace wrun::inline v0::api
