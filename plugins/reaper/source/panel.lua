-- The live panel: how things stand with a running Segue, and everything to turn and press.

local desk = require("desk")
local gfx_ui = require("gfx_ui")
local imgui_ui = require("imgui_ui")
local json = require("json")
local learning = require("learning")
local link = require("link")
local verbs = require("verbs")

local panel = {}

local LOOK_SECONDS, RETRY_SECONDS = 1.0, 3.0
local MODES = { "off", "call", "duet", "loop", "band" }
local ANSWERS = { "continue", "vary", "harmony", "drums" }
local LIVE_VERBS = {
  { "start", "stop", "answer", "again", "panic" },
  { "vary", "undo", "clear", "thumb-up", "thumb-down" },
}
local ITEM_VERBS = { "continue", "vary", "harmonise", "drums" }
local OPINIONS = { "learn", "best", "like", "dislike" }

local ui, status
local words = "Looking for Segue .."
local next_look = 0
local turned = {}

local function heard_status(noun, reason)
  status = noun
  words = reason
  next_look = reaper.time_precise() + (noun and LOOK_SECONDS or RETRY_SECONDS)
end

local function set(request)
  link.ask("set", "live.set", request, function(settings, reason)
    if settings and status then
      status.settings = settings
    end
    words = reason or words
  end)
end

local function perform(verb)
  link.ask("perform", "live.perform", { verb = verb }, function(noun, reason)
    status = noun or status
    words = reason
  end)
end

local function status_line()
  local host = status.host
  return string.format(
    "%s   %.1f BPM, %s, led by %s",
    status.doing, host.tempo_bpm, host.is_rolling and "rolling" or "standing", host.source
  )
end

local function choices(names, chosen, choose)
  for _, name in ipairs(names) do
    if ui.button(name, name == chosen) then
      choose(name)
    end
  end
  ui.next_row()
end

--- Draw a slider that shows what is set until somebody holds it.
local function slider(name, title, value, first, last, let_go)
  local shown, is_let_go, is_held = ui.slider(title, turned[name] or value, first, last)
  turned[name] = (is_held or is_let_go) and shown or nil
  if is_let_go then
    turned[name] = nil
    let_go(shown)
  end
end

local function draw_knobs(settings)
  local knobs = settings.knobs
  slider("temperature", "Temperature", knobs.temperature, 0.1, 2, function(value)
    desk.keep("temperature", value)
    set({ knobs = { temperature = value } })
  end)
  local density = knobs.density ~= json.null and knobs.density or 0
  slider("density", "Notes in a beat (0: as heard)", density, 0, 4, function(value)
    desk.keep("density", value < 0.25 and 0 or value)
    set(value < 0.25 and { reset = { "knobs.density" } } or { knobs = { density = value } })
  end)
  slider("amount", "How far a variation goes", settings.amount, 0, 1, function(value)
    desk.keep("amount", value)
    set({ amount = value })
  end)
end

local function draw_live()
  ui.text(status_line())
  choices(MODES, status.settings.mode, function(mode)
    set({ mode = mode })
  end)
  choices(ANSWERS, status.settings.answer, function(answer)
    set({ answer = answer })
  end)
  for _, row in ipairs(LIVE_VERBS) do
    choices(row, nil, perform)
  end
  draw_knobs(status.settings)
end

local function draw_items()
  ui.text("Selected MIDI items:")
  choices(ITEM_VERBS, nil, function(verb)
    desk.act(verbs[verb])
  end)
  choices(OPINIONS, nil, function(opinion)
    desk.act(learning[opinion])
  end)
  slider("bars", "Bars of a continuation", desk.knobs().bars, 1, 16, function(value)
    desk.keep("bars", math.floor(value + 0.5))
  end)
end

local function draw()
  local trouble = words or (status and status.trouble ~= "" and status.trouble)
  if status then
    draw_live()
    draw_items()
  end
  if trouble then
    ui.text(trouble)
  end
end

local function step()
  if reaper.time_precise() >= next_look then
    if link.ask("status", "live.status", {}, heard_status) then
      next_look = math.huge
    end
  end
  link.look()
  if not ui.begin() then
    return
  end
  if not ui.is_shown or ui.is_shown() then
    draw()
  end
  ui.finish()
  reaper.defer(step)
end

--- Open the panel; it runs until its window is closed.
function panel.open()
  ui = reaper.APIExists("ImGui_CreateContext") and imgui_ui or gfx_ui
  ui.open("Segue")
  step()
end

return panel
