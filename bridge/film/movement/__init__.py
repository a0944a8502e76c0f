"""What the camera does, seen from how the picture moves."""
