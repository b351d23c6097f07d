"""Names to addresses by the system's resolver, where a dead name server delays nobody else."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

AT_ONCE = 64

_Found = list[tuple[socket.AddressFamily, int, str]]  # family, protocol, address


class SystemResolver(AbstractResolver):
    """Looks names up in daemon threads of its own.

    ``getaddrinfo`` cannot be cancelled and takes half a minute when no name server answers. In
    asyncio's own pool that would hold up parsing and seeds, and at the end asyncio and the
    interpreter would both wait for it.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of ``host``, in the system's order of preference.

        Raises:
            OSError: The name has no address, or nobody answered.
        """
        await self._turns.acquire()
        found = await self._looked_up(host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, protocol, address in found
        ]

    async def close(self) -> None:
        """Nothing to close: the threads end with their lookups or with the program."""

    def _looked_up(
        self, host: str, port: int, family: socket.AddressFamily
    ) -> asyncio.Future[_Found]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Found] = loop.create_future()

        def settle(found: _Found | OSError) -> None:
            self._turns.release()
            if future.done():  # nobody waits any more
                return
            if isinstance(found, OSError):
                future.set_exception(found)
            else:
                future.set_result(found)

        def look_up() -> None:
            found = _addresses(host, port, family)
            with suppress(RuntimeError):  # the loop is closed: the program is ending
                loop.call_soon_threadsafe(settle, found)

        threading.Thread(target=look_up, name=f"resolve {host}"[:40], daemon=True).start()
        return future


def _addresses(host: str, port: int, family: socket.AddressFamily) -> _Found | OSError:
    try:
        # Without AI_ADDRCONFIG: on a machine with no network but loopback it finds nothing at all.
        infos = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        return [(kind, protocol, str(address[0])) for kind, _, protocol, _, address in infos]
    except OSError as error:
        return error
    except UnicodeError as error:  # labels too long for the name system
        return OSError(f"{host!r:.80} cannot be looked up: {error}")
