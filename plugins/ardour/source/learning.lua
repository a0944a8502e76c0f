-- What Segue is told of its regions: which were kept, changed, deleted or liked.

local desk = require("desk")
local lesson = require("lesson")
local memory = require("memory")
local region = require("region")

local learning = {}

--- Learn from one region; gives the words for it, or nil where there is nothing to say.
--
-- @param only_changes whether a region that was left as it was says nothing
local function learned_from(one, only_changes)
  local kept = memory.of(one)
  if not kept then
    return nil
  end
  local request, is_changed, told = lesson.compare(kept, region.read_source(one))
  if not request or told == kept.told or (only_changes and not is_changed) then
    return nil
  end
  local answer = desk.ask(desk.knobs(), "music.learn", request)
  memory.told(one, told)
  return lesson.words(one:name(), answer)
end

local function told_deletions(words)
  for name, kept in pairs(memory.deleted()) do
    local request = { notes = lesson.written(kept), subject = kept.subject }
    words[#words + 1] = desk.ask(desk.knobs(), "feedback.deleted", request).words[1]
    memory.forget(name)
  end
end

--- Learn from the selected regions; with none selected, from all that were changed. Regions that are
--- gone are told in both cases.
function learning.learn()
  local regions, words = desk.selected_regions(), {}
  local only_changes = #regions == 0
  for _, one in ipairs(only_changes and memory.regions() or regions) do
    words[#words + 1] = learned_from(one, only_changes)
  end
  told_deletions(words)
  if #words == 0 then
    error("There is nothing new to learn. Select regions that Segue wrote, or edit some.", 0)
  end
  desk.tell("Learned:\n" .. table.concat(words, "\n"))
end

local function rate(thumb)
  local regions, words = desk.selected_regions(), {}
  if #regions == 0 then
    error("Select a MIDI region first.", 0)
  end
  for index, one in ipairs(regions) do
    local rating = lesson.rating(memory.of(one), region.read_source(one), thumb)
    words[index] = desk.ask(desk.knobs(), "feedback.rate", rating).words[1]
  end
  desk.tell(table.concat(words, "\n"))
end

--- Say that the selected regions are liked.
function learning.like()
  rate(1)
end

--- Say that they are not.
function learning.dislike()
  rate(-1)
end

return learning
