-- What stands between Ardour's window and Segue: the selection, the knobs, words to the musician.

local json = require("json")
local door = require("door")

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
