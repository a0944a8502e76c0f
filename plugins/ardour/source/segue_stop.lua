ardour {
  ["type"] = "EditorAction",
  name = "Segue: stop",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Have Segue stop.]],
}

function factory()
  return function()
    local live = require("live")
    live.perform("stop")
  end
end
