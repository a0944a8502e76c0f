-- @description Segue: continue selected MIDI items
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: continue selected MIDI items
--   Writes what comes next in a new item after each selected one.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

local desk = require("desk")
local verbs = require("verbs")

desk.act(verbs.continue)
