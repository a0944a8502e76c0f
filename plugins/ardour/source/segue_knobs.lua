ardour {
  ["type"] = "EditorAction",
  name = "Segue: knobs",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Set how long, how far and how daring Segue answers; it is remembered.]],
}

function factory()
  return function()
    local desk = require("desk")
    desk.act(desk.turn_knobs)
  end
end
