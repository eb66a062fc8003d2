-- String, table, closure and sorting work whose results are printed. Errors and coroutines are in
-- errors.lua.

local function checksum(text)
  local sum = 0
  for i = 1, #text do
    sum = (sum * 31 + text:byte(i)) & 0xffffffff
  end
  return sum
end

local function report(name, value)
  print(string.format("%-12s %s", name, value))
end

local function strings()
  local parts = {}
  for i = 1, 20000 do
    parts[#parts + 1] = string.format("%d:%x:%5.2f", i, i * 2654435761 % 4294967296, i / 7)
  end
  local text = table.concat(parts, ",")
  report("format", checksum(text))
  local digits, words = 0, 0
  for _ in text:gmatch("%d") do digits = digits + 1 end
  for _ in text:gmatch("[^,:]+") do words = words + 1 end
  report("gmatch", digits .. " " .. words)
  local swapped, count = text:gsub("(%w+):(%w+)", "%2-%1")
  report("gsub", checksum(swapped) .. " " .. count)
  report("find", tostring(text:find("19999:", 1, true)))
  report("reverse", checksum(text:upper():reverse()))
  report("pack", checksum(string.pack("<i4d>I8z", -7, 1.5, 99, "zero ended"):rep(100)))
  report("utf8", utf8.len("grüße, 世界") .. " " .. utf8.char(955, 8364, 128640))
end

local function tables()
  local grid = {}
  for y = 1, 120 do
    grid[y] = {}
    for x = 1, 120 do grid[y][x] = (x * y) % 17 end
  end
  local sum = 0
  for _ = 1, 10 do
    for y = 2, 119 do
      for x = 2, 119 do
        sum = sum + grid[y][x] + grid[y - 1][x] - grid[y + 1][x] + grid[y][x - 1]
      end
    end
  end
  report("grid", sum)
  local names = {}
  for i = 1, 50000 do names["key" .. i % 5000] = (names["key" .. i % 5000] or 0) + i end
  local total, keys = 0, 0
  for _, value in pairs(names) do
    total = total + value
    keys = keys + 1
  end
  report("hash", total .. " " .. keys)
  local list = table.move({ 1, 2, 3, 4, 5 }, 2, 5, 1)
  table.insert(list, 3, "x")
  table.remove(list, 1)
  report("list", table.concat(list, " "))
end

local function closures()
  local function counter()
    local n = 0
    return function(step)
      n = n + step
      return n
    end
  end
  local counters = {}
  for i = 1, 100 do counters[i] = counter() end
  local sum = 0
  for i = 1, 200000 do sum = sum + counters[i % 100 + 1](i) % 7 end
  report("closures", sum)
  local function compose(f, g) return function(...) return f(g(...)) end end
  local add = function(x) return x + 1 end
  local all = add
  for _ = 1, 50 do all = compose(all, add) end
  report("compose", all(1))
  local Account = {}
  Account.__index = Account
  function Account.__add(a, b) return setmetatable({ sum = a.sum + b.sum }, Account) end
  function Account:take(n) self.sum = self.sum - n return self end
  local one = setmetatable({ sum = 10 }, Account) + setmetatable({ sum = 32 }, Account)
  report("methods", one:take(5):take(3).sum)
end

local function sorting()
  local seed = 42
  local function random()
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return seed
  end
  local numbers = {}
  for i = 1, 60000 do numbers[i] = random() % 100000 end
  table.sort(numbers)
  for i = 2, #numbers do
    if numbers[i - 1] > numbers[i] then error("not sorted") end
  end
  report("sort", numbers[1] .. " " .. numbers[30000] .. " " .. numbers[60000])
  local words = {}
  for i = 1, 8000 do words[i] = string.format("%08x", random()) end
  table.sort(words, function(a, b) return a:reverse() > b:reverse() end)
  report("sort by", words[1] .. " " .. words[#words])
end

local function numbers()
  report("integers", (1 << 62) // 3 * 5 % 1000003 ~ 0xff)
  report("floats", string.format("%.14g %.14g %a", math.sin(1) ^ 3, 2 ^ 0.5, 1 / 3))
  report("divide", tostring(-7 // 2) .. " " .. -7 % 3 .. " " .. 7.5 // -2 .. " " .. 1 / 0)
  report("convert", tostring(tonumber("0x1p4")) .. " " .. math.tointeger(3.0) .. " " .. ("10" + 5))
  local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
  report("fib", fib(24))
end

local start = os.clock()
strings()
tables()
closures()
sorting()
numbers()
collectgarbage()
print("done")
io.stderr:write(string.format("ns %d\n", (os.clock() - start) * 1e9 // 1))
