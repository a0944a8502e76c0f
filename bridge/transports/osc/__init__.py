"""OSC over UDP: packets that were checked, timetags that are kept, and how others find us."""
