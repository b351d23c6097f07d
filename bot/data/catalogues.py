"""The translations: ``locales/*.po`` read into memory when the bot starts.

Nothing compiled is kept beside them: a translator edits a text file, and the next start has it.
"""

from __future__ import annotations

import gettext
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from bot.core.i18n import Words

LOCALES = Path(__file__).parent / "locales"


def load_words(folder: Path = LOCALES) -> Words:
    """Read every catalogue of ``folder``; the file's name is the language.

    Raises:
        ValueError: A catalogue is broken; the message names the file.
    """
    return Words({path.stem: _catalogue(path) for path in sorted(folder.glob("*.po"))})


def _catalogue(path: Path) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    try:
        with path.open("rb") as text:
            write_mo(compiled, read_po(text, locale=path.stem, abort_invalid=True))
    except (PoFileError, ValueError, OSError) as error:
        raise ValueError(f"{path.name} is no gettext catalogue: {error}") from error
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
