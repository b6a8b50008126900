"""Packs as an enemy would make them, one folder each; ``python -m tests.vectors`` writes them.

``packs/<case>[_fail]/README`` says in plain words what was done and what must come out. Beside it
lie ``pack.tar.gz``; ``arguments``, one a line, where other ones than the test's key are given; and
the files that these name. A pack too large for the repository is made when the tests run.
"""
