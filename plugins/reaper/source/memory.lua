-- What Segue wrote into this project. Each take of Segue's bears a mark, which goes along when an item
-- is copied, split or moved; what it was when it was written lies in the project file.

local item = require("item")
local json = require("json")
local lesson = require("lesson")

local memory = {}

local PROJECT = 0
local SECTION = "Segue wrote"
local MARK = "P_EXT:segue"
local NEAR = 1e-6

local function mark_of(take)
  local _, mark = reaper.GetSetMediaItemTakeInfo_String(take, MARK, "", false)
  return mark
end

local function item_id(one)
  local _, id = reaper.GetSetMediaItemInfo_String(one, "GUID", "", false)
  return id
end

local function save(mark, kept)
  reaper.SetProjExtState(PROJECT, SECTION, mark, json.encode(kept))
  reaper.MarkProjectDirty(PROJECT)
end

--- Keep in mind what Segue just wrote into a take; a copy of an older take has that one's mark no more.
--
-- @param subject the operation that made it
function memory.keep(one, take, subject)
  local kept = lesson.memory(subject, item.read_take(one, take))
  local _, mark = reaper.GetSetMediaItemTakeInfo_String(take, "GUID", "", false)
  mark = #kept.notes > 0 and mark or ""
  reaper.GetSetMediaItemTakeInfo_String(take, MARK, mark, true)
  if mark == "" then
    return
  end
  kept.item = item_id(one)
  kept.track = reaper.GetTrackGUID(reaper.GetMediaItemTrack(one))
  kept.first_qn, kept.last_qn = item.span(one)
  save(mark, kept)
end

--- Give what is known of a take; nil where Segue did not write it.
function memory.of(take)
  local mark = mark_of(take)
  local _, text = reaper.GetProjExtState(PROJECT, SECTION, mark)
  return mark ~= "" and text ~= "" and json.decode(text) or nil
end

--- Keep in mind what Segue was told of a take.
function memory.told(take, kept, told)
  kept.told = told
  save(mark_of(take), kept)
end

--- Forget something that is gone.
function memory.forget(mark)
  reaper.SetProjExtState(PROJECT, SECTION, mark, "")
  reaper.MarkProjectDirty(PROJECT)
end

local function all_items()
  local items = {}
  for index = 0, reaper.CountMediaItems(PROJECT) - 1 do
    items[#items + 1] = reaper.GetMediaItem(PROJECT, index)
  end
  return items
end

--- Give all items whose active take Segue wrote.
function memory.items()
  local found = {}
  for _, one in ipairs(all_items()) do
    local take = reaper.GetActiveTake(one)
    if take and reaper.TakeIsMIDI(take) and memory.of(take) then
      found[#found + 1] = one
    end
  end
  return found
end

--- Give the MIDI takes of an item that Segue wrote.
function memory.takes(one)
  local found = {}
  for index = 0, reaper.CountTakes(one) - 1 do
    local take = reaper.GetTake(one, index)
    if take and reaper.TakeIsMIDI(take) and memory.of(take) then
      found[#found + 1] = take
    end
  end
  return found
end

--- Give the marks that takes of the project still bear, and its items by their ids.
local function what_is_there(items)
  local marks, by_id = {}, {}
  for _, one in ipairs(items) do
    by_id[item_id(one)] = one
    for index = 0, reaper.CountTakes(one) - 1 do
      local take = reaper.GetTake(one, index)
      if take then
        marks[mark_of(take)] = true
      end
    end
  end
  return marks, by_id
end

--- Say whether an item that Segue did not write lies where something of Segue's was: it may be just
--- that, glued or rendered.
local function may_live_on(kept, items)
  for _, one in ipairs(items) do
    local first_qn, last_qn = item.span(one)
    local is_here = reaper.GetTrackGUID(reaper.GetMediaItemTrack(one)) == kept.track
      and first_qn < kept.last_qn - NEAR and last_qn > kept.first_qn + NEAR
    if is_here and #memory.takes(one) == 0 then
      return true
    end
  end
  return false
end

--- Give what was deleted, as far as that is certain: { mark, kept, item = where the take lay, if that
--- is still there }.
function memory.deleted()
  local items, found, index = all_items(), {}, 0
  local marks, by_id = what_is_there(items)
  while true do
    local is_there, mark, text = reaper.EnumProjExtState(PROJECT, SECTION, index)
    if not is_there then
      return found
    end
    local kept = json.decode(text)
    if kept and not marks[mark] and (by_id[kept.item] or not may_live_on(kept, items)) then
      found[#found + 1] = { mark = mark, kept = kept, item = by_id[kept.item] }
    end
    index = index + 1
  end
end

return memory
