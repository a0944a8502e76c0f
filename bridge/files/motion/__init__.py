"""Motion at rest: BVH, clips in glTF, and 0 A.D.'s."""
