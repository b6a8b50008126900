"""The letters that a stage on this machine sends lie in a folder, to be read as they are."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from ministack.services import ses_v2

from tools.local.emulator import mail_folder

NOW = datetime(2026, 4, 1, 0, 6, tzinfo=UTC)
TO = ["ops@acme.example"]
TEXT = "token: abc\n\n" + "é" * 2000 + "\nhttps://dashboard.example/#now\n"


def test_a_letter_that_the_emulator_takes_lies_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text unencoded, with the stage's time; a mail program reads it as well."""
    monkeypatch.setattr(ses_v2, "_smtp_relay", ses_v2._smtp_relay)
    folder = tmp_path / "mails"
    mail_folder.install(folder, lambda: NOW)
    ids = [f"{n}fffffff-1111@email.amazonses.com" for n in (2, 1)]
    for name in ids:
        letter = ses_v2._build_mime_message(
            "audit@laptop.example", TO, [], [], "OpenAI Audit: a test", TEXT, None, name
        )
        ses_v2._smtp_relay("audit@laptop.example", TO, letter)
    first, second = sorted(folder.iterdir())
    assert first.name == "20260401T000600.000000Z-1fffffff.eml"
    assert TEXT in second.read_text()
    read = message_from_bytes(second.read_bytes(), policy=default)
    assert (read["To"], read["Subject"]) == ("ops@acme.example", "OpenAI Audit: a test")
    assert read["Date"] == "Wed, 01 Apr 2026 00:06:00 +0000"
    assert read["Message-ID"] == f"<{ids[0]}>"
    assert folder.stat().st_mode & 0o077 == 0
