ardour {
  ["type"] = "EditorAction",
  name = "Segue: thumb up for selected region",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Tell Segue that you like what the selected MIDI regions play. Segue must run: segue serve]],
}

function factory()
  return function()
    local desk = require("desk")
    local learning = require("learning")
    desk.act(learning.like)
  end
end
