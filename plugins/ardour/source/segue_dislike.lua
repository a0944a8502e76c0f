ardour {
  ["type"] = "EditorAction",
  name = "Segue: thumb down for selected region",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Tell Segue that you do not like what the selected MIDI regions play. Segue must run: segue serve]],
}

function factory()
  return function()
    local desk = require("desk")
    local learning = require("learning")
    desk.act(learning.dislike)
  end
end
