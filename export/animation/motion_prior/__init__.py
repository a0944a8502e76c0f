"""How people move from one frame to the next, and what they may do instead."""
