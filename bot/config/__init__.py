"""config.yaml and the environment become frozen, checked settings.

The environment wins over the file, the file over the defaults. Nested keys are spelt
``RASID_STORE__PATH``. Secrets come from the environment or from a file it names, never from
config.yaml: ``TELEGRAM_BOT_TOKEN`` or ``TELEGRAM_BOT_TOKEN_FILE``.
"""

from bot.config.loading import load
from bot.config.secret import token
from bot.config.sections import Section
from bot.config.settings import Settings, every_key

__all__ = ["Section", "Settings", "every_key", "load", "token"]
