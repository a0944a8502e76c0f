"""The web door: HTTP, WebSocket and a panel, read off the table of operations."""
