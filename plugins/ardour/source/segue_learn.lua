ardour {
  ["type"] = "EditorAction",
  name = "Segue: learn from what I kept",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Tell Segue what you made of the selected regions that it wrote, and which you deleted; with none selected, all that you changed. Segue must run: segue serve]],
}

function factory()
  return function()
    local desk = require("desk")
    local learning = require("learning")
    desk.act(learning.learn)
  end
end
