-- A stand-in for REAPER's windows: `gfx` as REAPER 7 documents it, or ReaImGui 0.9 with the calls
-- that Segue's panel uses. What is drawn is kept, and a mouse clicks on what bears a label.

local window = {}

--- Give REAPER a window.
--
-- @param with_imgui whether ReaImGui is installed
-- @return screen: texts that are drawn; click(label), drag(label, share), is_closed; tick()
function window.open(reaper, with_imgui)
  local screen = { texts = {}, clock_seconds = 0.0, is_closed = false, is_ended = false }
  local deferred
  local boxes = {}

  rawset(reaper, "APIExists", function(name)
    return with_imgui and name == "ImGui_CreateContext"
  end)
  rawset(reaper, "time_precise", function() return screen.clock_seconds end)
  rawset(reaper, "defer", function(step) deferred = step end)

  --- Let REAPER come round to the script once.
  function screen.tick(seconds)
    screen.clock_seconds = screen.clock_seconds + seconds
    local step = deferred
    deferred = nil
    screen.texts = {}
    boxes = {}
    if step then
      step()
    end
    screen.is_ended = deferred == nil
  end

  --- Give where a text was drawn, and what lies around it.
  local function box_of(label)
    for _, box in ipairs(boxes) do
      if box.text and box.text:sub(1, #label) == label then
        return box
      end
    end
    error("nothing is called " .. label)
  end

  if with_imgui then
    window.draw_with_imgui(reaper, screen)
    return screen
  end

  gfx = { w = 460, h = 300, mouse_x = 0, mouse_y = 0, mouse_cap = 0, x = 0, y = 0 }
  function gfx.init(_, width, height) gfx.w, gfx.h = width, height end
  function gfx.setfont() end
  function gfx.set() end
  function gfx.update() end
  function gfx.measurestr(text) return 8 * #text, 14 end
  function gfx.getchar() return screen.is_closed and -1 or 0 end

  function gfx.rect(x, y, width, height)
    boxes[#boxes + 1] = { x = x, y = y, width = width, height = height }
  end

  function gfx.drawstr(text)
    table.insert(screen.texts, text)
    boxes[#boxes + 1] = { x = gfx.x, y = gfx.y, text = text }
  end

  local function press(x, y, is_down)
    gfx.mouse_x, gfx.mouse_y, gfx.mouse_cap = x, y, is_down and 1 or 0
    screen.tick(0.03)
  end

  function screen.click(label)
    local box = box_of(label)
    press(box.x + 1, box.y + 1, true)
    press(box.x + 1, box.y + 1, false)
  end

  function screen.drag(label, share)
    local box = box_of(label)
    press(box.x + 1, box.y + 1, true)
    press(8 + share * (gfx.w - 16), box.y + 1, true)
    press(8 + share * (gfx.w - 16), box.y + 1, false)
  end
  return screen
end

function window.draw_with_imgui(reaper, screen)
  local clicked, dragged

  function screen.click(label)
    clicked = label
    screen.tick(0.03)
    assert(clicked == nil, "nothing is called " .. label)
  end

  function screen.drag(label, share)
    dragged = { label = label, share = share }
    screen.tick(0.03)
    assert(dragged == nil, "nothing is called " .. label)
  end

  local depth, is_let_go = 0, false
  rawset(reaper, "ImGui_CreateContext", function(title) return { title = title } end)
  rawset(reaper, "ImGui_Begin", function()
    depth = depth + 1
    return true, not screen.is_closed
  end)
  rawset(reaper, "ImGui_End", function()
    depth = depth - 1
    assert(depth == 0, "ImGui_End without its ImGui_Begin")
  end)
  rawset(reaper, "ImGui_SameLine", function() end)
  rawset(reaper, "ImGui_Text", function(_, text) table.insert(screen.texts, text) end)
  rawset(reaper, "ImGui_Button", function(_, label)
    table.insert(screen.texts, label)
    local is_clicked = label:match("^%[?(.-)%]?$") == clicked
    clicked = not is_clicked and clicked or nil
    return is_clicked
  end)
  rawset(reaper, "ImGui_SliderDouble", function(_, label, value, first, last)
    table.insert(screen.texts, string.format("%s: %.2f", label, value))
    is_let_go = dragged ~= nil and dragged.label == label
    if is_let_go then
      value = first + dragged.share * (last - first)
      dragged = nil
    end
    return is_let_go, value
  end)
  rawset(reaper, "ImGui_IsItemDeactivatedAfterEdit", function() return is_let_go end)
  rawset(reaper, "ImGui_IsItemActive", function() return false end)
end

return window
