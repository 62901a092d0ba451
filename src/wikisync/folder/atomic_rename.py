"""Swap two names, and rename without replacing: system calls that ``os`` lacks.

Linux has both as ``renameat2``, macOS as ``renameatx_np``. The call itself reports whether system
and file system support it; nothing is cached between calls.
"""

from __future__ import annotations

import errno
import os
import platform
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LINUX: Final = {"exchange": 2, "exclusive": 1, "current": -100}
_MACOS: Final = {"exchange": 2, "exclusive": 4, "current": -2}
_SYSCALLS: Final = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "i686": 353, "armv7l": 382}
"""The number of ``renameat2``, for a C library without the function (musl)."""

_UNSUPPORTED: Final = frozenset(
    {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY, errno.EPERM}
)
"""Errors of a system, a file system or a container that does not support the call."""


def exchange(one: str, other: str, dir_fd: int | None) -> bool:
    """Swap two files atomically. Returns False where this is not supported.

    Raises OSError; FileNotFoundError where one of the names does not exist.
    """
    return _rename("exchange", one, dir_fd, other, dir_fd)


def rename_exclusive(old: str, new: str, old_fd: int | None, new_fd: int | None) -> bool:
    """Rename a file atomically, without replacing. Returns False where this is not supported.

    Raises OSError; FileExistsError where the new name exists.
    """
    if os.name == "nt":
        os.rename(old, new)  # noqa: PTH104  (which is exclusive on Windows)
        return True
    return _rename("exclusive", old, old_fd, new, new_fd)


def _rename(how: str, old: str, old_fd: int | None, new: str, new_fd: int | None) -> bool:
    values = _MACOS if sys.platform == "darwin" else _LINUX
    call = _system_call()
    if call is None:
        return False
    current = values["current"]
    number = call(
        current if old_fd is None else old_fd,
        os.fsencode(old),
        current if new_fd is None else new_fd,
        os.fsencode(new),
        values[how],
    )
    if number == 0:
        return True
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), old, None, new)


@cache
def _system_call() -> Callable[[int, bytes, int, bytes, int], int] | None:
    """Return the system's function, which returns an ``errno`` or 0; None where it has none."""
    if sys.platform not in {"linux", "darwin"}:
        return None
    import ctypes

    library: Any = ctypes.CDLL(None, use_errno=True)
    name = "renameat2" if sys.platform == "linux" else "renameatx_np"
    leading: tuple[Any, ...] = ()
    function = getattr(library, name, None)
    if function is None:
        syscall = _SYSCALLS.get(platform.machine()) if sys.platform == "linux" else None
        if syscall is None:
            return None
        function, leading = library.syscall, (ctypes.c_long(syscall),)
    path, fd, flags = ctypes.c_char_p, ctypes.c_int, ctypes.c_uint
    function.argtypes = (*map(type, leading), fd, path, fd, path, flags)

    def call(old_fd: int, old: bytes, new_fd: int, new: bytes, flag: int) -> int:
        done = function(*leading, old_fd, old, new_fd, new, flag)
        return 0 if done == 0 else ctypes.get_errno()

    return call
