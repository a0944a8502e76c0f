ardour {
  ["type"] = "EditorAction",
  name = "Segue: thumb down for selected region",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Tell Segue that you do not like what the selected MIDI regions play. Segue must run: segue serve]],
}

function factory()
  return function()
-- Made by plugins/lua/join.py from ardour/source/segue_dislike.lua.
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
-- What stands between Ardour's window and Segue: the selection, the knobs, words to the musician.


local desk = {}

local KNOBS = { bars = 4, amount = 0.4, temperature = 1.0, density = 0.0, style = "", seed = 0 }
local KNOBS_FILE, REQUEST_FILE = "segue_knobs.json", "segue_request.json"

local function in_config_folder(name)
  return ARDOUR.LuaAPI.build_filename(ARDOUR.user_config_directory(-1), name)
end

--- Give the knobs as they were left.
function desk.knobs()
  local knobs = {}
  local file = io.open(in_config_folder(KNOBS_FILE), "rb")
  local saved = file and json.decode(file:read("a"))
  if file then
    file:close()
  end
  for name, default in pairs(KNOBS) do
    local value = type(saved) == "table" and saved[name]
    knobs[name] = type(value) == type(default) and value or default
  end
  knobs.url = type(saved) == "table" and saved.url or door.default_url()
  return knobs
end

--- Keep the knobs for the next time.
function desk.keep(knobs)
  local file = assert(io.open(in_config_folder(KNOBS_FILE), "wb"))
  file:write(json.encode(knobs), "\n")
  file:close()
end

--- Give a request with what the knobs say.
function desk.request(knobs, fields)
  fields.knobs = { temperature = knobs.temperature }
  if knobs.density > 0 then
    fields.knobs.density = knobs.density
  end
  if knobs.style ~= "" then
    fields.style = knobs.style
  end
  fields.seed = math.tointeger(knobs.seed // 1)
  if fields.seed == 0 then
    fields.seed = os.time() * 1000 + math.random(0, 999)
  end
  return fields
end

local STYLES = {
  ["as the music"] = "",
  folk = "folk",
  standards = "standards",
  pop = "pop",
  ["art song"] = "art-song",
}

local function number(key, title, first, last, step, digits, value)
  return {
    type = "number", key = key, title = title, min = first, max = last, step = step,
    digits = digits, default = value,
  }
end

--- Let the musician turn the knobs; they stay as they are left.
function desk.turn_knobs()
  local knobs = desk.knobs()
  local style = "as the music"
  for title, name in pairs(STYLES) do
    style = name == knobs.style and title or style
  end
  local turned = LuaDialog.Dialog("Segue", {
    number("bars", "Bars of a continuation", 1, 64, 1, 0, knobs.bars),
    number("amount", "How far a variation goes", 0, 1, 0.05, 2, knobs.amount),
    number("temperature", "Temperature: how daring", 0.1, 2, 0.1, 2, knobs.temperature),
    number("density", "Notes in a beat (0: as the music)", 0, 4, 0.25, 2, knobs.density),
    { type = "dropdown", key = "style", title = "Style", values = STYLES, default = style },
    number("seed", "Seed (0: another each time)", 0, 2147483647, 1, 0, knobs.seed),
    { type = "entry", key = "url", title = "Where Segue listens", default = knobs.url },
  }):run()
  if turned then
    turned.density = turned.density > 0 and math.max(0.25, turned.density) or 0
    desk.keep(turned)
  end
end

--- Say something in a window.
function desk.tell(text, is_error)
  local kind = is_error and LuaDialog.MessageType.Error or LuaDialog.MessageType.Info
  LuaDialog.Message("Segue", text, kind, LuaDialog.ButtonType.Close):run()
end

--- Give the selected MIDI regions, in the order of the song.
function desk.selected_regions()
  local found = {}
  for one in Editor:get_selection().regions:regionlist():iter() do
    if not one:to_midiregion():isnil() then
      found[#found + 1] = one
    end
  end
  table.sort(found, function(first, second)
    return first:position():ticks() < second:position():ticks()
  end)
  return found
end

--- Run a command; LD_LIBRARY_PATH is Ardour's own, and curl would stumble over it.
local function run(command)
  local before = os.getenv("WINDIR") and "" or "env -u LD_LIBRARY_PATH -u DYLD_LIBRARY_PATH "
  local pipe = io.popen(before .. command .. " 2>&1", "r")
  local output = pipe:read("a")
  local _, _, code = pipe:close()
  return code, output
end

--- Ask Segue; gives its answer, or ends the action with a sentence for the musician.
function desk.ask(knobs, operation, request)
  if not io or not io.popen then
    error("Ardour keeps scripts from running programs: switch off the Lua sandbox in Preferences.", 0)
  end
  local host = {
    run = run,
    url = knobs.url,
    body_path = in_config_folder(REQUEST_FILE),
  }
  local answer, reason = door.ask(host, operation, request)
  if not answer then
    error(reason, 0)
  end
  return answer
end

--- Do an action; whatever goes wrong is told in a window.
function desk.act(action)
  local fine, reason = pcall(action)
  if not fine then
    desk.tell(tostring(reason), true)
  end
end

return desk
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

local region = (function()
-- MIDI regions of Ardour: what is in them and around them, and new ones.
-- Every tick is one of Ardour's, 1920 in a beat; a region's ticks are counted in the song.

local region = {}

region.PPQ = Temporal.ticks_per_beat

local function song_time(ticks)
  return Temporal.timepos_t.from_ticks(ticks)
end

--- Give Ardour's beats as ticks; it writes them `3:1340`.
local function ticks_of(beats)
  local whole, rest = beats:str():match("^(-?%d+):(%d+)$")
  return tonumber(whole) * region.PPQ + tonumber(rest)
end

--- Give the bar line at or before a tick, or with `later` at or after it.
function region.bar_line(ticks, later)
  local map = Temporal.TempoMap.read()
  local at = map:bbt_at(song_time(ticks))
  local line = ticks_of(map:quarters_at_bbt(Temporal.BBT_TIME(at.bars, 1, 0)))
  if later and line < ticks then
    line = ticks_of(map:quarters_at_bbt(Temporal.BBT_TIME(at.bars + 1, 1, 0)))
  end
  return line
end

--- Give the bar line some bars after another, or before it; the song's first at the earliest.
function region.bars_later(ticks, bars)
  local map = Temporal.TempoMap.read()
  local bar = math.max(1, map:bbt_at(song_time(ticks)).bars + bars)
  return ticks_of(map:quarters_at_bbt(Temporal.BBT_TIME(bar, 1, 0)))
end

--- Count the bars between two bar lines.
function region.bars_between(first, last)
  local map = Temporal.TempoMap.read()
  return map:bbt_at(song_time(last)).bars - map:bbt_at(song_time(first)).bars
end

local function metres_between(first, last)
  local map = Temporal.TempoMap.read()
  local metres, line = {}, first
  while line < last or #metres == 0 do
    local metre = map:meter_at(song_time(line))
    local numerator, denominator = metre:divisions_per_bar(), metre:note_value()
    local before = metres[#metres]
    if not before or before.numerator ~= numerator or before.denominator ~= denominator then
      metres[#metres + 1] = {
        onset = line - first,
        numerator = math.floor(numerator),
        denominator = math.floor(denominator),
      }
    end
    line = region.bars_later(line, 1)
  end
  return metres
end

--- Give the tempo from beat to beat, wherever it changes; a ramp becomes steps of a beat.
local function tempos_between(first, last)
  local map = Temporal.TempoMap.read()
  local tempos = {}
  local function add(at, bpm)
    if #tempos == 0 or math.abs(tempos[#tempos].bpm - bpm) > 1e-6 then
      tempos[#tempos + 1] = { onset = at - first, bpm = bpm }
    end
  end
  local heard = first
  for beat = first, math.max(first, last - 1), region.PPQ do
    local point = map:tempo_at(song_time(beat))
    local marked = ticks_of(point:to_point():beats())
    if marked > heard then
      add(marked, point:to_tempo():quarter_notes_per_minute())
      heard = marked
    end
    add(beat, map:quarters_per_minute_at(song_time(beat)))
  end
  return tempos
end

--- Give the metres and tempos between two bar lines, counted from the first.
function region.frame(first, last)
  return metres_between(first, last), tempos_between(first, last)
end

local function notes_in(midi, shift, first, last)
  local notes = {}
  for note in ARDOUR.LuaAPI.note_list(midi:model()):iter() do
    local onset = ticks_of(note:time())
    if onset >= first and onset < last then
      notes[#notes + 1] = {
        onset = onset + shift,
        duration = ticks_of(note:length()),
        pitch = note:note(),
        velocity = note:velocity(),
        release = note:off_velocity(),
        channel = note:channel(),
        own = note,
      }
    end
  end
  return notes
end

local CONTROL_KINDS = {
  { kind = "control_change", automation = ARDOUR.AutomationType.MidiCCAutomation, last = 127 },
  { kind = "pitch_bend", automation = ARDOUR.AutomationType.MidiPitchBenderAutomation, last = 0 },
  {
    kind = "channel_pressure",
    automation = ARDOUR.AutomationType.MidiChannelPressureAutomation,
    last = 0,
  },
  { kind = "key_pressure", automation = ARDOUR.AutomationType.MidiNotePressureAutomation, last = 127 },
}

--- Call `visit(kind, number, channel, list)` for every controller that a region has.
local function each_control(midi, visit)
  for _, kind in ipairs(CONTROL_KINDS) do
    for channel = 0, 15 do
      for number = 0, kind.last do
        local parameter = Evoral.Parameter(kind.automation, channel, number)
        local control = midi:control(parameter, false)
        if not control:isnil() then
          visit(kind.kind, number, channel, control:list())
        end
      end
    end
  end
end

local function controls_in(midi, shift, first, last)
  local controls = {}
  each_control(midi, function(kind, number, channel, list)
    local centre = kind == "pitch_bend" and 8192 or 0
    for event in list:events():iter() do
      local onset = event.when:ticks()
      if onset >= first and onset < last then
        controls[#controls + 1] = {
          onset = onset + shift,
          kind = kind,
          number = number,
          value = math.floor(event.value + 0.5) - centre,
          channel = channel,
        }
      end
    end
  end)
  return controls
end

--- Give where a region begins and ends in the song.
function region.span(one)
  local first = one:position():ticks()
  return first, first + one:length():ticks()
end

--- Read a MIDI region as a clip that starts at the bar line before it.
function region.read(one)
  local midi = one:to_midiregion()
  local first, last = region.span(one)
  local start = one:start():ticks()
  local origin = region.bar_line(first)
  local shift = first - start - origin
  local stop = start + last - first
  local metres, tempos = region.frame(origin, last)
  return {
    ppq = region.PPQ,
    name = one:name(),
    origin = origin,
    notes = notes_in(midi, shift, start, stop),
    controls = controls_in(midi, shift, start, stop),
    metres = metres,
    tempos = tempos,
  }
end

--- Read a region in ticks of its own MIDI file: where it is moved to changes none of its notes.
--
-- @return a clip, with what is shown of it (`first`, `last`), and `lead`, from the bar line before
--         tick 0 of the file to that tick
function region.read_source(one)
  local first, last = region.span(one)
  local start = one:start():ticks()
  local zero = math.max(0, first - start)
  local origin = region.bar_line(zero)
  local metres, tempos = region.frame(origin, last)
  local stop = start + last - first
  return {
    ppq = region.PPQ,
    lead = zero - origin,
    first = start,
    last = stop,
    notes = notes_in(one:to_midiregion(), 0, start, stop),
    metres = metres,
    tempos = tempos,
  }
end

--- Make a region with a MIDI file of its own, as long as told, with the notes of another.
function region.copy(one, name, first, last)
  local new = ARDOUR.RegionFactory.clone_region(one, true, true)
  assert(not new:isnil(), "Ardour could not make a new region; is the disk full?")
  new:set_length(Temporal.timecnt_t.from_ticks(last - first, song_time(first)))
  new:set_name(name)
  return new
end

local function key_of(note)
  return table.concat(
    { note:time():str(), note:length():str(), note:note(), note:velocity(), note:channel() },
    " "
  )
end

--- Find the notes of a copied region that are the same as some notes of its original.
local function own_notes(midi, wanted)
  local missing = {}
  for _, note in ipairs(wanted) do
    local key = key_of(note.own)
    missing[key] = (missing[key] or 0) + 1
  end
  local found = {}
  for note in ARDOUR.LuaAPI.note_list(midi:model()):iter() do
    local key = key_of(note)
    if (missing[key] or 0) > 0 then
      missing[key] = missing[key] - 1
      found[#found + 1] = note
    end
  end
  return found
end

local function all_notes(midi)
  local found = {}
  for note in ARDOUR.LuaAPI.note_list(midi:model()):iter() do
    found[#found + 1] = note
  end
  return found
end

--- Take notes out of a region that is not in the song yet, and put others in.
local function exchange(midi, removed, added, shift)
  local change = midi:model():new_note_diff_command("Segue: notes of the answer")
  for _, note in ipairs(removed) do
    change:remove(note)
  end
  for _, note in ipairs(added) do
    local onset = Temporal.Beats.ticks(note.onset + shift)
    local duration = Temporal.Beats.ticks(note.duration)
    change:add(
      ARDOUR.LuaAPI.new_noteptr(note.channel, onset, duration, note.pitch, note.velocity)
    )
  end
  midi:model():apply_command(Session, change)
end

--- Put notes into a copied region in place of everything that was in it.
--
-- @param notes count from the region's own first tick
function region.fill(copy, notes)
  local midi = copy:to_midiregion()
  each_control(midi, function(_, _, _, list)
    list:clear_list()
  end)
  exchange(midi, all_notes(midi), notes, copy:start():ticks())
end

--- Change some notes of a copied region; all else stays.
--
-- @param first where the region will stand in the song
-- @param origin the tick of the song that the added notes count from
-- @param change removed: notes as `read` gave them of the original; added: notes that come
function region.change(copy, first, origin, change)
  local midi = copy:to_midiregion()
  local shift = copy:start():ticks() - first + origin
  exchange(midi, own_notes(midi, change.removed), change.added, shift)
end

--- Find the playlist that a region is in.
function region.playlist_of(one)
  local id = one:to_stateful():id()
  for route in Session:get_tracks():iter() do
    local playlist = route:to_track():playlist()
    if not playlist:region_by_id(id):isnil() then
      return playlist
    end
  end
  error("the region is on no track", 0)
end

--- Give a playlist's MIDI region that begins first at or after a tick; nil where none does.
function region.next_after(playlist, ticks)
  local next_one
  for one in playlist:region_list():iter() do
    local first = region.span(one)
    local is_next = first >= ticks and not one:muted() and not one:to_midiregion():isnil()
    if is_next and (not next_one or first < region.span(next_one)) then
      next_one = one
    end
  end
  return next_one
end

--- Put new regions into the song, as one entry of the undo history.
--
-- @param placed list of { region, playlist, first, mutes = a region or nil }
function region.place(title, placed)
  Session:begin_reversible_command(title)
  for _, one in ipairs(placed) do
    one.playlist:to_stateful():clear_changes()
    one.playlist:add_region(one.region, song_time(one.first), 1, false)
    Session:add_stateful_diff_command(one.playlist:to_statefuldestructible())
    if one.mutes then
      one.mutes:to_stateful():clear_changes()
      one.mutes:set_muted(true)
      Session:add_stateful_diff_command(one.mutes:to_statefuldestructible())
    end
  end
  if not Session:abort_empty_reversible_command() then
    Session:commit_reversible_command(nil)
  end
end

return region
end)()

local memory = (function()
-- What Segue wrote into this session, in a file of its own in the session's folder. A region is known
-- by the name of its MIDI file, which stays when it is moved, split, cut or copied.


local memory = {}

local FILE = "segue_wrote.json"

local function path()
  return ARDOUR.LuaAPI.build_filename(Session:path(), FILE)
end

--- Give everything that is known, by the names of MIDI files.
local function all()
  local file = io.open(path(), "rb")
  local known = file and json.decode(file:read("a"))
  if file then
    file:close()
  end
  return type(known) == "table" and known or {}
end

local function save(known)
  local file, reason = io.open(path(), "wb")
  if not file then
    error("Segue cannot remember what it wrote: " .. tostring(reason), 0)
  end
  file:write(json.encode(known), "\n")
  file:close()
end

local function source_name(one)
  return one:source(0):name()
end

--- Keep in mind what Segue just wrote.
--
-- @param subject the operation that made it
-- @param placed as `region.place` takes it
function memory.keep(subject, placed)
  local known = all()
  for _, one in ipairs(placed) do
    local kept = lesson.memory(subject, region.read_source(one.region))
    local first, last = region.span(one.region)
    kept.playlist = one.playlist:to_stateful():id():to_s()
    kept.song_first, kept.song_last = first, last
    kept.made_of = one.mutes and source_name(one.mutes)
    known[source_name(one.region)] = #kept.notes > 0 and kept or nil
  end
  save(known)
end

--- Give what is known of a region; nil where Segue did not write it.
function memory.of(one)
  return all()[source_name(one)]
end

--- Keep in mind what Segue was told of a region.
function memory.told(one, told)
  local known = all()
  known[source_name(one)].told = told
  save(known)
end

--- Forget something that is gone.
function memory.forget(name)
  local known = all()
  known[name] = nil
  save(known)
end

--- Call `visit(region, playlist)` for every MIDI region that is on a track.
local function each_region(visit)
  for route in Session:get_tracks():iter() do
    local playlist = route:to_track():playlist()
    for one in playlist:region_list():iter() do
      if not one:to_midiregion():isnil() then
        visit(one, playlist)
      end
    end
  end
end

--- Give all regions that Segue wrote.
function memory.regions()
  local known, found = all(), {}
  each_region(function(one)
    if known[source_name(one)] then
      found[#found + 1] = one
    end
  end)
  return found
end

--- Say whether a region may be what is gone, bounced or combined into another.
local function may_live_on(kept, known, one, playlist)
  local first, last = region.span(one)
  local name = source_name(one)
  return playlist:to_stateful():id():to_s() == kept.playlist
    and first < kept.song_last and last > kept.song_first
    and not known[name] and name ~= kept.made_of
end

--- Give what was deleted, by the names of MIDI files, as far as that is certain.
function memory.deleted()
  local known = all()
  local gone, tracks = {}, {}
  for name, kept in pairs(known) do
    gone[name] = kept
  end
  for route in Session:get_tracks():iter() do
    tracks[route:to_track():playlist():to_stateful():id():to_s()] = true
  end
  each_region(function(one, playlist)
    gone[source_name(one)] = nil
    for name, kept in pairs(gone) do
      gone[name] = not may_live_on(kept, known, one, playlist) and kept or nil
    end
  end)
  for name, kept in pairs(gone) do
    gone[name] = tracks[kept.playlist] and kept or nil
  end
  return gone
end

return memory
end)()

local learning = (function()
-- What Segue is told of its regions: which were kept, changed, deleted or liked.


local learning = {}

--- Learn from one region; gives the words for it, or nil where there is nothing to say.
--
-- @param only_changes whether a region that was left as it was says nothing
local function learned_from(one, only_changes)
  local kept = memory.of(one)
  if not kept then
    return nil
  end
  local request, is_changed, told = lesson.compare(kept, region.read_source(one))
  if not request or told == kept.told or (only_changes and not is_changed) then
    return nil
  end
  local answer = desk.ask(desk.knobs(), "music.learn", request)
  memory.told(one, told)
  return lesson.words(one:name(), answer)
end

local function told_deletions(words)
  for name, kept in pairs(memory.deleted()) do
    local request = { notes = lesson.written(kept), subject = kept.subject }
    words[#words + 1] = desk.ask(desk.knobs(), "feedback.deleted", request).words[1]
    memory.forget(name)
  end
end

--- Learn from the selected regions; with none selected, from all that were changed. Regions that are
--- gone are told in both cases.
function learning.learn()
  local regions, words = desk.selected_regions(), {}
  local only_changes = #regions == 0
  for _, one in ipairs(only_changes and memory.regions() or regions) do
    words[#words + 1] = learned_from(one, only_changes)
  end
  told_deletions(words)
  if #words == 0 then
    error("There is nothing new to learn. Select regions that Segue wrote, or edit some.", 0)
  end
  desk.tell("Learned:\n" .. table.concat(words, "\n"))
end

local function rate(thumb)
  local regions, words = desk.selected_regions(), {}
  if #regions == 0 then
    error("Select a MIDI region first.", 0)
  end
  for index, one in ipairs(regions) do
    local rating = lesson.rating(memory.of(one), region.read_source(one), thumb)
    words[index] = desk.ask(desk.knobs(), "feedback.rate", rating).words[1]
  end
  desk.tell(table.concat(words, "\n"))
end

--- Say that the selected regions are liked.
function learning.like()
  rate(1)
end

--- Say that they are not.
function learning.dislike()
  rate(-1)
end

return learning
end)()

    desk.act(learning.dislike)
  end
end
