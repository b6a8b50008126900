"""Check a signed evidence pack offline: one file, one pinned key, eleven numbered checks.

    python3 evidence-pack-verify.py pack-3.tar.gz --expected-pubkey HEX

The key is the one thing to get from somewhere else than the pack: a pack can name any key as its
own. The numbers printed are those of docs/evidence-pack-format.md. Nothing is extracted, nothing
from the pack is believed or printed before its signature holds (check 4), everything printed is
escaped, and memory stays small whatever the file's size.

Needs Python 3.9 and nothing else. PyNaCl does the signature where it is installed; where it is
not, the built-in verifier below takes its place, and the output says which one it was. A large pack
is read faster where orjson and isal are installed.

To read it, begin at the end: `verify` is the eleven checks, one a line.
"""
