-- A stand-in for REAPER: the ReaScript calls that Segue's scripts use, as REAPER 7 documents them
-- (reaper.fm/sdk/reascript/reascripthelp.html, Lua signatures of REAPER 7.x), on a project that is a
-- table. What the real host would refuse is refused here: a call that is not in its documents, a
-- change outside of an undo block, a pooled source that somebody edits.
--
-- Two actions of its action list are known: 40639 "Take: Duplicate active take" and 41613 "Item:
-- Remove active take from MIDI source data pool (AKA un-pool, un-ghost, make unique)".

local fake = {}

local function sorted(list, field)
  table.sort(list, function(first, second)
    if first[field] ~= second[field] then
      return first[field] < second[field]
    end
    return (first.pitch or 0) < (second.pitch or 0)
  end)
  return list
end

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local new = {}
  for name, entry in pairs(value) do
    new[name] = copy(entry)
  end
  return new
end

--- Run a command as a shell does; not every Lua can.
function fake.run(command)
  local pipe = io.popen(command .. " 2>&1", "r")
  local output = pipe:read("a")
  local _, _, code = pipe:close()
  return code, output
end

--- Make the functions of REAPER around a project.
--
-- project  tempos { {qn, bpm, linear} }, metres { {qn, numerator, denominator} }, tracks
-- track    { name, items };  item { first_qn, last_qn, is_looped, is_selected, is_locked, takes, active }
-- take     { name, source, offset, rate };  source { ppq, length_qn, notes, controls, scale }
-- note     { first, last, channel, pitch, velocity, is_muted };  control { at, message, channel,
--          first, second }
-- run      runs a command and gives its exit code and output; nil: as Lua does
function fake.open(project, run)
  run = run or fake.run
  local log = { undo = {}, messages = {}, commands = {}, violations = {} }
  local state = { undo_depth = 0, refresh = 0, ext = {}, kept = {}, is_dirty = false, edited = false }
  local reaper = {}
  local last_id = 0

  --- Give the GUID of an item, a take or a track.
  local function guid(thing)
    if not thing.guid then
      last_id = last_id + 1
      thing.guid = string.format("{%08X-0000-4000-8000-000000000000}", last_id)
    end
    return thing.guid
  end

  local function changes()
    state.edited = true
    if state.undo_depth < 1 then
      table.insert(log.violations, "a change outside of an undo block")
    end
  end

  for number, track in ipairs(project.tracks) do
    track.number = number
    for _, item in ipairs(track.items) do
      item.track = track
      item.active = item.active or 1
      for _, take in ipairs(item.takes) do
        take.item = item
      end
    end
  end

  local function all_items()
    local items = {}
    for _, track in ipairs(project.tracks) do
      for _, item in ipairs(track.items) do
        items[#items + 1] = item
      end
    end
    return items
  end

  -- Time: tempos are steps; positions in quarter notes of the project and in seconds.

  local function tempo_index(qn)
    local index = 1
    for number, tempo in ipairs(project.tempos) do
      if tempo.qn <= qn then
        index = number
      end
    end
    return index
  end

  local function seconds_at(qn)
    local seconds = 0
    for index = 1, tempo_index(qn) do
      local tempo, next_one = project.tempos[index], project.tempos[index + 1]
      local stop = next_one and math.min(qn, next_one.qn) or qn
      seconds = seconds + (stop - tempo.qn) * 60 / tempo.bpm
    end
    return seconds
  end

  local function qn_at(seconds)
    for index = #project.tempos, 1, -1 do
      local tempo = project.tempos[index]
      local start = seconds_at(tempo.qn)
      if seconds >= start or index == 1 then
        return tempo.qn + (seconds - start) * tempo.bpm / 60
      end
    end
  end

  local function metre_at(qn)
    local found = project.metres[1]
    for _, metre in ipairs(project.metres) do
      if metre.qn <= qn then
        found = metre
      end
    end
    return found
  end

  function reaper.TimeMap2_QNToTime(_, qn) return seconds_at(qn) end
  function reaper.TimeMap2_timeToQN(_, seconds) return qn_at(seconds) end

  function reaper.TimeMap_QNToMeasures(_, qn)
    local metre = metre_at(qn)
    local bar = metre.numerator * 4 / metre.denominator
    local count = (qn - metre.qn) // bar
    return 1, metre.qn + count * bar, metre.qn + (count + 1) * bar
  end

  function reaper.TimeMap_GetTimeSigAtTime(_, seconds)
    local qn = qn_at(seconds)
    local metre = metre_at(qn)
    return metre.numerator, metre.denominator, project.tempos[tempo_index(qn)].bpm
  end

  function reaper.CountTempoTimeSigMarkers() return #project.tempos end

  function reaper.GetTempoTimeSigMarker(_, index)
    local tempo = project.tempos[index + 1]
    return true, seconds_at(tempo.qn), 0, 0, tempo.bpm, 0, 0, false
  end

  -- Items and takes.

  local function selected()
    local items = {}
    for _, item in ipairs(all_items()) do
      if item.is_selected then
        items[#items + 1] = item
      end
    end
    return items
  end

  function reaper.CountSelectedMediaItems() return #selected() end
  function reaper.GetSelectedMediaItem(_, index) return selected()[index + 1] end
  function reaper.SetMediaItemSelected(item, is_selected) item.is_selected = is_selected end

  function reaper.SelectAllMediaItems(_, is_selected)
    for _, item in ipairs(all_items()) do
      item.is_selected = is_selected
    end
  end

  function reaper.CountTakes(item) return #item.takes end
  function reaper.GetActiveTake(item) return item.takes[item.active] end
  function reaper.GetTakeName(take) return take.name end
  function reaper.TakeIsMIDI(take) return take.source.notes ~= nil end
  function reaper.GetMediaItemTrack(item) return item.track end
  function reaper.GetMediaItemTake_Source(take) return take.source end
  function reaper.GetMediaSourceLength(source) return source.length_qn, true end

  function reaper.GetMediaItemInfo_Value(item, name)
    local first, last = seconds_at(item.first_qn), seconds_at(item.last_qn)
    local values = {
      D_POSITION = first, D_LENGTH = last - first, B_LOOPSRC = item.is_looped and 1 or 0,
    }
    return assert(values[name], "no item value " .. name)
  end

  function reaper.GetMediaItemTakeInfo_Value(take, name)
    return assert(({ D_PLAYRATE = take.rate or 1.0 })[name], "no take value " .. name)
  end

  function reaper.GetSetMediaItemTakeInfo_String(take, name, text, is_set)
    if name == "GUID" and not is_set then
      return true, guid(take)
    end
    local extension = name:match("^P_EXT:(.+)$")
    assert(extension or (name == "P_NAME" and is_set), "no take text " .. name)
    take.ext = take.ext or {}
    if extension and not is_set then
      return take.ext[extension] ~= nil, take.ext[extension] or ""
    end
    changes()
    if extension then
      take.ext[extension] = text
    else
      take.name = text
    end
    return true, text
  end

  function reaper.GetSetMediaItemInfo_String(item, name, _, is_set)
    assert(name == "GUID" and not is_set)
    return true, guid(item)
  end

  function reaper.GetTrackGUID(track) return guid(track) end
  function reaper.CountMediaItems() return #all_items() end
  function reaper.GetMediaItem(_, index) return all_items()[index + 1] end
  function reaper.GetTake(item, index) return item.takes[index + 1] end

  function reaper.Main_OnCommand(command, flag)
    assert(flag == 0)
    changes()
    table.insert(log.commands, command)
    for _, item in ipairs(selected()) do
      local take = item.takes[item.active]
      if command == 40639 and not item.is_locked then
        table.insert(item.takes, item.active + 1, {
          name = take.name, item = item, offset = take.offset, rate = take.rate, ext = copy(take.ext),
          source = take.source.is_pooled and take.source or copy(take.source),
        })
        item.active = item.active + 1
      elseif command == 41613 then
        take.source = copy(take.source)
        take.source.is_pooled = false
      end
    end
  end

  function reaper.CreateNewMIDIItemInProj(track, first, last, is_qn)
    assert(is_qn, "Segue speaks of quarter notes")
    changes()
    local item = { first_qn = first, last_qn = last, track = track, active = 1 }
    local source = { ppq = 960, length_qn = last - first, notes = {}, controls = {} }
    item.takes = { { name = "", item = item, source = source } }
    table.insert(track.items, item)
    return item
  end

  -- Tracks.

  function reaper.GetTrack(_, index) return project.tracks[index + 1] end
  function reaper.GetTrackName(track) return true, track.name end

  function reaper.GetMediaTrackInfo_Value(track, name)
    assert(name == "IP_TRACKNUMBER")
    return track.number + 0.0
  end

  function reaper.InsertTrackAtIndex(index, wants_defaults)
    assert(type(wants_defaults) == "boolean")
    changes()
    table.insert(project.tracks, index + 1, { name = "", items = {} })
    for number, track in ipairs(project.tracks) do
      track.number = number
    end
  end

  function reaper.GetSetMediaTrackInfo_String(track, name, text, is_set)
    assert(name == "P_NAME" and is_set)
    changes()
    track.name = text
    return true, text
  end

  -- MIDI: positions in a take count from the start of its source, in the source's ticks.

  local function ticks_in_qn(take) return take.source.ppq * (take.rate or 1) end

  function reaper.MIDI_GetPPQPosFromProjQN(take, qn)
    return (qn - take.item.first_qn) * ticks_in_qn(take) + (take.offset or 0)
  end

  function reaper.MIDI_GetProjQNFromPPQPos(take, ticks)
    return take.item.first_qn + (ticks - (take.offset or 0)) / ticks_in_qn(take)
  end

  function reaper.MIDI_CountEvts(take)
    local notes, controls = take.source.notes, take.source.controls
    return #notes + #controls, #notes, #controls, 0
  end

  function reaper.MIDI_GetNote(take, index)
    local note = sorted(take.source.notes, "first")[index + 1]
    return true, false, note.is_muted or false, note.first, note.last, note.channel, note.pitch,
      note.velocity
  end

  function reaper.MIDI_GetCC(take, index)
    local control = sorted(take.source.controls, "at")[index + 1]
    return true, false, false, control.at, control.message, control.channel, control.first,
      control.second
  end

  function reaper.MIDI_GetScale(take)
    local scale = take.source.scale
    if not scale then
      return true, 0, 2741, "Major"
    end
    return true, scale.root, scale.mask, "a scale"
  end

  local function edits(take)
    changes()
    if take.source.is_pooled then
      table.insert(log.violations, "a pooled source was edited")
    end
  end

  function reaper.MIDI_InsertNote(take, is_selected, is_muted, first, last, channel, pitch, velocity, no_sort)
    assert(type(is_selected) == "boolean" and type(is_muted) == "boolean" and no_sort == true)
    assert(math.type(first) == "integer" and math.type(last) == "integer" and last > first)
    assert(channel >= 0 and channel < 16 and velocity > 0 and velocity < 128)
    edits(take)
    table.insert(take.source.notes, {
      first = first, last = last, channel = channel, pitch = pitch, velocity = velocity,
    })
    return true
  end

  function reaper.MIDI_DeleteNote(take, index)
    edits(take)
    table.remove(sorted(take.source.notes, "first"), index + 1)
    return true
  end

  function reaper.MIDI_Sort(take)
    sorted(take.source.notes, "first")
  end

  -- The window, the undo history, settings, programs.

  function reaper.Undo_BeginBlock2() state.undo_depth = state.undo_depth + 1 end

  function reaper.Undo_EndBlock2(_, title, flags)
    assert(flags == -1)
    state.undo_depth = state.undo_depth - 1
    table.insert(log.undo, title)
  end

  function reaper.PreventUIRefresh(count) state.refresh = state.refresh + count end
  function reaper.UpdateArrange() end

  function reaper.MB(text, title, kind)
    assert(title == "Segue" and kind == 0)
    table.insert(log.messages, text)
    return 1
  end

  function reaper.GetUserInputs(title, count, captions, values)
    log.asked = { title = title, count = count, captions = captions, values = values }
    return project.inputs ~= nil, project.inputs or ""
  end

  function reaper.GetExtState(section, name) return state.ext[section .. "/" .. name] or "" end

  function reaper.SetExtState(section, name, value, is_kept)
    assert(type(value) == "string" and is_kept == true)
    state.ext[section .. "/" .. name] = value
  end

  -- What lies in the project file; its texts may not hold all three kinds of quotes.

  function reaper.SetProjExtState(_, section, key, value)
    assert(not value:find("[\r\n'`]"), "a project file would not keep this")
    state.kept[section] = state.kept[section] or {}
    state.kept[section][key] = value ~= "" and value or nil
    return #value
  end

  function reaper.GetProjExtState(_, section, key)
    local value = (state.kept[section] or {})[key]
    return value and 1 or 0, value or ""
  end

  function reaper.EnumProjExtState(_, section, index)
    local keys = {}
    for key in pairs(state.kept[section] or {}) do
      keys[#keys + 1] = key
    end
    table.sort(keys)
    local key = keys[index + 1]
    return key ~= nil, key or "", key and state.kept[section][key] or ""
  end

  function reaper.MarkProjectDirty() state.is_dirty = true end

  function reaper.GetResourcePath() return project.folder end

  function reaper.file_exists(path)
    local file = io.open(path, "rb")
    return file ~= nil and file:close()
  end

  function reaper.ExecProcess(command, timeout_ms)
    log.curl = command
    if project.has_no_curl then
      return nil
    end
    local code, output = run(command, timeout_ms)
    return timeout_ms >= 0 and code .. "\n" .. output or nil
  end

  setmetatable(reaper, {
    __index = function(_, name)
      error("REAPER's documents, as far as they are known here, have no " .. tostring(name), 2)
    end,
  })
  return reaper, log, state
end

return fake
