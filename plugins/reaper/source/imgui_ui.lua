-- The same window by ReaImGui, which docks: text, buttons and sliders.

local imgui_ui = {}

local context
local is_first, is_shown = true, false

function imgui_ui.open(title)
  context = reaper.ImGui_CreateContext(title)
end

--- Begin to draw; gives false once the window was closed.
function imgui_ui.begin()
  local is_open
  is_shown, is_open = reaper.ImGui_Begin(context, "Segue", true)
  is_first = true
  if not is_open and is_shown then
    reaper.ImGui_End(context)
  end
  return is_open
end

--- Say whether there is something to draw: a window may be rolled up.
function imgui_ui.is_shown()
  return is_shown
end

function imgui_ui.finish()
  if is_shown then
    reaper.ImGui_End(context)
  end
end

function imgui_ui.next_row()
  is_first = true
end

function imgui_ui.text(text)
  reaper.ImGui_Text(context, text)
  is_first = true
end

function imgui_ui.button(label, is_lit)
  if not is_first then
    reaper.ImGui_SameLine(context)
  end
  is_first = false
  return reaper.ImGui_Button(context, is_lit and "[" .. label .. "]" or label)
end

function imgui_ui.slider(label, value, first, last)
  local _, turned = reaper.ImGui_SliderDouble(context, label, value, first, last, "%.2f")
  local is_let_go = reaper.ImGui_IsItemDeactivatedAfterEdit(context)
  is_first = true
  return turned, is_let_go, reaper.ImGui_IsItemActive(context)
end

return imgui_ui
