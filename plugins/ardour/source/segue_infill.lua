ardour {
  ["type"] = "EditorAction",
  name = "Segue: fill the gap after selected region",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Fill the gap between two selected MIDI regions, or between the selected one and the next on its track, with melodies that lead from the one to the other. Segue must run: segue serve]],
}

function factory()
  return function()
    local desk = require("desk")
    local verbs = require("verbs")
    desk.act(verbs.infill)
  end
end
