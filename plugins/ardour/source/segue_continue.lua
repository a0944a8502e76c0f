ardour {
  ["type"] = "EditorAction",
  name = "Segue: continue selected region",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Write what comes next after each selected MIDI region, in a region of its own, in the same key, metre and register. Segue must run: segue serve]],
}

function factory()
  return function()
    local desk = require("desk")
    local verbs = require("verbs")
    desk.act(verbs.continue)
  end
end
