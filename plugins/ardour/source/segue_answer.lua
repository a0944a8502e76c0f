ardour {
  ["type"] = "EditorAction",
  name = "Segue: answer now",
  author = "Segue",
  license = "Apache-2.0",
  description = [[Take the phrase that was played to Segue as ended, and answer it on the next beat.]],
}

function factory()
  return function()
    local live = require("live")
    live.perform("answer")
  end
end
