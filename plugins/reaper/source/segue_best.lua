-- @description Segue: the active take is the best
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: the active take is the best
--   Tells Segue that the active take of each selected item is the best of those it wrote there.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

local desk = require("desk")
local learning = require("learning")

desk.act(learning.best)
