"""The operator's other way: what is told when Telegram cannot tell it."""
