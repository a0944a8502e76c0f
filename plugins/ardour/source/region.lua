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
