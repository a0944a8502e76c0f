-- @description Segue: knobs
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: knobs
--   Sets how long, how far and how daring Segue answers; it is remembered.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

-- Made by plugins/lua/join.py from reaper/source/segue_knobs.lua.
local json = (function()
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
end)()

local door = (function()
-- The way to a running Segue: one request by HTTP, through the curl that every system has.


local door = {}

--- Give where Segue listens unless somebody says otherwise.
function door.default_url()
  return "http://127.0.0.1:" .. (os.getenv("SEGUE_HTTP_PORT") or 5757)
end

door.NOT_RUNNING = "Segue does not answer at %s. Start it in a terminal: segue serve"
local NO_CURL = "curl was not found; Segue is reached through it. It comes with Windows 10 and macOS;"
  .. " on Linux install the package curl."

--- Give the command that posts a file of JSON and prints the answer and, on a line, its status.
--
-- @param program how curl is called: `curl`, or a full path
-- @param request url, body_path, most_seconds, answer_path for an answer that goes to a file
function door.command(program, request)
  local words = {
    program, "-sS", "-X", "POST", "--noproxy", '"*"',
    "--connect-timeout", "3", "--max-time", tostring(request.most_seconds or 120),
  }
  words[#words + 1] = '-H "Content-Type: application/json"'
  words[#words + 1] = '--data-binary "@' .. request.body_path .. '"'
  if request.answer_path then
    words[#words + 1] = '-o "' .. request.answer_path .. '"'
  else
    words[#words + 1] = '-w "\\n%{http_code}"'
  end
  words[#words + 1] = '"' .. request.url .. '"'
  return table.concat(words, " ")
end

local function explain(exit_code, output, url)
  if exit_code == 7 then
    return string.format(door.NOT_RUNNING, url)
  elseif exit_code == 28 then
    return "Segue took too long to answer; ask for fewer bars, or look at its terminal."
  elseif exit_code == 127 or exit_code == 9009 or exit_code == nil then
    return NO_CURL
  end
  local reason = output:match("curl: %(%d+%) ([^\r\n]*)") or "curl ended with code " .. exit_code
  return string.format("Segue could not be reached at %s: %s", url, reason)
end

--- Read what the command printed.
--
-- @return the noun; or nil and one line that says what is wrong
function door.read(exit_code, output, url)
  if exit_code ~= 0 then
    return nil, explain(exit_code, output, url)
  end
  local body, status = output:match("^(.*)\n(%d%d%d)%s*$")
  if not body then
    return nil, "curl gave no answer that could be read: " .. output:sub(1, 200)
  end
  local noun, reason = json.decode(body)
  if tonumber(status) == 200 and noun ~= nil then
    return noun
  elseif type(noun) == "table" and noun.message then
    return nil, "Segue: " .. tostring(noun.message)
  elseif noun == nil then
    return nil, string.format("%s is not Segue: it answered %s with %s", url, status, reason)
  end
  return nil, string.format("Segue answered with status %s", status)
end

--- Give the address of an operation.
function door.address(url, operation)
  return url:gsub("/+$", "") .. "/" .. operation:gsub("%.", "/")
end

--- Write a request where curl finds it; gives nil and the reason where that fails.
function door.write(path, request)
  local file, reason = io.open(path, "wb")
  if not file then
    return nil, "cannot write " .. reason
  end
  file:write(json.encode(request))
  file:close()
  return path
end

--- Ask Segue for something and wait for it.
--
-- @param host what the host lends: `run(command)` gives exit code and output, `curl`, `body_path`
--             a file to write to, `url` of Segue
-- @param operation `music.continue`
-- @param request a table; its fields as Segue names them
-- @return the noun; or nil and one line that says what is wrong
function door.ask(host, operation, request)
  local written, reason = door.write(host.body_path, request)
  if not written then
    return nil, reason
  end
  local url = door.address(host.url, operation)
  local command = door.command(host.curl or "curl", { url = url, body_path = host.body_path })
  local exit_code, output = host.run(command)
  os.remove(host.body_path)
  return door.read(exit_code, output, host.url)
end

return door
end)()

local desk = (function()
-- What stands between REAPER and Segue: the knobs, the request, words to the musician.


local desk = {}

local SECTION = "Segue"
local KNOBS = {
  { name = "bars", title = "Bars of a continuation", default = 4, first = 1, last = 64 },
  { name = "amount", title = "How far a variation goes, 0-1", default = 0.4, first = 0, last = 1 },
  { name = "temperature", title = "Temperature, 0.1-2", default = 1.0, first = 0.1, last = 2 },
  { name = "density", title = "Notes in a beat (0: as the music)", default = 0, first = 0, last = 4 },
  { name = "seed", title = "Seed (0: another each time)", default = 0, first = 0, last = 2147483647 },
}

local function saved(name)
  return reaper.GetExtState(SECTION, name)
end

--- Keep a knob, also for the next time that REAPER is started.
function desk.keep(name, value)
  reaper.SetExtState(SECTION, name, tostring(value), true)
end

--- Give the knobs as they were left.
function desk.knobs()
  local knobs = {}
  for _, knob in ipairs(KNOBS) do
    local value = tonumber(saved(knob.name)) or knob.default
    knobs[knob.name] = math.max(knob.first, math.min(knob.last, value))
  end
  knobs.bars = math.floor(knobs.bars)
  knobs.seed = math.floor(knobs.seed)
  knobs.style = saved("style")
  return knobs
end

--- Give where Segue listens.
function desk.url()
  local url = saved("url")
  return url ~= "" and url or door.default_url()
end

--- Let the musician turn the knobs in REAPER's own window.
function desk.turn_knobs()
  local titles, values, knobs = {}, {}, desk.knobs()
  for index, knob in ipairs(KNOBS) do
    titles[index] = knob.title
    values[index] = string.format("%g", knobs[knob.name])
  end
  titles[#titles + 1], values[#values + 1] = "Style (empty: as the music)", knobs.style
  titles[#titles + 1], values[#values + 1] = "Where Segue listens,extrawidth=120", desk.url()
  local is_done, answer = reaper.GetUserInputs(
    "Segue", #titles, table.concat(titles, ","), table.concat(values, ",")
  )
  if not is_done then
    return
  end
  local fields = {}
  for field in (answer .. ","):gmatch("([^,]*),") do
    fields[#fields + 1] = field
  end
  for index, knob in ipairs(KNOBS) do
    desk.keep(knob.name, tonumber(fields[index]) or knob.default)
  end
  desk.keep("style", fields[#KNOBS + 1])
  desk.keep("url", fields[#KNOBS + 2])
end

--- Give the scale's name as Segue has it, by the mask that REAPER has: bit 1 is the tonic.
local SCALES = {
  [2741] = "major",
  [1453] = "minor",
  [2477] = "harmonic-minor",
  [1709] = "dorian",
  [1451] = "phrygian",
  [2773] = "lydian",
  [1717] = "mixolydian",
  [661] = "major-pentatonic",
  [1193] = "minor-pentatonic",
  [1257] = "blues",
}

--- Give a request with what the knobs and the item's key say.
function desk.request(knobs, tonic, mask, fields)
  local scale = SCALES[mask]
  fields.knobs = { temperature = knobs.temperature, tonic_pitch_class = scale and tonic }
  if scale == "major" or scale == "minor" then
    fields.knobs.mode = scale
  else
    fields.knobs.scale = scale
  end
  if knobs.density > 0 then
    fields.knobs.density = math.max(0.25, knobs.density)
  end
  if knobs.style ~= "" then
    fields.style = knobs.style
  end
  fields.seed = knobs.seed
  if fields.seed == 0 then
    fields.seed = os.time() * 1000 + math.random(0, 999)
  end
  return fields
end

--- Give how curl is called here; REAPER looks nowhere by itself on Linux and macOS.
function desk.curl()
  local root = os.getenv("SystemRoot")
  if root then
    return '"' .. root .. '\\System32\\curl.exe"'
  end
  for _, path in ipairs({ "/usr/bin/curl", "/usr/local/bin/curl", "/opt/homebrew/bin/curl" }) do
    if reaper.file_exists(path) then
      return path
    end
  end
  return "curl"
end

--- Give the path of a file that is Segue's own.
function desk.path(name)
  return reaper.GetResourcePath() .. "/segue_" .. name
end

local function run(command)
  local answer = reaper.ExecProcess(command, 130000)
  if not answer then
    return nil, ""
  end
  local code, output = answer:match("^(%-?%d+)\r?\n?(.*)$")
  return tonumber(code), output
end

--- Ask Segue and wait; gives its answer, or ends the action with a sentence for the musician.
function desk.ask(operation, request)
  local host = {
    run = run,
    curl = desk.curl(),
    url = desk.url(),
    body_path = desk.path("request.json"),
  }
  local answer, reason = door.ask(host, operation, request)
  if not answer then
    error(reason, 0)
  end
  return answer
end

--- Change the project, as one step of the undo history.
function desk.edit(title, change)
  reaper.Undo_BeginBlock2(0)
  reaper.PreventUIRefresh(1)
  local fine, reason = pcall(change)
  reaper.PreventUIRefresh(-1)
  reaper.Undo_EndBlock2(0, title, -1)
  reaper.UpdateArrange()
  if not fine then
    error(reason, 0)
  end
end

--- Say something in a window.
function desk.tell(text)
  reaper.MB(text, SECTION, 0)
end

--- Do an action; whatever goes wrong is told in a window.
function desk.act(action)
  local fine, reason = pcall(action)
  if not fine then
    desk.tell(tostring(reason))
  end
end

return desk
end)()

desk.act(desk.turn_knobs)
