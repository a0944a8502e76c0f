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

local clip = require("clip")

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
