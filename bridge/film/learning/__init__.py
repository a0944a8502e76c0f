"""What editors make of cuts, and how they cut: compared, told, and learned."""
