-- What stands between REAPER and Segue: the knobs, the request, words to the musician.

local door = require("door")

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
