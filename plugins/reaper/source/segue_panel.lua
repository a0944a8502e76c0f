-- @description Segue: live panel
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: live panel
--   Shows what a running Segue does, and sets how it plays along: mode, answer, knobs, verbs.
--   Segue must run: start it in a terminal with `segue serve`. Docks where ReaImGui is installed.

local panel = require("panel")

panel.open()
