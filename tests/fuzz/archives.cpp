// Feeds the archive readers bytes that archives became after random changes, and walks over what
// they make of them: archives [SECONDS [SEED]]. Linked with -fsanitize=fuzzer instead of this main,
// the same function is a target for libFuzzer.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <wrun/wasi/archive.hpp>

#include "tests/unit/wasi/archive_bytes.hpp"

namespace {

constexpr wrun::wasi::FilesQuota quota{.bytes = 1 << 20, .files = 64};

/// Reads everything in a directory; links may lead back, so only as deep as the quota allows.
void visit(wrun::wasi::Directory& directory, std::size_t depth) {
  const auto entries = directory.entries(0, 100);
  if (!entries) std::abort();
  for (const auto& entry : *entries) {
    (void)directory.read_link(entry.name);
    if (entry.name == ".." || entry.name == "." || depth > quota.files) continue;
    const auto opened = directory.open(entry.name, {.read = true});
    if (!opened) continue;
    if (const auto* inner = std::get_if<std::shared_ptr<wrun::wasi::Directory>>(&*opened)) {
      if (entry.type == wrun::wasi::FileType::directory) visit(**inner, depth + 1);
    } else {
      std::byte buffer[64];
      (void)std::get<0>(*opened)->read_at(0, buffer);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto opened = wrun::wasi::archive_directory(std::as_bytes(std::span(data, size)), quota);
  if (opened) visit(**opened, 0);
  return 0;
}

#ifndef WRUN_LIBFUZZER
namespace {

using wrun::test::TarEntry;
using wrun::test::ZipEntry;

std::vector<std::string> seeds() {
  const std::vector<TarEntry> tar{
      {.name = "./", .type = '5'},
      {.name = "file", .content = std::string(700, 'x'), .modified = 7},
      {.name = "p", .content = wrun::test::pax_record("path", "long/name"), .type = 'x'},
      {.name = "q", .content = "pax"},
      {.name = "L", .content = std::string("gnu/name\0", 9), .type = 'L'},
      {.name = "r", .content = "gnu"},
      {.name = "link", .type = '2', .link = "long/name"},
      {.name = "twin", .type = '1', .link = "file"}};
  const std::vector<ZipEntry> zip{{.name = "file", .content = std::string(700, 'x')},
                                  {.name = "dir/f", .content = "deflated", .deflated = true},
                                  {.name = "link", .content = "file", .mode = 0120777},
                                  {.name = "large", .content = "64", .zip64 = true}};
  return {wrun::test::tar_of(tar), wrun::test::gzip(wrun::test::tar_of(tar)),
          wrun::test::zip_of(zip)};
}

/// Keeps a header's checksum right, so that changes get past it.
void repair(std::string& archive) {
  for (std::size_t at = 0; at + 512 <= archive.size(); at += 512) {
    if (archive.compare(at + 257, 5, "ustar") != 0) continue;
    archive.replace(at + 148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(archive[at + i]);
    char text[9];
    std::snprintf(text, sizeof text, "%06o", sum);
    archive.replace(at + 148, 6, text, 6);
    archive[at + 154] = '\0';
  }
}

std::string changed(std::string archive, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t changes = 1 + below(6); changes != 0 && !archive.empty(); --changes) {
    const std::size_t at = below(archive.size());
    switch (below(5)) {
      case 0:
        archive[at] = static_cast<char>(random());
        break;
      case 1:
        archive[at] = "/.0\xff\x7f"[below(5)];
        break;
      case 2:
        archive.resize(at);
        break;
      case 3:
        archive.insert(at, archive.substr(below(archive.size()), below(600)));
        break;
      default:
        archive.erase(at, below(600));
    }
  }
  if (below(2) == 0) repair(archive);
  return archive;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  const std::vector<std::string> all = seeds();
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::uint64_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    const std::string archive = changed(all[runs++ % all.size()], random);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(archive.data()), archive.size());
  }
  std::printf("%llu archives read\n", static_cast<unsigned long long>(runs));
}
#endif
