-- @description Segue: knobs
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: knobs
--   Sets how long, how far and how daring Segue answers; it is remembered.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

local desk = require("desk")

desk.act(desk.turn_knobs)
