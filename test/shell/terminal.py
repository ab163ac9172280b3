"""A program on a pseudo terminal, driven by keys."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import termios
import time
import fcntl
from pathlib import Path

DEADLINE_SECONDS = 30


class Terminal:
    def __init__(self, command: list[str], environment: dict[str, str], cwd: Path):
        self.text = ""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))

    def send(self, keys: str) -> None:
        """Types the keys. A control key waits a little: before the line editor has taken the terminal over, the kernel
        would act on it."""
        for key in keys:
            if key in "\x03\x04":
                time.sleep(0.5)
            os.write(self.master, key.encode())

    def expect(self, wanted: str) -> str:
        """Waits until the text is on the screen; returns and forgets all up to its end."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while wanted not in self.text:
            assert self._read(deadline), f"{wanted!r} did not come; on the screen: {self.text!r}"
        end = self.text.index(wanted) + len(wanted)
        seen, self.text = self.text[:end], self.text[end:]
        return seen

    def wait(self) -> int:
        """Exit code of the program, once it has ended by itself."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self._read(deadline):
            pass
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        raise AssertionError(f"the program did not end; on the screen: {self.text!r}")

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.text += data.decode(errors="replace")
        return bool(data)
