local function get(value, ...)
  for _, key in ipairs({...}) do
    if type(value) ~= "table" then error("missing") end
    if type(key) == "number" then key = key + 1 end
    value = value[key]
    if value == nil then error("missing") end
  end
  return value
end
local function has(value, key)
  if type(value) ~= "table" then error("missing") end
  return value[key] ~= nil
end
local function maybe(value, key)
  if type(value) ~= "table" then return nil end
  if type(key) == "number" then key = key + 1 end
  return value[key]
end
local function otherwise(value, fallback)
  if value == nil then return fallback end
  return value
end
local function negate(value)
  if type(value) ~= "boolean" then error("not a condition") end
  return not value
end
local function either(...)
  local failed = false
  for _, condition in ipairs({...}) do
    local ok, value = pcall(condition)
    if ok and value == true then return true end
    failed = failed or not ok or value ~= false
  end
  if failed then error("missing") end
  return false
end
local function both(...)
  local failed = false
  for _, condition in ipairs({...}) do
    local ok, value = pcall(condition)
    if ok and value == false then return false end
    failed = failed or not ok or value ~= true
  end
  if failed then error("missing") end
  return true
end
local function choose(condition, yes, no)
  local value = condition()
  if value == true then return yes() end
  if value == false then return no() end
  error("not a condition")
end
local function exists(list, condition)
  if type(list) ~= "table" or (list[1] == nil and next(list) ~= nil) then error("not a list") end
  local failed = false
  for _, item in ipairs(list) do
    local ok, value = pcall(condition, item)
    if ok and value == true then return true end
    failed = failed or not ok or value ~= false
  end
  if failed then error("missing") end
  return false
end
local function every(list, condition)
  if type(list) ~= "table" or (list[1] == nil and next(list) ~= nil) then error("not a list") end
  local failed = false
  for _, item in ipairs(list) do
    local ok, value = pcall(condition, item)
    if ok and value == false then return false end
    failed = failed or not ok or value ~= true
  end
  if failed then error("missing") end
  return true
end
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end
local function contains(value, list)
  if type(list) ~= "table" then error("not a list") end
  if list[1] == nil then return list[value] ~= nil end
  for _, item in ipairs(list) do
    if item == value then return true end
  end
  return false
end
local function size(value)
  if type(value) ~= "table" then error("not a list") end
  local n = 0
  for _ in pairs(value) do n = n + 1 end
  return n
end
