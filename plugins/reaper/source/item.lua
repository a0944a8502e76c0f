-- MIDI items of REAPER: what they play, and new takes and items.

local song = require("song")

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
