-- What the actions do with the selected items. Segue is asked first; then, in one step of the undo
-- history, all that it said is written.

local clip = require("clip")
local desk = require("desk")
local item = require("item")
local memory = require("memory")
local song = require("song")

local verbs = {}

local DRUM_CHANNEL = 9
local DRUM_TRACK = "Segue drums"

--- Read an item and what Segue is told of it.
local function heard_from(one, once)
  local source = item.read(one, once)
  local sent, own = clip.to_sequence(source)
  if #source.notes == 0 then
    error(string.format("%s has no notes.", source.name), 0)
  end
  return source, sent, own
end

local function asked(one, operation, fields)
  local tonic, mask = item.key(one)
  return desk.ask(operation, desk.request(desk.knobs(), tonic, mask, fields))
end

--- Answer every selected item, then write all of it at once.
--
-- @param answer gives, for an item, the function that writes its answer
local function each_selected(title, answer)
  local items = item.selected()
  if #items == 0 then
    error("Select a MIDI item first.", 0)
  end
  local writers = {}
  for index, one in ipairs(items) do
    writers[index] = answer(one)
  end
  desk.edit(title, function()
    for _, write in ipairs(writers) do
      write()
    end
  end)
end

local function continued(one)
  local source, sent = heard_from(one)
  local bars = desk.knobs().bars
  local answer = asked(one, "music.continue", { notes = sent, bars = bars, answer_only = true })
  local _, stop_qn = item.span(one)
  local first_qn = song.bar_line(stop_qn, true)
  local notes = clip.notes_of(answer, source.ppq, clip.melody_channel(sent))
  return function()
    local track = reaper.GetMediaItemTrack(one)
    local last_qn = song.bars_later(first_qn, bars)
    local new, take = item.new(track, source.name .. " (continued)", first_qn, last_qn)
    item.add(take, notes, first_qn, source.ppq)
    memory.keep(new, take, "music.continue")
  end
end

--- Write what comes next in a new item after each selected one.
function verbs.continue()
  each_selected("Segue: continue", continued)
end

local function varied(one)
  local source, sent, own = heard_from(one, true)
  local answer = asked(one, "music.vary", { notes = sent, amount = desk.knobs().amount })
  local change = clip.compare(sent, own, answer)
  local added = clip.within(change.added, source.first, source.last)
  return function()
    local take = item.new_take(one, source.name .. " (varied)")
    item.remove(take, change.removed)
    item.add(take, added, source.origin_qn, source.ppq, source.pass)
    memory.keep(one, take, "music.vary")
  end
end

--- Vary each selected item, in a new take of it.
function verbs.vary()
  each_selected("Segue: vary", varied)
end

--- Say how long a call is, so that its answer begins at the same place in the bar, and from where.
local function call_of(source, sent)
  local ppq, metre = source.ppq, source.metres[#source.metres]
  local first, last = math.huge, 0
  for _, note in ipairs(source.notes) do
    first = math.min(first, note.onset)
    last = math.max(last, note.onset + note.duration)
  end
  local start = (first + ppq // 8) // ppq * ppq
  local bar = metre.numerator * 4 * ppq // metre.denominator
  local bars = math.max(1, -((start - last) // bar))
  sent.duration_ticks = start + bars * bar
  return sent, start, math.min(16, bars)
end

local function harmonised(one)
  local source, sent = heard_from(one, true)
  local call, start = call_of(source, sent)
  local answer = asked(one, "music.answer", { call = call, kind = "harmony" })
  local notes = clip.moved(clip.notes_of(answer, source.ppq, clip.melody_channel(sent)), start)
  return function()
    local take = item.new_take(one, source.name .. " (harmonised)")
    item.add(take, notes, source.origin_qn, source.ppq, source.pass)
    memory.keep(one, take, "music.answer")
  end
end

--- Add a second voice to each selected item, in a new take of it.
function verbs.harmonise()
  each_selected("Segue: harmonise", harmonised)
end

local function drummed(one)
  local source, sent = heard_from(one)
  local call, start, bars = call_of(source, sent)
  local answer = asked(one, "music.answer", {
    call = call, kind = "drums", bars = bars, amount = desk.knobs().amount,
  })
  local notes = clip.moved(clip.notes_of(answer, source.ppq, DRUM_CHANNEL), start)
  notes = clip.within(notes, source.first, source.last)
  return function()
    local first_qn, last_qn = item.span(one)
    local track = item.track_below(one, DRUM_TRACK)
    local new, take = item.new(track, source.name .. " (drums)", first_qn, last_qn)
    item.add(take, notes, source.origin_qn, source.ppq)
    memory.keep(new, take, "music.answer")
  end
end

--- Write a beat with the rhythm of each selected item, on a track of its own below it.
function verbs.drums()
  each_selected("Segue: drums", drummed)
end

return verbs
