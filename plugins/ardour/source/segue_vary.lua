ardour {
  ["type"] = "EditorAction",
  name = "Segue: vary selected region",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Put a variation over each selected MIDI region. The original stays beneath it, muted. Segue must run: segue serve]],
}

function factory()
  return function()
    local desk = require("desk")
    local verbs = require("verbs")
    desk.act(verbs.vary)
  end
end
