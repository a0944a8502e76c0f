-- What Segue is told of its takes: which were kept, changed, deleted, liked, or chosen.

local desk = require("desk")
local item = require("item")
local json = require("json")
local lesson = require("lesson")
local memory = require("memory")

local learning = {}

local LETTERS = "ABCDEFGH"

--- Learn from one item; gives the words for it, or nil where there is nothing to say.
--
-- @param only_changes whether an item that was left as it was says nothing
local function learned_from(one, only_changes)
  local take = reaper.GetActiveTake(one)
  local kept = memory.of(take)
  if not kept then
    return nil
  end
  local request, is_changed, told = lesson.compare(kept, item.read_take(one, take))
  if not request or told == kept.told or (only_changes and not is_changed) then
    return nil
  end
  local answer = desk.ask("music.learn", request)
  memory.told(take, kept, told)
  return lesson.words(reaper.GetTakeName(take), answer)
end

--- Give what lies in an item in place of a take that was deleted; nil where Segue did not write it.
local function in_place_of(one)
  local take = one and reaper.GetActiveTake(one)
  local kept = take and reaper.TakeIsMIDI(take) and memory.of(take)
  return kept and lesson.written(kept) or nil
end

--- Tell that a take was deleted; gives the words for it, or nil where the same music is still there.
local function told_deletion(gone)
  local notes, other = lesson.written(gone.kept), in_place_of(gone.item)
  if other and json.encode(other) == json.encode(notes) then
    return nil
  end
  return desk.ask("feedback.deleted", {
    notes = notes,
    subject = gone.kept.subject,
    in_favour_of = other and { other },
  }).words[1]
end

local function told_deletions(words)
  for _, gone in ipairs(memory.deleted()) do
    words[#words + 1] = told_deletion(gone)
    memory.forget(gone.mark)
  end
end

--- Learn from the selected items; with none selected, from all that were changed. Takes that are
--- gone are told in both cases.
function learning.learn()
  local items, words = item.selected(), {}
  local only_changes = #items == 0
  for _, one in ipairs(only_changes and memory.items() or items) do
    words[#words + 1] = learned_from(one, only_changes)
  end
  told_deletions(words)
  if #words == 0 then
    error("There is nothing new to learn. Select items whose takes Segue wrote, or edit some.", 0)
  end
  desk.tell("Learned:\n" .. table.concat(words, "\n"))
end

local function rate(thumb)
  local items, words = item.selected(), {}
  if #items == 0 then
    error("Select a MIDI item first.", 0)
  end
  for index, one in ipairs(items) do
    local take = reaper.GetActiveTake(one)
    local rating = lesson.rating(memory.of(take), item.read_take(one, take), thumb)
    words[index] = desk.ask("feedback.rate", rating).words[1]
  end
  desk.tell(table.concat(words, "\n"))
end

--- Say that the active takes of the selected items are liked.
function learning.like()
  rate(1)
end

--- Say that they are not.
function learning.dislike()
  rate(-1)
end

--- Give what Segue wrote into an item, eight at most, and which of it is the active take.
local function candidates_of(one)
  local active, takes = reaper.GetActiveTake(one), memory.takes(one)
  while #takes > #LETTERS do
    table.remove(takes, takes[1] == active and 2 or 1)
  end
  local candidates, best = {}, nil
  for index, take in ipairs(takes) do
    candidates[index] = lesson.rating(memory.of(take), item.read_take(one, take)).notes
    best = take == active and LETTERS:sub(index, index) or best
  end
  return candidates, best, takes
end

local function chosen(one)
  local name = reaper.GetTakeName(reaper.GetActiveTake(one))
  local candidates, best, takes = candidates_of(one)
  if not best or #candidates < 2 then
    error(name .. ": make one of at least two takes of Segue the active one.", 0)
  end
  local subject = memory.of(takes[1]).subject
  for _, take in ipairs(takes) do
    subject = memory.of(take).subject == subject and subject or "file"
  end
  desk.ask("feedback.choose", { candidates = candidates, best = best, subject = subject })
  return string.format("%s is %s, the best of %d.", name, best, #candidates)
end

--- Say that the active take of each selected item is the best of those that Segue wrote into it.
function learning.best()
  local items, words = item.selected(), {}
  if #items == 0 then
    error("Select a MIDI item first.", 0)
  end
  for index, one in ipairs(items) do
    words[index] = chosen(one)
  end
  desk.tell(table.concat(words, "\n"))
end

return learning
