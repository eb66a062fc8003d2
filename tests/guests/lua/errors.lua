-- Errors that are caught and coroutines that are left in every way: both need setjmp.

local function section(name, body)
  print("-- " .. name)
  body()
end

section("pcall", function()
  print(pcall(function() return 1, 2, 3 end))
  print(pcall(error, "plain"))
  print(pcall(error, { code = 7 }) == false, select("#", pcall(error)))
  print(select(2, pcall(function() local t; return t.x end)))
  print(select(2, pcall(function() return 1 + {} end)))
  print(select(2, pcall(function() return #5 end)))
  print(pcall(string.rep, "x", -1))
  local function dive(depth)
    if depth == 0 then error("bottom", 0) end
    return dive(depth - 1) + 1
  end
  print(pcall(dive, 150))
  local caught = 0
  for i = 1, 5000 do
    if not pcall(function() if i % 2 == 0 then error(i) end end) then caught = caught + 1 end
  end
  print(caught)
end)

section("nested", function()
  local log = {}
  local function level(n)
    local ok, message = pcall(function()
      if n == 0 then error("deepest", 0) end
      level(n - 1)
      error("from " .. n, 0)
    end)
    log[#log + 1] = tostring(ok) .. ":" .. tostring(message)
  end
  level(20)
  print(table.concat(log, " "))
  print(xpcall(function() error("handled", 0) end, function(m) return m .. " by a handler" end))
  print(xpcall(function() error("first", 0) end, function() error("second", 0) end))
end)

section("overflow", function()
  local function forever(n) return forever(n + 1) + 1 end
  local ok, message = pcall(forever, 0)
  print(ok, (message:gsub("^.-:%d+: ", ""):gsub("%(.*", "")))
  print(pcall(string.rep, "x", 1 << 40))
  local nested = string.rep("(", 300) .. "1" .. string.rep(")", 300)
  print((load("return " .. nested)))
end)

section("to-be-closed", function()
  local log = {}
  local function guard(name)
    return setmetatable({}, { __close = function(_, e) log[#log + 1] = name .. "/" .. tostring(e) end })
  end
  print(pcall(function()
    local a <close> = guard("a")
    local b <close> = guard("b")
    error("while open", 0)
  end))
  print(table.concat(log, " "))
end)

section("coroutines", function()
  local function range(n)
    return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end)
  end
  local sum = 0
  for i in range(10000) do sum = sum + i end
  print(sum)

  local co = coroutine.create(function(a)
    local b = coroutine.yield(a + 1)
    local ok, message = pcall(function()
      local c = coroutine.yield(b * 2)
      error("inside " .. c, 0)
    end)
    coroutine.yield(message)
    error("at the end", 0)
  end)
  print(coroutine.resume(co, 1))
  print(coroutine.resume(co, 10))
  print(coroutine.resume(co, "here"))
  print(coroutine.resume(co))
  print(coroutine.status(co), coroutine.resume(co))

  local function permutations(list, n)
    n = n or #list
    if n <= 1 then coroutine.yield(table.concat(list)) end
    for i = 1, n do
      list[n], list[i] = list[i], list[n]
      permutations(list, n - 1)
      list[n], list[i] = list[i], list[n]
    end
  end
  local count, last = 0, nil
  for p in coroutine.wrap(function() permutations({ "a", "b", "c", "d", "e" }) end) do
    count, last = count + 1, p
  end
  print(count, last)

  local many = {}
  for i = 1, 500 do
    many[i] = coroutine.wrap(function() local x = i; while true do x = x + coroutine.yield(x) end end)
    many[i]()
  end
  local total = 0
  for round = 1, 4 do
    for i = 1, #many do total = total + many[i](round) end
  end
  print(total)
  local closed = coroutine.create(function() local g <close> = setmetatable({}, {
    __close = function() print("closed") end }); coroutine.yield() end)
  coroutine.resume(closed)
  print(coroutine.close(closed), coroutine.status(closed))
end)

section("errors in callbacks", function()
  print(pcall(table.sort, { 3, 1, 2 }, function() error("no order", 0) end))
  print(pcall(string.gsub, "abc", "%w", function(c) if c == "b" then error("at b", 0) end end))
  local t = setmetatable({}, { __index = function(_, k) error("no " .. k, 0) end,
    __add = function() error("no sum", 0) end })
  print(pcall(function() return t.field end))
  print(pcall(function() return t + 1 end))
end)

print("done")
