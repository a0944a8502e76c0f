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
