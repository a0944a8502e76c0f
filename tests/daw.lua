-- Open a session in Ardour on a JACK server, and do what is told on stdin, line by line.

AudioEngine:set_backend("JACK", "ardour", "")
Session = assert(load_session(os.getenv("DAW_SESSION"), os.getenv("DAW_NAME")))

local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local audio = ARDOUR.ChanCount(ARDOUR.DataType("audio"), 2)
local tracks = Session:new_midi_track(
  midi, audio, true, ARDOUR.PluginInfo(), nil, nil, 1, "Segue",
  ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true
)
Recorded = tracks:front():to_track()
Recorded:rec_enable_control():set_value(1, PBD.GroupControlDisposition.NoGroup)
tracks = nil

By = ARDOUR.TransportRequestSource.TRS_UI

print("OPEN")
io.stdout:flush()
for line in io.lines() do
  local done, said = pcall(assert(load(line)))
  print((done and "SAID " or "FAILED ") .. tostring(said))
  io.stdout:flush()
end
close_session()
quit()
