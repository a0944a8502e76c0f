-- @description Segue: thumb down for selected MIDI items
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: thumb down for selected MIDI items
--   Tells Segue that you do not like what the selected items play.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

-- Made by plugins/lua/join.py from reaper/source/segue_dislike.lua.
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

local song = (function()
-- The song around an item: bar lines, metres and tempos. Positions are quarter notes of the project.

local song = {}

local PROJECT = 0
local NEAR = 1e-6

local function bar_around(position_qn)
  local _, first, last = reaper.TimeMap_QNToMeasures(PROJECT, position_qn + NEAR)
  return first, last
end

--- Give the bar line at or before a position, or with `later` at or after it.
function song.bar_line(position_qn, later)
  local first, last = bar_around(position_qn)
  return later and position_qn - first > NEAR and last or first
end

--- Give the bar line some bars after another.
function song.bars_later(position_qn, bars)
  for _ = 1, bars do
    local _, last = bar_around(position_qn)
    position_qn = last
  end
  return position_qn
end

local function seconds(position_qn)
  return reaper.TimeMap2_QNToTime(PROJECT, position_qn)
end

--- Give the metre and tempo (quarter notes a minute) that hold at a position.
local function time_signature(position_qn)
  return reaper.TimeMap_GetTimeSigAtTime(PROJECT, seconds(position_qn + NEAR))
end

--- Give the metres between two positions, the first of which is a bar line, in ticks from there.
function song.metres(first_qn, last_qn, ppq)
  local metres, line = {}, first_qn
  while line < last_qn - NEAR or #metres == 0 do
    local numerator, denominator = time_signature(line)
    local before = metres[#metres]
    if not before or before.numerator ~= numerator or before.denominator ~= denominator then
      metres[#metres + 1] = {
        onset = math.floor((line - first_qn) * ppq + 0.5),
        numerator = math.floor(numerator),
        denominator = math.floor(denominator),
      }
    end
    line = song.bars_later(line, 1)
  end
  return metres
end

--- Give where the tempo may change between two positions: at every beat, and at every marker.
local function tempo_positions(first_qn, last_qn)
  local positions = {}
  for beat = 0, math.ceil(last_qn - first_qn - NEAR) - 1 do
    positions[#positions + 1] = first_qn + beat
  end
  for index = 0, reaper.CountTempoTimeSigMarkers(PROJECT) - 1 do
    local _, at_seconds = reaper.GetTempoTimeSigMarker(PROJECT, index)
    local at = reaper.TimeMap2_timeToQN(PROJECT, at_seconds)
    if at > first_qn and at < last_qn - NEAR then
      positions[#positions + 1] = at
    end
  end
  table.sort(positions)
  return positions
end

--- Give the tempos between two positions, in ticks from the first; a ramp becomes steps of a beat.
function song.tempos(first_qn, last_qn, ppq)
  local tempos = {}
  for _, at in ipairs(tempo_positions(first_qn, last_qn)) do
    local _, _, bpm = time_signature(at)
    if #tempos == 0 or math.abs(tempos[#tempos].bpm - bpm) > 1e-3 then
      tempos[#tempos + 1] = { onset = math.floor((at - first_qn) * ppq + 0.5), bpm = bpm }
    end
  end
  return tempos
end

return song
end)()

local item = (function()
-- MIDI items of REAPER: what they play, and new takes and items.


local item = {}

local PROJECT = 0
local DUPLICATE_TAKE = 40639
local UNPOOL_TAKE = 41613
local C_MAJOR = 2741

local function round(number)
  return math.floor(number + 0.5)
end

--- Give the selected items whose active take is MIDI.
function item.selected()
  local found = {}
  for index = 0, reaper.CountSelectedMediaItems(PROJECT) - 1 do
    local one = reaper.GetSelectedMediaItem(PROJECT, index)
    local take = reaper.GetActiveTake(one)
    if take and reaper.TakeIsMIDI(take) then
      found[#found + 1] = one
    end
  end
  return found
end

--- Give where an item begins and ends in the song, in quarter notes.
function item.span(one)
  local first = reaper.GetMediaItemInfo_Value(one, "D_POSITION")
  local last = first + reaper.GetMediaItemInfo_Value(one, "D_LENGTH")
  return reaper.TimeMap2_timeToQN(PROJECT, first), reaper.TimeMap2_timeToQN(PROJECT, last)
end

--- Give the item's ticks in a beat of the song, 960 unless the item says otherwise.
local function ppq_of(take)
  local first = reaper.MIDI_GetPPQPosFromProjQN(take, 0)
  return math.max(1, round(reaper.MIDI_GetPPQPosFromProjQN(take, 1) - first))
end

--- Give how long the take's source is before it repeats, in its ticks; nil where it does not.
local function loop_of(one, take, last)
  if reaper.GetMediaItemInfo_Value(one, "B_LOOPSRC") == 0 then
    return nil
  end
  local length = reaper.GetMediaSourceLength(reaper.GetMediaItemTake_Source(take))
  local rate = reaper.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE")
  local loop = round(length * ppq_of(take) / rate)
  return loop > 0 and last > loop + 0.5 and loop or nil
end

--- Say what of a take's source is heard: from which of its ticks to which, and how it repeats.
local function window_of(one, take)
  local first_qn, last_qn = item.span(one)
  local first = reaper.MIDI_GetPPQPosFromProjQN(take, first_qn)
  local last = reaper.MIDI_GetPPQPosFromProjQN(take, last_qn)
  return { first = first, last = last, loop = loop_of(one, take, last) }
end

--- Say the same of one pass of what repeats: the first that is heard in whole.
local function one_pass(window)
  if not window.loop then
    return window
  end
  local first = math.ceil((window.first - 0.5) / window.loop) * window.loop
  return { first = first, last = first + window.loop, loop = window.loop }
end

--- Call `visit` with every tick at which an event of the source is heard.
local function each_time(window, tick, visit)
  local shift = window.loop and math.floor(window.first / window.loop) * window.loop or 0
  repeat
    local at = tick + shift
    if at >= window.first - 0.5 and at < window.last - 0.5 then
      visit(at)
    end
    shift = shift + (window.loop or math.huge)
  until shift >= window.last
end

local function notes_of(take, window, ticks)
  local notes = {}
  local _, count = reaper.MIDI_CountEvts(take)
  for index = 0, count - 1 do
    local _, _, is_muted, first, last, channel, pitch, velocity = reaper.MIDI_GetNote(take, index)
    if window.loop and first >= window.loop then
      is_muted = true -- it lies behind the source's end and is never heard
    end
    each_time(window, first, function(at)
      if not is_muted then
        local onset = ticks(at)
        notes[#notes + 1] = {
          onset = onset,
          duration = ticks(at + last - first) - onset,
          pitch = round(pitch),
          velocity = round(velocity),
          release = 64,
          channel = round(channel),
          own = { first = first, last = last },
        }
      end
    end)
  end
  return notes
end

local CONTROLS = {
  [0xA0] = function(number, value) return "key_pressure", number, value end,
  [0xB0] = function(number, value) return "control_change", number, value end,
  [0xC0] = function(program) return "program_change", 0, program end,
  [0xD0] = function(pressure) return "channel_pressure", 0, pressure end,
  [0xE0] = function(low, high) return "pitch_bend", 0, low + 128 * high - 8192 end,
}

local function controls_of(take, window, ticks)
  local controls = {}
  local _, _, count = reaper.MIDI_CountEvts(take)
  for index = 0, count - 1 do
    local _, _, is_muted, at, message, channel, first, second = reaper.MIDI_GetCC(take, index)
    local read = not is_muted and CONTROLS[round(message)]
    if read then
      local kind, number, value = read(round(first), round(second))
      each_time(window, at, function(heard_at)
        controls[#controls + 1] = {
          onset = ticks(heard_at),
          kind = kind,
          number = number,
          value = value,
          channel = round(channel),
        }
      end)
    end
  end
  return controls
end

--- Give the key that was chosen for a take: its tonic, and the scale as a mask; nil for none.
--
-- C major is also what REAPER says where nobody chose: then Segue listens for itself.
function item.key(one)
  local is_set, tonic, scale = reaper.MIDI_GetScale(reaper.GetActiveTake(one))
  tonic, scale = round(tonic or 0), round(scale or C_MAJOR)
  if not is_set or (tonic == 0 and scale == C_MAJOR) then
    return nil
  end
  return tonic % 12, scale
end

--- Read an item as a clip that starts at the bar line before it.
--
-- @param once whether only one pass of what repeats is read
function item.read(one, once)
  local take = reaper.GetActiveTake(one)
  local window = window_of(one, take)
  window = once and one_pass(window) or window
  local first_qn = reaper.MIDI_GetProjQNFromPPQPos(take, window.first)
  local last_qn = reaper.MIDI_GetProjQNFromPPQPos(take, window.last)
  local origin_qn, ppq = song.bar_line(first_qn), ppq_of(take)
  local function ticks(at)
    return round((reaper.MIDI_GetProjQNFromPPQPos(take, at) - origin_qn) * ppq)
  end
  return {
    ppq = ppq,
    name = reaper.GetTakeName(take),
    origin_qn = origin_qn,
    first = ticks(window.first),
    last = ticks(window.last),
    pass = window.loop and once and window.first or 0,
    notes = notes_of(take, window, ticks),
    controls = controls_of(take, window, ticks),
    tempos = song.tempos(origin_qn, last_qn, ppq),
    metres = song.metres(origin_qn, last_qn, ppq),
  }
end

--- Read a take, be it active or not, in ticks of its own source, one pass of it: where its item is
--- moved to changes none of its notes.
--
-- @return a clip, with what is shown of it (`first`, `last`), and `lead`, from the bar line before
--         tick 0 of the source to that tick
function item.read_take(one, take)
  local window = one_pass(window_of(one, take))
  local pass, ppq = window.loop and window.first or 0, ppq_of(take)
  local function ticks(at)
    return round(at - pass)
  end
  local source_qn = math.max(0, reaper.MIDI_GetProjQNFromPPQPos(take, 0))
  local last_qn = reaper.MIDI_GetProjQNFromPPQPos(take, window.last)
  local origin_qn = song.bar_line(source_qn)
  return {
    ppq = ppq,
    lead = round((source_qn - origin_qn) * ppq),
    first = ticks(window.first),
    last = ticks(window.last),
    notes = notes_of(take, window, ticks),
    tempos = song.tempos(origin_qn, last_qn, ppq),
    metres = song.metres(origin_qn, last_qn, ppq),
  }
end

--- Put notes into a take.
--
-- @param origin_qn where in the song the notes count from; `pass` ticks are taken off again
function item.add(take, notes, origin_qn, ppq, pass)
  local function at(ticks)
    return round(reaper.MIDI_GetPPQPosFromProjQN(take, origin_qn + ticks / ppq)) - (pass or 0)
  end
  for _, note in ipairs(notes) do
    local first = math.max(0, at(note.onset))
    local last = math.max(first + 1, at(note.onset + note.duration))
    reaper.MIDI_InsertNote(
      take, false, false, first, last, note.channel, note.pitch, note.velocity, true
    )
  end
  reaper.MIDI_Sort(take)
end

local function key_of(first, last, channel, pitch, velocity)
  return string.format("%.3f %.3f %d %d %d", first, last, channel, pitch, velocity)
end

--- Take notes out of a take that is a copy of the one they were read from.
function item.remove(take, notes)
  local leaving = {}
  for _, note in ipairs(notes) do
    local key = key_of(note.own.first, note.own.last, note.channel, note.pitch, note.velocity)
    leaving[key] = (leaving[key] or 0) + 1
  end
  local _, count = reaper.MIDI_CountEvts(take)
  for index = count - 1, 0, -1 do
    local _, _, is_muted, first, last, channel, pitch, velocity = reaper.MIDI_GetNote(take, index)
    local key = key_of(first, last, round(channel), round(pitch), round(velocity))
    if not is_muted and (leaving[key] or 0) > 0 then
      leaving[key] = leaving[key] - 1
      reaper.MIDI_DeleteNote(take, index)
    end
  end
end

local function only_selected(one, act)
  local selected = {}
  for index = 0, reaper.CountSelectedMediaItems(PROJECT) - 1 do
    selected[#selected + 1] = reaper.GetSelectedMediaItem(PROJECT, index)
  end
  reaper.SelectAllMediaItems(PROJECT, false)
  reaper.SetMediaItemSelected(one, true)
  act()
  reaper.SetMediaItemSelected(one, false)
  for _, other in ipairs(selected) do
    reaper.SetMediaItemSelected(other, true)
  end
end

local function rename(take, name)
  reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", name, true)
end

--- Give an item a new take that is a copy of the active one, with MIDI of its own.
function item.new_take(one, name)
  local before = reaper.CountTakes(one)
  only_selected(one, function()
    reaper.Main_OnCommand(DUPLICATE_TAKE, 0)
    reaper.Main_OnCommand(UNPOOL_TAKE, 0)
  end)
  if reaper.CountTakes(one) ~= before + 1 then
    error("REAPER made no new take; is the item locked?", 0)
  end
  local take = reaper.GetActiveTake(one)
  rename(take, name)
  return take
end

--- Make an empty MIDI item on a track; gives it and its take.
function item.new(track, name, first_qn, last_qn)
  local one = reaper.CreateNewMIDIItemInProj(track, first_qn, last_qn, true)
  if not one then
    error("REAPER made no new item; is the track locked?", 0)
  end
  local take = reaper.GetActiveTake(one)
  rename(take, name)
  return one, take
end

--- Give the track below an item's own that bears a name; it is made where there is none.
function item.track_below(one, name)
  local own = reaper.GetMediaItemTrack(one)
  local number = round(reaper.GetMediaTrackInfo_Value(own, "IP_TRACKNUMBER"))
  local below = reaper.GetTrack(PROJECT, number)
  local _, called = reaper.GetTrackName(below or own)
  if below and called == name then
    return below
  end
  reaper.InsertTrackAtIndex(number, true)
  local new = reaper.GetTrack(PROJECT, number)
  reaper.GetSetMediaTrackInfo_String(new, "P_NAME", name, true)
  return new
end

return item
end)()

local clip = (function()
-- A clip of a host as Segue's noun, and an answer back onto the host's own grid.
--
-- A clip is what every host can say of its MIDI:
--   ppq          the host's ticks in a beat (a quarter note); every tick below counts in these
--   name         of the clip
--   notes        list of { onset, duration, pitch, velocity, release, channel }
--   controls     list of { onset, kind, number, value, channel }
--   tempos       list of { onset, bpm };  metres  list of { onset, numerator, denominator }
--   key          { fifths, mode } or nil
-- Tick 0 is a bar line of the song, at or before the clip's start.


local clip = {}

--- Move a tick from one resolution to another: the nearest tick, halves up.
function clip.rescale(ticks, from_ppq, to_ppq)
  return (2 * ticks * to_ppq + from_ppq) // (2 * from_ppq)
end

local function by_onset(first, second)
  if first.onset ~= second.onset then
    return first.onset < second.onset
  end
  return (first.pitch or first.number) < (second.pitch or second.number)
end

local function plain_note(note)
  return {
    pitch = note.pitch,
    onset_ticks = note.onset,
    duration_ticks = note.duration,
    velocity = note.velocity,
    release_velocity = note.release,
  }
end

local function plain_control(control)
  return {
    onset_ticks = control.onset,
    kind = control.kind,
    number = control.number,
    value = control.value,
  }
end

--- Sort a list's entries by channel; gives the channels in order, and each one's entries.
local function by_channel(list, found)
  for _, entry in ipairs(list) do
    found[entry.channel] = found[entry.channel] or { notes = {}, controls = {} }
    local kind = entry.pitch and "notes" or "controls"
    table.insert(found[entry.channel][kind], entry)
  end
  return found
end

local function plain_list(entries, convert)
  local plain = json.array()
  for index, entry in ipairs(entries) do
    plain[index] = convert(entry)
  end
  return plain
end

local function plain_tempo(tempo)
  return { onset_ticks = tempo.onset, tempo_bpm = tempo.bpm }
end

local function plain_metre(metre)
  return {
    onset_ticks = metre.onset,
    numerator = metre.numerator,
    denominator = metre.denominator,
  }
end

--- Give a clip as a NoteSequence, one part for each channel.
--
-- @return the noun; and for each part, in order, the host's own notes
function clip.to_sequence(source)
  local found = by_channel(source.controls, by_channel(source.notes, {}))
  local parts, own = json.array(), {}
  for channel = 0, 15 do
    local here = found[channel]
    if here then
      table.sort(here.notes, by_onset)
      table.sort(here.controls, by_onset)
      parts[#parts + 1] = {
        name = source.name,
        channel = channel,
        notes = plain_list(here.notes, plain_note),
        controls = plain_list(here.controls, plain_control),
      }
      own[#parts] = here.notes
    end
  end
  return {
    name = source.name,
    ppq = source.ppq,
    parts = parts,
    tempos = plain_list(source.tempos, plain_tempo),
    time_signatures = plain_list(source.metres, plain_metre),
    key_signatures = json.array(source.key and {
      { onset_ticks = 0, fifths = source.key.fifths, mode = source.key.mode },
    }),
  }, own
end

--- Give a note of an answer on the host's grid.
local function host_note(plain, channel, answer_ppq, ppq)
  local onset = clip.rescale(plain.onset_ticks, answer_ppq, ppq)
  local stop = clip.rescale(plain.onset_ticks + plain.duration_ticks, answer_ppq, ppq)
  return {
    onset = onset,
    duration = math.max(1, stop - onset),
    pitch = plain.pitch,
    velocity = plain.velocity,
    release = plain.release_velocity,
    channel = channel,
  }
end

--- Give an answer's notes on the host's grid.
--
-- @param channel what the notes go to; nil: each part's own
function clip.notes_of(answer, ppq, channel)
  local notes = {}
  for _, part in ipairs(answer.parts) do
    for _, note in ipairs(part.notes) do
      notes[#notes + 1] = host_note(note, channel or part.channel, answer.ppq, ppq)
    end
  end
  return notes
end

--- Say which note it is, at a resolution.
local function key_of(note, own_ppq, ppq)
  local onset = clip.rescale(note.onset_ticks, own_ppq, ppq)
  local stop = clip.rescale(note.onset_ticks + note.duration_ticks, own_ppq, ppq)
  return string.format("%d %d %d %d", onset, stop, note.pitch, note.velocity)
end

local function waiting_notes(part, own, ppq, answer_ppq)
  local waiting = {}
  for index, note in ipairs(part.notes) do
    local key = key_of(note, ppq, answer_ppq)
    waiting[key] = waiting[key] or {}
    table.insert(waiting[key], own[index])
  end
  return waiting
end

local function compare_part(part, answered, waiting, answer_ppq, ppq, change)
  for _, note in ipairs(answered.notes) do
    local same = waiting[key_of(note, answer_ppq, answer_ppq)]
    if same and #same > 0 then
      table.remove(same, 1)
    else
      change.added[#change.added + 1] = host_note(note, part.channel, answer_ppq, ppq)
    end
  end
  for _, notes in pairs(waiting) do
    for _, note in ipairs(notes) do
      change.removed[#change.removed + 1] = note
    end
  end
end

--- Say what an answer changes; a note that Segue left alone keeps the host's own ticks.
--
-- @param sent, own as `clip.to_sequence` gave them
-- @return removed: the host's notes that go; added: notes that come
function clip.compare(sent, own, answer)
  local change = { removed = {}, added = {} }
  for index, part in ipairs(sent.parts) do
    local answered = answer.parts[index] or { notes = {} }
    local waiting = waiting_notes(part, own[index], sent.ppq, answer.ppq)
    compare_part(part, answered, waiting, answer.ppq, sent.ppq, change)
  end
  return change
end

--- Keep the notes that begin between two ticks; none rings beyond the last.
function clip.within(notes, first, last)
  local kept = {}
  for _, note in ipairs(notes) do
    if note.onset >= first and note.onset < last then
      note.duration = math.min(note.duration, last - note.onset)
      kept[#kept + 1] = note
    end
  end
  return kept
end

--- Move notes by some ticks.
function clip.moved(notes, ticks)
  for _, note in ipairs(notes) do
    note.onset = note.onset + ticks
  end
  return notes
end

local function mean_pitch(notes)
  local sum = 0
  for _, note in ipairs(notes) do
    sum = sum + note.pitch
  end
  return sum / #notes
end

--- Give the channel of the melody, as Segue finds it: the highest part with a fair share of notes.
--
-- @return nil where there is no note outside the drums
function clip.melody_channel(sent)
  local most, channel, highest = 0, nil, -1
  for _, part in ipairs(sent.parts) do
    most = part.channel == 9 and most or math.max(most, #part.notes)
  end
  for _, part in ipairs(sent.parts) do
    local is_fair = part.channel ~= 9 and #part.notes > 0 and 4 * #part.notes >= most
    if is_fair and mean_pitch(part.notes) > highest then
      channel, highest = part.channel, mean_pitch(part.notes)
    end
  end
  return channel
end

return clip
end)()

local lesson = (function()
-- What Segue wrote, and what the musician made of it.
--
-- A memory is what a host keeps of each thing that Segue wrote; nothing in it but numbers and plain
-- names, so that it may lie in any project file:
--   subject        the operation that made it: `music.vary`
--   ppq            ticks in a beat; every tick below counts in these
--   lead           from a bar line of the song to the tick 0 that the host counts its notes from
--   first, last    what was shown of it
--   notes, tempos, metres   as in `clip`
--   told           what its notes were when Segue was last told of them; nil: never


local lesson = {}

local NOTE_FIELDS = { "onset", "duration", "pitch", "velocity", "release", "channel" }

local function copied(notes)
  local copies = {}
  for index, note in ipairs(notes) do
    copies[index] = {}
    for _, field in ipairs(NOTE_FIELDS) do
      copies[index][field] = note[field]
    end
  end
  return copies
end

--- Give what a host shall keep of what Segue just wrote.
--
-- @param source as the host reads it: the fields of a memory but `subject` and `told`
function lesson.memory(subject, source)
  return {
    subject = subject,
    ppq = source.ppq,
    lead = source.lead,
    first = source.first,
    last = source.last,
    notes = copied(source.notes),
    tempos = source.tempos,
    metres = source.metres,
  }
end

--- Give notes of a memory as Segue's noun, as far as they begin between two ticks.
local function sequence(memory, notes, first, last)
  local plain = clip.to_sequence({
    ppq = memory.ppq,
    name = "",
    notes = clip.moved(clip.within(copied(notes), first, last), memory.lead),
    controls = {},
    tempos = memory.tempos,
    metres = memory.metres,
  })
  return plain
end

--- Give all that Segue wrote.
function lesson.written(memory)
  return sequence(memory, memory.notes, memory.first, memory.last)
end

local function signature(notes)
  local words = {}
  for index, note in ipairs(notes) do
    words[index] = table.concat(
      { note.onset, note.duration, note.pitch, note.velocity, note.channel }, " "
    )
  end
  table.sort(words)
  return table.concat(words, ";")
end

--- Say what was written and what it is now; what is cut off by now says nothing, and is left out.
--
-- @param source as the host reads it now; it counts from the same tick 0
-- @return a request for `music.learn`; nil where nothing that Segue wrote is shown any more
-- @return whether anything in it was changed since it was written
-- @return what to keep as `told` when that was learned
function lesson.compare(memory, source)
  local first = math.max(memory.first, source.first)
  local last = math.min(memory.last, source.last)
  local before = clip.within(copied(memory.notes), first, last)
  local after = clip.within(copied(source.notes), first, last)
  if #before == 0 then
    return nil, false, ""
  end
  local request = {
    subject = memory.subject,
    written = sequence(memory, memory.notes, first, last),
    kept = sequence(memory, source.notes, first, last),
  }
  local now = signature(after)
  return request, now ~= signature(before), now
end

--- Say what was learned, in one line.
--
-- @param answer of `music.learn`
function lesson.words(name, answer)
  local words = answer.noted.words[1] or ""
  if #answer.changes > 0 then
    words = table.concat(answer.changes, ", ")
  end
  if #answer.towards > 0 then
    words = words .. "; it has more of: " .. table.concat(answer.towards, ", ")
  end
  return name .. ": " .. words
end

--- Ask for a thumb, up (1) or down (-1), for what is heard now.
--
-- @param memory of it; nil: Segue did not write it
-- @param source as the host reads it now
function lesson.rating(memory, source, thumb)
  if not memory then
    memory = lesson.memory("file", source)
  end
  local _, is_changed = lesson.compare(memory, source)
  return {
    notes = sequence(memory, source.notes, source.first, source.last),
    subject = is_changed and "edit" or memory.subject,
    thumb = thumb,
  }
end

return lesson
end)()

local memory = (function()
-- What Segue wrote into this project. Each take of Segue's bears a mark, which goes along when an item
-- is copied, split or moved; what it was when it was written lies in the project file.


local memory = {}

local PROJECT = 0
local SECTION = "Segue wrote"
local MARK = "P_EXT:segue"
local NEAR = 1e-6

local function mark_of(take)
  local _, mark = reaper.GetSetMediaItemTakeInfo_String(take, MARK, "", false)
  return mark
end

local function item_id(one)
  local _, id = reaper.GetSetMediaItemInfo_String(one, "GUID", "", false)
  return id
end

local function save(mark, kept)
  reaper.SetProjExtState(PROJECT, SECTION, mark, json.encode(kept))
  reaper.MarkProjectDirty(PROJECT)
end

--- Keep in mind what Segue just wrote into a take; a copy of an older take has that one's mark no more.
--
-- @param subject the operation that made it
function memory.keep(one, take, subject)
  local kept = lesson.memory(subject, item.read_take(one, take))
  local _, mark = reaper.GetSetMediaItemTakeInfo_String(take, "GUID", "", false)
  mark = #kept.notes > 0 and mark or ""
  reaper.GetSetMediaItemTakeInfo_String(take, MARK, mark, true)
  if mark == "" then
    return
  end
  kept.item = item_id(one)
  kept.track = reaper.GetTrackGUID(reaper.GetMediaItemTrack(one))
  kept.first_qn, kept.last_qn = item.span(one)
  save(mark, kept)
end

--- Give what is known of a take; nil where Segue did not write it.
function memory.of(take)
  local mark = mark_of(take)
  local _, text = reaper.GetProjExtState(PROJECT, SECTION, mark)
  return mark ~= "" and text ~= "" and json.decode(text) or nil
end

--- Keep in mind what Segue was told of a take.
function memory.told(take, kept, told)
  kept.told = told
  save(mark_of(take), kept)
end

--- Forget something that is gone.
function memory.forget(mark)
  reaper.SetProjExtState(PROJECT, SECTION, mark, "")
  reaper.MarkProjectDirty(PROJECT)
end

local function all_items()
  local items = {}
  for index = 0, reaper.CountMediaItems(PROJECT) - 1 do
    items[#items + 1] = reaper.GetMediaItem(PROJECT, index)
  end
  return items
end

--- Give all items whose active take Segue wrote.
function memory.items()
  local found = {}
  for _, one in ipairs(all_items()) do
    local take = reaper.GetActiveTake(one)
    if take and reaper.TakeIsMIDI(take) and memory.of(take) then
      found[#found + 1] = one
    end
  end
  return found
end

--- Give the MIDI takes of an item that Segue wrote.
function memory.takes(one)
  local found = {}
  for index = 0, reaper.CountTakes(one) - 1 do
    local take = reaper.GetTake(one, index)
    if take and reaper.TakeIsMIDI(take) and memory.of(take) then
      found[#found + 1] = take
    end
  end
  return found
end

--- Give the marks that takes of the project still bear, and its items by their ids.
local function what_is_there(items)
  local marks, by_id = {}, {}
  for _, one in ipairs(items) do
    by_id[item_id(one)] = one
    for index = 0, reaper.CountTakes(one) - 1 do
      local take = reaper.GetTake(one, index)
      if take then
        marks[mark_of(take)] = true
      end
    end
  end
  return marks, by_id
end

--- Say whether an item that Segue did not write lies where something of Segue's was: it may be just
--- that, glued or rendered.
local function may_live_on(kept, items)
  for _, one in ipairs(items) do
    local first_qn, last_qn = item.span(one)
    local is_here = reaper.GetTrackGUID(reaper.GetMediaItemTrack(one)) == kept.track
      and first_qn < kept.last_qn - NEAR and last_qn > kept.first_qn + NEAR
    if is_here and #memory.takes(one) == 0 then
      return true
    end
  end
  return false
end

--- Give what was deleted, as far as that is certain: { mark, kept, item = where the take lay, if that
--- is still there }.
function memory.deleted()
  local items, found, index = all_items(), {}, 0
  local marks, by_id = what_is_there(items)
  while true do
    local is_there, mark, text = reaper.EnumProjExtState(PROJECT, SECTION, index)
    if not is_there then
      return found
    end
    local kept = json.decode(text)
    if kept and not marks[mark] and (by_id[kept.item] or not may_live_on(kept, items)) then
      found[#found + 1] = { mark = mark, kept = kept, item = by_id[kept.item] }
    end
    index = index + 1
  end
end

return memory
end)()

local learning = (function()
-- What Segue is told of its takes: which were kept, changed, deleted, liked, or chosen.


local learning = {}

local LETTERS = "ABCDEFGH"

--- Learn from one item; gives the words for it, or nil where there is nothing to say.
--
-- @param only_changes whether an item that was left as it was says nothing
local function learned_from(one, only_changes)
  local take = reaper.GetActiveTake(one)
  local kept = memory.of(take)
  if not kept then
    return nil
  end
  local request, is_changed, told = lesson.compare(kept, item.read_take(one, take))
  if not request or told == kept.told or (only_changes and not is_changed) then
    return nil
  end
  local answer = desk.ask("music.learn", request)
  memory.told(take, kept, told)
  return lesson.words(reaper.GetTakeName(take), answer)
end

--- Give what lies in an item in place of a take that was deleted; nil where Segue did not write it.
local function in_place_of(one)
  local take = one and reaper.GetActiveTake(one)
  local kept = take and reaper.TakeIsMIDI(take) and memory.of(take)
  return kept and lesson.written(kept) or nil
end

--- Tell that a take was deleted; gives the words for it, or nil where the same music is still there.
local function told_deletion(gone)
  local notes, other = lesson.written(gone.kept), in_place_of(gone.item)
  if other and json.encode(other) == json.encode(notes) then
    return nil
  end
  return desk.ask("feedback.deleted", {
    notes = notes,
    subject = gone.kept.subject,
    in_favour_of = other and { other },
  }).words[1]
end

local function told_deletions(words)
  for _, gone in ipairs(memory.deleted()) do
    words[#words + 1] = told_deletion(gone)
    memory.forget(gone.mark)
  end
end

--- Learn from the selected items; with none selected, from all that were changed. Takes that are
--- gone are told in both cases.
function learning.learn()
  local items, words = item.selected(), {}
  local only_changes = #items == 0
  for _, one in ipairs(only_changes and memory.items() or items) do
    words[#words + 1] = learned_from(one, only_changes)
  end
  told_deletions(words)
  if #words == 0 then
    error("There is nothing new to learn. Select items whose takes Segue wrote, or edit some.", 0)
  end
  desk.tell("Learned:\n" .. table.concat(words, "\n"))
end

local function rate(thumb)
  local items, words = item.selected(), {}
  if #items == 0 then
    error("Select a MIDI item first.", 0)
  end
  for index, one in ipairs(items) do
    local take = reaper.GetActiveTake(one)
    local rating = lesson.rating(memory.of(take), item.read_take(one, take), thumb)
    words[index] = desk.ask("feedback.rate", rating).words[1]
  end
  desk.tell(table.concat(words, "\n"))
end

--- Say that the active takes of the selected items are liked.
function learning.like()
  rate(1)
end

--- Say that they are not.
function learning.dislike()
  rate(-1)
end

--- Give what Segue wrote into an item, eight at most, and which of it is the active take.
local function candidates_of(one)
  local active, takes = reaper.GetActiveTake(one), memory.takes(one)
  while #takes > #LETTERS do
    table.remove(takes, takes[1] == active and 2 or 1)
  end
  local candidates, best = {}, nil
  for index, take in ipairs(takes) do
    candidates[index] = lesson.rating(memory.of(take), item.read_take(one, take)).notes
    best = take == active and LETTERS:sub(index, index) or best
  end
  return candidates, best, takes
end

local function chosen(one)
  local name = reaper.GetTakeName(reaper.GetActiveTake(one))
  local candidates, best, takes = candidates_of(one)
  if not best or #candidates < 2 then
    error(name .. ": make one of at least two takes of Segue the active one.", 0)
  end
  local subject = memory.of(takes[1]).subject
  for _, take in ipairs(takes) do
    subject = memory.of(take).subject == subject and subject or "file"
  end
  desk.ask("feedback.choose", { candidates = candidates, best = best, subject = subject })
  return string.format("%s is %s, the best of %d.", name, best, #candidates)
end

--- Say that the active take of each selected item is the best of those that Segue wrote into it.
function learning.best()
  local items, words = item.selected(), {}
  if #items == 0 then
    error("Select a MIDI item first.", 0)
  end
  for index, one in ipairs(items) do
    words[index] = chosen(one)
  end
  desk.tell(table.concat(words, "\n"))
end

return learning
end)()

desk.act(learning.dislike)
