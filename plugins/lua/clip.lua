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

local json = require("json")

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
