-- What Segue wrote into this session, in a file of its own in the session's folder. A region is known
-- by the name of its MIDI file, which stays when it is moved, split, cut or copied.

local json = require("json")
local lesson = require("lesson")
local region = require("region")

local memory = {}

local FILE = "segue_wrote.json"

local function path()
  return ARDOUR.LuaAPI.build_filename(Session:path(), FILE)
end

--- Give everything that is known, by the names of MIDI files.
local function all()
  local file = io.open(path(), "rb")
  local known = file and json.decode(file:read("a"))
  if file then
    file:close()
  end
  return type(known) == "table" and known or {}
end

local function save(known)
  local file, reason = io.open(path(), "wb")
  if not file then
    error("Segue cannot remember what it wrote: " .. tostring(reason), 0)
  end
  file:write(json.encode(known), "\n")
  file:close()
end

local function source_name(one)
  return one:source(0):name()
end

--- Keep in mind what Segue just wrote.
--
-- @param subject the operation that made it
-- @param placed as `region.place` takes it
function memory.keep(subject, placed)
  local known = all()
  for _, one in ipairs(placed) do
    local kept = lesson.memory(subject, region.read_source(one.region))
    local first, last = region.span(one.region)
    kept.playlist = one.playlist:to_stateful():id():to_s()
    kept.song_first, kept.song_last = first, last
    kept.made_of = one.mutes and source_name(one.mutes)
    known[source_name(one.region)] = #kept.notes > 0 and kept or nil
  end
  save(known)
end

--- Give what is known of a region; nil where Segue did not write it.
function memory.of(one)
  return all()[source_name(one)]
end

--- Keep in mind what Segue was told of a region.
function memory.told(one, told)
  local known = all()
  known[source_name(one)].told = told
  save(known)
end

--- Forget something that is gone.
function memory.forget(name)
  local known = all()
  known[name] = nil
  save(known)
end

--- Call `visit(region, playlist)` for every MIDI region that is on a track.
local function each_region(visit)
  for route in Session:get_tracks():iter() do
    local playlist = route:to_track():playlist()
    for one in playlist:region_list():iter() do
      if not one:to_midiregion():isnil() then
        visit(one, playlist)
      end
    end
  end
end

--- Give all regions that Segue wrote.
function memory.regions()
  local known, found = all(), {}
  each_region(function(one)
    if known[source_name(one)] then
      found[#found + 1] = one
    end
  end)
  return found
end

--- Say whether a region may be what is gone, bounced or combined into another.
local function may_live_on(kept, known, one, playlist)
  local first, last = region.span(one)
  local name = source_name(one)
  return playlist:to_stateful():id():to_s() == kept.playlist
    and first < kept.song_last and last > kept.song_first
    and not known[name] and name ~= kept.made_of
end

--- Give what was deleted, by the names of MIDI files, as far as that is certain.
function memory.deleted()
  local known = all()
  local gone, tracks = {}, {}
  for name, kept in pairs(known) do
    gone[name] = kept
  end
  for route in Session:get_tracks():iter() do
    tracks[route:to_track():playlist():to_stateful():id():to_s()] = true
  end
  each_region(function(one, playlist)
    gone[source_name(one)] = nil
    for name, kept in pairs(gone) do
      gone[name] = not may_live_on(kept, known, one, playlist) and kept or nil
    end
  end)
  for name, kept in pairs(gone) do
    gone[name] = tracks[kept.playlist] and kept or nil
  end
  return gone
end

return memory
