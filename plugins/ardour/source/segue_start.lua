ardour {
  ["type"] = "EditorAction",
  name = "Segue: start",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Have Segue start to play along.]],
}

function factory()
  return function()
    local live = require("live")
    live.perform("start")
  end
end
