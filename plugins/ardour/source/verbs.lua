-- What the actions do with the selected regions.

local clip = require("clip")
local desk = require("desk")
local memory = require("memory")
local region = require("region")

local verbs = {}

--- What lies between two melodies is drawn at this part of the temperature.
local CALM = 0.2

local function selected()
  local regions = desk.selected_regions()
  if #regions == 0 then
    error("Select a MIDI region first.", 0)
  end
  return regions
end

--- Read a region and what Segue is told of it.
local function heard_from(one)
  local source = region.read(one)
  local sent, own = clip.to_sequence(source)
  if not clip.melody_channel(sent) then
    error(string.format("%s has no notes outside the drum channel.", one:name()), 0)
  end
  return source, sent, own
end

local function continued(one, knobs)
  local _, sent = heard_from(one)
  local answer = desk.ask(knobs, "music.continue", desk.request(knobs, {
    notes = sent,
    bars = math.tointeger(knobs.bars // 1),
    answer_only = true,
  }))
  local _, stop = region.span(one)
  local first = region.bar_line(stop, true)
  local last = region.bars_later(first, math.tointeger(knobs.bars // 1))
  local new = region.copy(one, one:name() .. " (continued)", first, last)
  region.fill(new, clip.notes_of(answer, region.PPQ, clip.melody_channel(sent)))
  return { region = new, playlist = region.playlist_of(one), first = first }
end

--- Write what comes next after each selected region.
function verbs.continue()
  local knobs, placed = desk.knobs(), {}
  for index, one in ipairs(selected()) do
    placed[index] = continued(one, knobs)
  end
  region.place("Segue: continue", placed)
  memory.keep("music.continue", placed)
end

local function varied(one, knobs)
  local source, sent, own = heard_from(one)
  local answer = desk.ask(knobs, "music.vary", desk.request(knobs, {
    notes = sent,
    amount = knobs.amount,
  }))
  local change = clip.compare(sent, own, answer)
  local first, last = region.span(one)
  change.added = clip.within(change.added, first - source.origin, last - source.origin)
  local new = region.copy(one, one:name() .. " (varied)", first, last)
  region.change(new, first, source.origin, change)
  return { region = new, playlist = region.playlist_of(one), first = first, mutes = one }
end

--- Put a variation over each selected region, which is muted beneath it.
function verbs.vary()
  local knobs, placed = desk.knobs(), {}
  for index, one in ipairs(selected()) do
    placed[index] = varied(one, knobs)
  end
  region.place("Segue: vary", placed)
  memory.keep("music.vary", placed)
end

--- Find the two regions around the gap: both selected, or one and the next on its track.
local function around_gap()
  local regions = selected()
  local before, after = regions[1], regions[2]
  local playlist = region.playlist_of(before)
  local _, stop = region.span(before)
  after = after or region.next_after(playlist, stop)
  if not after or #regions > 2 then
    error("Select the two regions around the gap, or the one before it.", 0)
  end
  return before, after, playlist
end

--- Give what a region plays between two bar lines, from tick 0.
local function between(one, first, last)
  local source = region.read(one)
  source.notes = clip.within(clip.moved(source.notes, source.origin - first), 0, last - first)
  source.controls = {}
  source.metres, source.tempos = region.frame(first, last)
  local sent = clip.to_sequence(source)
  if not clip.melody_channel(sent) then
    error(string.format("%s has no notes next to the gap.", one:name()), 0)
  end
  return sent
end

--- Say how a gap is cut: bars of each step, and steps with those on both sides of the gap.
local function steps_for(bars)
  local step = bars > 2 and bars % 2 == 0 and 2 or bars
  return step, bars // step + 2
end

--- Fill the gap between two regions with melodies that lead from the one to the other.
function verbs.infill()
  local knobs = desk.knobs()
  local before, after, playlist = around_gap()
  local _, stop = region.span(before)
  local gap_first = region.bar_line(stop, true)
  local gap_last = region.bar_line((region.span(after)))
  local bars = region.bars_between(gap_first, gap_last)
  if bars < 1 or bars > 64 then
    error(string.format("The gap must hold 1 to 64 whole bars, not %d.", bars), 0)
  end
  local step, steps = steps_for(bars)
  local sides = {
    start = between(before, region.bars_later(gap_first, -step), gap_first),
    ["end"] = between(after, gap_last, region.bars_later(gap_last, step)),
  }
  local request = desk.request(knobs, {
    start = sides.start, ["end"] = sides["end"], bars = step, steps = steps,
  })
  request.knobs.temperature = math.max(0.1, CALM * knobs.temperature)
  local answer = desk.ask(knobs, "music.interpolate", request)
  local notes = clip.notes_of(answer, region.PPQ, clip.melody_channel(sides.start))
  -- The first and the last step are what stands around the gap.
  clip.moved(notes, gap_first - region.bars_later(gap_first, step))
  notes = clip.within(notes, 0, gap_last - gap_first)
  local new = region.copy(before, before:name() .. " (infill)", gap_first, gap_last)
  region.fill(new, notes)
  local placed = { { region = new, playlist = playlist, first = gap_first } }
  region.place("Segue: infill", placed)
  memory.keep("music.interpolate", placed)
end

return verbs
