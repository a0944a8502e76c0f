ardour {
  ["type"] = "EditorAction",
  name = "Segue: panic",
  author = "Segue",
  license = "Apache-2.0",
  description = [[End every note of Segue at once, and drop what is to come.]],
}

function factory()
  return function()
    local live = require("live")
    live.perform("panic")
  end
end
