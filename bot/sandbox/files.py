"""Files the bot sent, and the paths they are fetched back under."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.body import Upload
from bot.sandbox.wire import Json, bad_request

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile
MAX_KEPT = 200


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An upload with the ids it is known by."""

    id: str
    unique_id: str
    path: str
    upload: Upload

    def as_document(self) -> Json:
        """As a Bot API Document."""
        return {
            "file_name": self.upload.name,
            "mime_type": self.upload.mime_type,
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.upload.content),
        }


class Files:
    """The last uploads; the oldest are let go."""

    def __init__(self, run_id: int) -> None:
        """``run_id`` tells the files of this run from those of an earlier one."""
        self._run_id = run_id
        self._count = 0
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def put(self, upload: Upload) -> StoredFile:
        """Keep ``upload``."""
        self._count += 1
        name = f"{self._run_id}_{self._count}"
        ending = upload.name.rpartition(".")[2] if "." in upload.name else "bin"
        path = f"documents/file_{name}.{ending if ending.isalnum() else 'bin'}"
        stored = StoredFile(f"BQ{name}", f"Ag{name}", path, upload)
        self._by_id[stored.id] = self._by_path[path] = stored
        if len(self._by_id) > MAX_KEPT:
            oldest = self._by_id.pop(next(iter(self._by_id)))
            self._by_path.pop(oldest.path)
        return stored

    def get(self, file_id: str) -> StoredFile:
        """The file with this id.

        Raises:
            Refusal: There is none.
        """
        if not file_id:
            raise bad_request("file_id not specified")
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return stored

    def at(self, path: str) -> StoredFile | None:
        """The file behind a ``file_path``."""
        return self._by_path.get(path)
