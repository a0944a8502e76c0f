-- Requests that nobody waits for: curl writes each answer into a file, and we look now and then.
-- REAPER must not stand still while Segue thinks.

local desk = require("desk")
local door = require("door")
local json = require("json")

local link = {}

local PATIENCE_SECONDS = 4
local NO_WAIT = -2

local waiting = {}

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then
    file:close()
  end
  return text and json.decode(text)
end

--- Ask Segue; `heard(noun, reason)` is called by a later `look`.
--
-- @param name of the request: a second one of that name is not asked while the first is waited for
-- @return whether it was asked
function link.ask(name, operation, request, heard)
  if waiting[name] then
    return false
  end
  local one = {
    body_path = desk.path(name .. ".json"),
    answer_path = desk.path(name .. "_answer.json"),
    until_seconds = reaper.time_precise() + PATIENCE_SECONDS,
    heard = heard,
  }
  os.remove(one.answer_path)
  if not door.write(one.body_path, request) then
    return false
  end
  reaper.ExecProcess(
    door.command(desk.curl(), {
      url = door.address(desk.url(), operation),
      body_path = one.body_path,
      answer_path = one.answer_path,
      most_seconds = PATIENCE_SECONDS - 1,
    }),
    NO_WAIT
  )
  waiting[name] = one
  return true
end

local function finish(name, one, noun, reason)
  waiting[name] = nil
  os.remove(one.body_path)
  os.remove(one.answer_path)
  one.heard(noun, reason)
end

--- Hand on what has come, and give up on what does not.
function link.look()
  for name, one in pairs(waiting) do
    local noun = read(one.answer_path)
    if type(noun) == "table" and noun.kind and noun.message then
      finish(name, one, nil, noun.message)
    elseif noun ~= nil then
      finish(name, one, noun)
    elseif reaper.time_precise() > one.until_seconds then
      finish(name, one, nil, string.format(door.NOT_RUNNING, desk.url()))
    end
  end
end

return link
