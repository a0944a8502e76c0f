"""The body that all people share: faces, UVs, materials and rigs, whoever they are."""
