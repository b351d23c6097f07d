"""The Bot API on loopback with a chat page: try and test the bot with no token."""
