"""The long-running side: players that stay ahead of the clock."""
