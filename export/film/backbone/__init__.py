"""The pretrained network that looks at pictures: where it is from and what is fitted to it."""
