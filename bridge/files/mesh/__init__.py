"""Characters at rest: glTF, OBJ and BVH, and scans of people from other programs."""
