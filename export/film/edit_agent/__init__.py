"""The editor: an agent that learns to cut rough cuts from simulated shoots."""
