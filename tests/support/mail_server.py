"""A mail server for tests. It stores the mails that it accepts, and refuses those that a test names."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """`refusals`: what it answers to the next mails instead of taking them, such as `451 later`."""

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


class _Conversation(socketserver.StreamRequestHandler):
    """Supports the commands that `smtplib` sends, and no others."""

    server: _Server

    def handle(self) -> None:
        self._say("220 test")
        for line in self.rfile:
            match line.split()[0].upper():
                case b"QUIT":
                    self._say("221 bye")
                    return
                case b"DATA":
                    self._say("354 go on")
                    self._take(self._read_data())
                case b"RCPT" if self.server.mails.refusals and self.server.mails.refusals[0].startswith("5"):
                    self._say(self.server.mails.refusals.pop(0))
                case _:
                    self._say("250 fine")

    def _read_data(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _take(self, data: bytes) -> None:
        mails = self.server.mails
        if mails.refusals:
            self._say(mails.refusals.pop(0))
            return
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage)
        mails.taken.append(message)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    mails: MailServer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.mails = MailServer(f"smtp://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.mails
        server.shutdown()
        thread.join()
