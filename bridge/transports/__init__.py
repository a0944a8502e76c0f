"""LIVE WIRES: MIDI ports and the clock that feeds them."""
