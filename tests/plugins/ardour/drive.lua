-- Run one of Segue's scripts in a real session of Ardour, without its window.
--
-- In the window a script finds the selection at `Editor` and speaks through `LuaDialog`; here, both
-- are stood in for. All else is Ardour.

local told = {}

local function selection(names)
  local regions = {}
  for route in Session:get_tracks():iter() do
    for region in route:to_track():playlist():region_list():iter() do
      if names:find("|" .. region:name() .. "|", 1, true) then
        regions[#regions + 1] = region
      end
    end
  end
  local index = 0
  local list = {
    iter = function()
      return function()
        index = index + 1
        return regions[index]
      end
    end,
  }
  return { regions = { regionlist = function() return list end } }
end

LuaDialog = {
  MessageType = { Error = "error", Info = "info" },
  ButtonType = { Close = "close" },
  Message = function(_, text, kind)
    return { run = function() told[#told + 1] = kind .. ": " .. text end }
  end,
  Dialog = function(_, fields)
    local answer = {}
    for _, one in ipairs(fields) do
      local default = one.default
      answer[one.key] = one.type == "dropdown" and one.values[default] or default
    end
    answer.bars = 7
    return { run = function() return answer end }
  end,
}

ARDOUR.user_config_directory = function()
  return os.getenv("DRIVE_CONFIG")
end

assert(load_session(os.getenv("DRIVE_SESSION"), os.getenv("DRIVE_NAME")))
Editor = {
  get_selection = function()
    return selection("|" .. os.getenv("DRIVE_SELECT") .. "|")
  end,
}

-- Ardour keeps a script as the bytecode of its factory, so nothing outside of it may be needed.
ardour = function() end
dofile(os.getenv("DRIVE_SCRIPT"))
local action = assert(load(string.dump(factory, true), "script", "b"))()
action()

Session:save_state("")
for _, text in ipairs(told) do
  print("TOLD " .. text:gsub("\n", " / "))
end
print("DONE")
close_session()
quit()
