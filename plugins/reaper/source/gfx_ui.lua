-- A window by REAPER's own `gfx`: text, buttons and sliders, drawn anew each time.

local gfx_ui = {}

local WIDTH, HEIGHT = 460, 380
local MARGIN, ROW = 8, 24
local INK, PAPER, KEY, LIT = { 0.9, 0.9, 0.9 }, { 0.16, 0.16, 0.18 }, { 0.28, 0.28, 0.31 }, { 0.2, 0.5, 0.75 }

local place, mouse = {}, { was_down = false }

local function colour(rgb)
  gfx.set(rgb[1], rgb[2], rgb[3])
end

--- Open the window.
function gfx_ui.open(title)
  gfx.init(title, WIDTH, HEIGHT)
  gfx.setfont(1, "Arial", 15)
end

--- Begin to draw; gives false once the window was closed.
function gfx_ui.begin()
  if gfx.getchar() < 0 then
    return false
  end
  local is_down = gfx.mouse_cap & 1 == 1
  mouse.is_pressed = is_down and not mouse.was_down
  mouse.is_released = mouse.was_down and not is_down
  mouse.was_down = is_down
  place.x, place.y = MARGIN, MARGIN
  colour(PAPER)
  gfx.rect(0, 0, gfx.w, gfx.h)
  return true
end

function gfx_ui.finish()
  if mouse.is_released then
    mouse.holds = nil
  end
  gfx.update()
end

--- Go to the next row.
function gfx_ui.next_row()
  place.x, place.y = MARGIN, place.y + ROW + 4
end

local function draw_text(text, x, y)
  colour(INK)
  gfx.x, gfx.y = x, y + 4
  gfx.drawstr(text)
end

function gfx_ui.text(text)
  draw_text(text, place.x, place.y)
  gfx_ui.next_row()
end

local function is_over(x, y, width)
  return gfx.mouse_x >= x and gfx.mouse_x < x + width and gfx.mouse_y >= y and gfx.mouse_y < y + ROW
end

--- Draw a button to the right of the last one; gives whether it was pressed.
function gfx_ui.button(label, is_lit)
  local width = gfx.measurestr(label) + 16
  local x, y = place.x, place.y
  colour(is_lit and LIT or KEY)
  gfx.rect(x, y, width, ROW)
  draw_text(label, x + 8, y)
  place.x = x + width + 4
  return mouse.is_pressed and is_over(x, y, width)
end

--- Draw a slider on a row of its own.
--
-- @return the value, and whether it was let go just now
function gfx_ui.slider(label, value, first, last)
  local x, y, width = place.x, place.y, gfx.w - 2 * MARGIN
  if mouse.is_pressed and is_over(x, y, width) then
    mouse.holds = label
  end
  local is_held = mouse.holds == label
  if is_held then
    local share = math.max(0, math.min(1, (gfx.mouse_x - x) / width))
    value = first + share * (last - first)
  end
  colour(KEY)
  gfx.rect(x, y, width, ROW)
  colour(LIT)
  gfx.rect(x, y, width * (value - first) / (last - first), ROW)
  draw_text(string.format("%s: %.2f", label, value), x + 8, y)
  gfx_ui.next_row()
  return value, is_held and mouse.is_released, is_held
end

return gfx_ui
