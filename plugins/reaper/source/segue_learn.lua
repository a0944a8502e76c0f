-- @description Segue: learn from what I kept
-- @version 0.1.0
-- @author Segue
-- @license Apache-2.0
-- @about
--   # Segue: learn from what I kept
--   Tells Segue what you made of its takes in the selected items, and which takes you deleted.
--   With nothing selected, all takes of Segue's that you changed.
--   Segue must run: start it in a terminal with `segue serve`. Needs curl, which comes with macOS,
--   Windows 10 and most Linux systems; no Python in REAPER.

local desk = require("desk")
local learning = require("learning")

desk.act(learning.learn)
