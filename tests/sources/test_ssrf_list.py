"""Lists of addresses that lead inwards: none of them is ever dialled, and no honest one refused."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from bot.sources import guard
from tests.sources import dialling
from tests.sources.dialling import PRIVATE, PUBLIC, Dialled, Row

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "data" / "ssrf.tsv"
OTHERS = os.environ.get("RASID_SSRF_LIST", "")
needs_others = pytest.mark.skipif(
    not OTHERS, reason="RASID_SSRF_LIST names no list of other people's address forms"
)
LISTS = [
    pytest.param(OWN, id="own"),
    pytest.param(Path(OTHERS), id="others", marks=needs_others),
]

Dial = Callable[..., Awaitable[Dialled]]


@pytest.fixture
async def dial(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Dial]:
    """Visits a row; what is dialled is recorded where Python itself connects, below every fence.

    Only the public address at which redirects begin is really there: our server on loopback.
    """
    server = await asyncio.start_server(dialling.redirecting, "127.0.0.1", 0)
    here = server.sockets[0].getsockname()
    log: list[str] = []
    real = socket.socket.connect

    def connect(sock: socket.socket, address: Any) -> None:
        if sock.family == socket.AF_UNIX:
            return real(sock, address)
        log.append(str(address[0]))
        if (address[0], address[1]) == (PUBLIC, 80):
            return real(sock, here)
        raise ConnectionRefusedError("recorded, not dialled")

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield lambda row, **how: dialling.dial(row, log, f"http://{PUBLIC}", **how)
    server.close()


def forbidden(addresses: tuple[str, ...] | list[str]) -> list[str]:
    return [text for text in addresses if not guard.is_public(ip_address(text.split("%")[0]))]


@pytest.mark.parametrize("path", LISTS)
async def test_nothing_that_leads_inwards_is_dialled(dial: Dial, path: Path) -> None:
    wrong: list[tuple[Row, Dialled]] = []
    for row in _not_allowed(path):
        found = await dial(row, answer=PRIVATE)
        refused = row.form.startswith("meta-refresh") or "SourceRefused" in found.ends
        if forbidden(found.addresses) or not refused:
            wrong.append((row, found))
    assert not wrong


@pytest.mark.parametrize("path", LISTS)
async def test_what_can_be_told_from_the_address_is_refused_whatever_its_name_answers(
    dial: Dial, path: Path
) -> None:
    rows = [row for row in _not_allowed(path) if not row.is_script and not row.answers_privately]
    found = [(row, await dial(row, answer=PUBLIC)) for row in rows]
    assert not [(row, was) for row, was in found if was != Dialled((), ("SourceRefused",))]


@pytest.mark.parametrize("path", LISTS)
async def test_every_honest_address_is_dialled_where_it_says(dial: Dial, path: Path) -> None:
    for row in dialling.read(path):
        if row.verdict == "ALLOW":
            found = await dial(row)
            assert len(set(found.addresses)) == 1, row
            assert found.addresses[0] == PUBLIC or found.addresses[0] in row.form


@pytest.mark.parametrize("path", LISTS)
async def test_of_two_answers_the_second_does_not_slip_through(dial: Dial, path: Path) -> None:
    rows = [row for row in dialling.read(path) if row.kind == "rebinding"]
    turning = [row for row in rows if "then" in row.form]
    for row in turning:
        found = await dial(row)
        # The first answer is good and is dialled; had the second been taken from a memory of the
        # first, it would be dialled again.
        assert len(found.addresses) >= 1, row
        assert not forbidden(found.addresses)
        assert found.ends[-1] == "SourceRefused"
    assert turning


def test_the_own_list_holds_every_class_and_enough_forms() -> None:
    rows = dialling.read(OWN)
    harmful = {row.form for row in rows if row.verdict != "ALLOW"}
    assert len(harmful) >= 120
    assert len({row.kind for row in rows}) >= 24


@pytest.mark.skipif(
    subprocess.run(["/bin/sh", "-c", "unshare -rn true"], check=False).returncode != 0,
    reason="this machine does not let tests make a network of their own",
)
@pytest.mark.parametrize("path", LISTS)
def test_in_a_network_of_its_own_the_whole_list_dials_nothing_inwards(path: Path) -> None:
    command = ["unshare", "-rn", sys.executable, "-m", "tests.sources.dialling", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found = json.loads(done.stdout)
    rows = dialling.read(path)
    assert len(found) == len(rows)
    inwards = {row.form: forbidden(dialled) for row, dialled in zip(rows, found, strict=True)}
    assert not {form: addresses for form, addresses in inwards.items() if addresses}
    honest = [d for row, d in zip(rows, found, strict=True) if row.verdict == "ALLOW"]
    assert all(honest), "the recorder saw nothing at all"


def _not_allowed(path: Path) -> list[Row]:
    return [row for row in dialling.read(path) if row.verdict != "ALLOW"]
