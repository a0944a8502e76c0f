"""Ways to find a good cut: a rule of thumb, chance, a beam, and every cut there is."""
