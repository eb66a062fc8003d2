#pragma once

#include <cstdint>

namespace wrun::inline v0::wasm::dwarf {

/// How an attribute or an entry of a table is written: http://dwarfstd.org, 7.5.6.
enum Form : std::uint8_t {
  addr = 0x01,
  block2 = 0x03,
  block4,
  data2,
  data4,
  data8,
  string,
  block,
  block1,
  data1,
  flag,
  sdata,
  strp,
  udata,
  ref_addr,
  ref1,
  ref2,
  ref4,
  ref8,
  ref_udata,
  indirect,
  sec_offset,
  exprloc,
  flag_present,
  strx,
  addrx,
  ref_sup4,
  strp_sup,
  data16,
  line_strp,
  ref_sig8,
  implicit_const,
  loclistx,
  rnglistx,
  ref_sup8,
  strx1,
  strx2,
  strx3,
  strx4,
  addrx1,
  addrx2,
  addrx3,
  addrx4
};

}  // namespace wrun::inline v0::wasm::dwarf
