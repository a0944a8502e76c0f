"""WHAT A FILM CAN DO WITHOUT: silence, bad pictures, worse takes; all else is kept to the frame."""
