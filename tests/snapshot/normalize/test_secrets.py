"""What is taken for a key, and what for the name of a thing that begins like one."""

import random
import string
import time

import pytest

from functions.snapshot.normalize.addresses import without_secrets

WORDS = (
    "sk-team-2024",
    "sk-learn pipeline",
    "sk-learn-pipeline-v2",
    "sk-service-desk",
    "sk-test-runner-2",
    "sk-Prod-EU",
    "sk-DataPipeline",
    "sk-recommendations-for-search-2026-04-01",
    "sk-customer_support_bot_q3",
    "sk-LEGACY-keys",
    "sk-llm",
    "sk-1234",
    "risk-2024-assessment",
    "sk-abc...def",
    "sk-proj-ab12****wx34",
    "sk-…1234",
)
KEY = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=48))  # noqa: S311
KEYS = (
    f"sk-{KEY}",
    f"sk-proj-{KEY}",
    f"sk-svcacct-{KEY}",
    f"sk-admin-{KEY}",
    f"sk-None-{KEY}",
    f"sk-service-{KEY}",
    f"sk-proj-{KEY[:20]}_{KEY[20:40]}-T3BlbkFJ{KEY[40:]}",
    # Cut in half, and shorter still.
    f"sk-{KEY[:24]}",
    f"sk-proj-{KEY[:12]}",
    f"sk-svcacct-{KEY[:4]}",
    f"sk-{KEY[24:34]}",
    "sk-AbCdEfGhIj",
    # Words behind which a key begins, and after OpenAI's beginnings words as well.
    f"sk-team-2024-{KEY[:16]}",
    f"sk-{KEY[:16]}-team",
    "sk-proj-team",
    "sk-admin-whole-key-that-must-not-be-kept",
    # Others': hexadecimal, and of versions.
    "sk-or-v1-0f3a9c2b7d1e8a60",
    "sk-ant-api03-" + KEY[:20],
    "sk-8e1f0c9a2b7d4e6f",
    # Too long for a word, and too many words.
    "sk-abcdefghijklmnopqrstuvwxyz",
    "sk-" + "-".join(["word"] * 7),
    "sk-12345678",
    "sk-team-123456",
)


@pytest.mark.parametrize("name", WORDS)
def test_words_stay(name: str) -> None:
    """However many, if they are short; what is cut short is no key."""
    assert without_secrets(name, lambda _: "#") == name


@pytest.mark.parametrize("key", KEYS)
def test_a_key_goes_whole(key: str) -> None:
    """Nothing of it is left; nor of a part of it."""
    assert without_secrets(f"old: {key}, mine", lambda _: "#") == "old: #, mine"


def test_of_half_a_key_nothing_is_read() -> None:
    """Of 20,000 parts of 20 letters and more; of short ones a few are words."""
    chance = random.Random(11)  # noqa: S311
    letters = string.ascii_letters + string.digits + "-_"

    def readable(length: int) -> int:
        keys = ("sk-" + "".join(chance.choices(letters, k=length)) for _ in range(20_000))
        return sum(without_secrets(key, lambda _: "#") == key for key in keys)

    assert [readable(length) for length in (20, 24, 32)] == [0, 0, 0]
    assert readable(8) <= 300


def test_no_beginning_of_words_takes_long() -> None:
    """Each part has one reading."""
    started = time.process_time()
    for text in ("sk-" + "word-" * 13_000, "sk-" + "a" * 65_000, "sk-aaa-1" * 8_000):
        without_secrets(text, lambda _: "#")
    assert time.process_time() - started < 1
