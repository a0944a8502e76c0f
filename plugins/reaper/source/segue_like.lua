-- @description Segue: thumb up for selected MIDI items
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: thumb up for selected MIDI items
--   Tells Segue that you like what the selected items play.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

local desk = require("desk")
local learning = require("learning")

desk.act(learning.like)
