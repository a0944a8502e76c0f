"""Who leads: the clocks of hosts, and one line of song time drawn from them."""
