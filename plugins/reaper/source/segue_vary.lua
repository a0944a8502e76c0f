-- @description Segue: vary selected MIDI items
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: vary selected MIDI items
--   Varies each selected item, in a new take of it.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

local desk = require("desk")
local verbs = require("verbs")

desk.act(verbs.vary)
