#pragma once

// Archives made in the test, honest and otherwise.

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "tests/unit/wasi/as_bytes.hpp"

namespace wrun::test {

/// One entry of a .tar.
struct TarEntry {
  std::string name;
  std::string content = {};
  char type = '0';
  std::string link = {};
  std::uint64_t modified = 0;
};

inline std::string tar_bytes(const TarEntry& entry) {
  std::string block(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) {
    block.replace(at, text.size(), text);
  };
  const auto octal = [](std::uint64_t value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*llo", digits, static_cast<unsigned long long>(value));
    return std::string(text);
  };
  put(0, entry.name.substr(0, 100));
  put(100, "0000644");
  put(124, octal(entry.content.size(), 11));
  put(136, octal(entry.modified, 11));
  put(148, "        ");
  put(156, std::string(1, entry.type));
  put(157, entry.link.substr(0, 100));
  put(257, std::string("ustar\00000", 8));
  std::uint64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(148, octal(sum, 6) + std::string("\0 ", 2));
  block += entry.content;
  block.resize((block.size() + 511) / 512 * 512, '\0');
  return block;
}

inline std::string tar_of(const std::vector<TarEntry>& entries) {
  std::string all;
  for (const TarEntry& entry : entries) all += tar_bytes(entry);
  return all + std::string(1024, '\0');
}

inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  std::size_t size = rest.size();
  while (std::to_string(size).size() + rest.size() != size) {
    size = std::to_string(size).size() + rest.size();
  }
  return std::to_string(size) + rest;
}

/// format: 31 for gzip, -15 for raw deflate.
inline std::string deflate(const std::string& text, int format) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, format, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
inline std::string gzip(const std::string& text) {
  return deflate(text, 31);
}

/// One entry of a .zip; what isn't given is as it should be.
struct ZipEntry {
  std::string name;
  std::string content = {};
  std::uint32_t mode = 0100644;
  bool deflated = false;
  std::uint16_t method = 8;  ///< named in the archive if deflated
  std::uint16_t flags = 0;
  std::uint32_t size_lie = 0;  ///< added to the size that the list of files has
  std::uint32_t crc_lie = 0;
  bool zip64 = false;
};

inline std::string little(std::uint64_t value, int size) {
  std::string text;
  for (int i = 0; i < size; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return text;
}

inline std::string zip_of(const std::vector<ZipEntry>& entries) {
  std::string all;
  std::string list;
  for (const ZipEntry& entry : entries) {
    const std::string data = entry.deflated ? deflate(entry.content, -15) : entry.content;
    const auto crc =
        static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                           static_cast<uInt>(entry.content.size())));
    const std::string times = little(0, 2) + little((40 << 9) | (1 << 5) | 1, 2);
    const std::string method = little(entry.deflated ? entry.method : 0, 2);
    const std::uint64_t size = entry.content.size() + entry.size_lie;
    const std::string extra =
        entry.zip64 ? little(1, 2) + little(16, 2) + little(size, 8) + little(data.size(), 8) : "";
    const std::string sizes = entry.zip64 ? little(0xffffffff, 4) + little(0xffffffff, 4)
                                          : little(data.size(), 4) + little(size, 4);
    const std::string common = little(entry.flags, 2) + method + times +
                               little(crc + entry.crc_lie, 4) + sizes +
                               little(entry.name.size(), 2);
    list += little(0x02014b50, 4) + little(3 << 8 | 20, 2) + little(20, 2) + common +
            little(extra.size(), 2) + little(0, 6) + little(0, 0) +
            little(std::uint64_t{entry.mode} << 16, 4) + little(all.size(), 4) + entry.name + extra;
    all += little(0x04034b50, 4) + little(20, 2) + common + little(0, 2) + entry.name + data;
  }
  const std::size_t start = all.size();
  return all + list + little(0x06054b50, 4) + little(0, 4) + little(entries.size(), 2) +
         little(entries.size(), 2) + little(list.size(), 4) + little(start, 4) + little(0, 2);
}

}  // namespace wrun::test
