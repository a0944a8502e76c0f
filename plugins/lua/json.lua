-- JSON in plain Lua: what Segue is asked in, and what it answers in.

local json = {}

--- Stands for JSON's null, which a Lua table cannot hold.
json.null = setmetatable({}, { __tostring = function() return "null" end })

local ARRAY = {}

--- Say that a table is a list, also when nothing is in it.
function json.array(list)
  return setmetatable(list or {}, ARRAY)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function encode_string(text)
  return '"' .. text:gsub('[%c"\\\127]', function(letter)
    return ESCAPES[letter] or string.format("\\u%04x", letter:byte())
  end) .. '"'
end

local function encode_number(number)
  if math.type(number) == "integer" then
    return tostring(number)
  end
  if number ~= number or number == math.huge or number == -math.huge then
    error("JSON has no number " .. tostring(number))
  end
  return (string.format("%.17g", number):gsub(",", ".")) -- some hosts set a locale
end

local encode_value

local function encode_array(list)
  local pieces = {}
  for index = 1, #list do
    pieces[index] = encode_value(list[index])
  end
  return "[" .. table.concat(pieces, ",") .. "]"
end

local function encode_object(object)
  local names = {}
  for name in pairs(object) do
    names[#names + 1] = name
  end
  table.sort(names)
  for index, name in ipairs(names) do
    names[index] = encode_string(name) .. ":" .. encode_value(object[name])
  end
  return "{" .. table.concat(names, ",") .. "}"
end

function encode_value(value)
  local kind = type(value)
  if value == json.null then
    return "null"
  elseif kind == "table" then
    local is_list = getmetatable(value) == ARRAY or #value > 0
    return is_list and encode_array(value) or encode_object(value)
  elseif kind == "string" then
    return encode_string(value)
  elseif kind == "number" then
    return encode_number(value)
  elseif kind == "boolean" then
    return tostring(value)
  end
  error("JSON has no " .. kind)
end

--- Give a value as JSON; an object's names come in the order of the alphabet.
function json.encode(value)
  return encode_value(value)
end

local function fail(at, what)
  error({ json = string.format("no JSON at byte %d: %s", at, what) }, 0)
end

local UNESCAPES = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/",
  b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

local function decode_hex(text, at)
  local digits = text:match("^%x%x%x%x", at)
  return digits and tonumber(digits, 16) or fail(at, "\\u needs four digits")
end

--- Decode what follows `\u`; gives the letter and where the text goes on.
local function decode_unicode(text, at)
  local code = decode_hex(text, at)
  at = at + 4
  if code >= 0xD800 and code < 0xDC00 and text:sub(at, at + 1) == "\\u" then
    local low = decode_hex(text, at + 2)
    if low >= 0xDC00 and low < 0xE000 then
      return utf8.char(0x10000 + (code - 0xD800) * 1024 + low - 0xDC00), at + 6
    end
  end
  return utf8.char(code), at
end

local function decode_string(text, at)
  local pieces = {}
  at = at + 1
  while true do
    local stop = text:find('["\\]', at) or fail(at, "a string has no end")
    pieces[#pieces + 1] = text:sub(at, stop - 1)
    if text:sub(stop, stop) == '"' then
      return table.concat(pieces), stop + 1
    end
    local letter = text:sub(stop + 1, stop + 1)
    if letter == "u" then
      pieces[#pieces + 1], at = decode_unicode(text, stop + 2)
    else
      pieces[#pieces + 1] = UNESCAPES[letter] or fail(stop, "unknown escape \\" .. letter)
      at = stop + 2
    end
  end
end

local function skip(text, at)
  return text:find("%S", at) or #text + 1
end

local decode_value

--- Decode the entries between two brackets; `take` decodes one and gives where the text goes on.
local function decode_entries(text, at, closing, take)
  at = skip(text, at + 1)
  if text:sub(at, at) == closing then
    return at + 1
  end
  while true do
    at = skip(text, take(at))
    local mark = text:sub(at, at)
    if mark == closing then
      return at + 1
    elseif mark ~= "," then
      fail(at, "expected , or " .. closing)
    end
    at = skip(text, at + 1)
  end
end

local function decode_array(text, at)
  local list = json.array()
  return list, decode_entries(text, at, "]", function(entry_at)
    local value, next_at = decode_value(text, entry_at)
    list[#list + 1] = value
    return next_at
  end)
end

local function decode_object(text, at)
  local object = {}
  return object, decode_entries(text, at, "}", function(name_at)
    if text:sub(name_at, name_at) ~= '"' then
      fail(name_at, "expected a name")
    end
    local name, colon_at = decode_string(text, name_at)
    colon_at = skip(text, colon_at)
    if text:sub(colon_at, colon_at) ~= ":" then
      fail(colon_at, "expected :")
    end
    local value, next_at = decode_value(text, skip(text, colon_at + 1))
    object[name] = value
    return next_at
  end)
end

local WORDS = { ["true"] = true, ["false"] = false, null = json.null }

function decode_value(text, at)
  local first = text:sub(at, at)
  if first == "{" then
    return decode_object(text, at)
  elseif first == "[" then
    return decode_array(text, at)
  elseif first == '"' then
    return decode_string(text, at)
  end
  local word = text:match("^%a+", at)
  if word and WORDS[word] ~= nil then
    return WORDS[word], at + #word
  end
  local digits = text:match("^-?%d[%d.eE+-]*", at)
  local number = digits and tonumber(digits)
  if not number then
    fail(at, "expected a value")
  end
  return number, at + #digits
end

--- Give what a JSON text says; nil and the reason where it is none.
function json.decode(text)
  local fine, value, next_at = pcall(decode_value, text, skip(text, 1))
  if not fine then
    return nil, type(value) == "table" and value.json or tostring(value)
  end
  if skip(text, next_at) <= #text then
    return nil, "no JSON: something follows the value at byte " .. next_at
  end
  return value
end

return json
