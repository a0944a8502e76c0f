-- What Segue does live, asked for by OSC: nobody waits, and there is no answer.

local live = {}

--- Have Segue do something at once: `answer`, `start`, `stop`, `panic`.
function live.perform(verb)
  local url = "osc.udp://127.0.0.1:" .. (os.getenv("SEGUE_OSC_PORT") or 5758)
  ARDOUR.LuaOSC.Address(url):send("/segue/live/perform", "ss", "verb", verb)
end

return live
