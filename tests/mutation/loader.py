"""A pytest plugin: let one module be imported with a fault in it, whatever lies on disk.

``MUTANT_PATH`` is the module's file, ``MUTANT_SOURCE`` the file that holds it with the fault. No
file of the project is touched, so that several mutants can be tried side by side.
"""

import os
from importlib.machinery import SourceFileLoader
from pathlib import Path

_PATH, _SOURCE = os.environ["MUTANT_PATH"], os.environ["MUTANT_SOURCE"]
_honest_code = SourceFileLoader.get_code
_honest_data = SourceFileLoader.get_data


def _code(self: SourceFileLoader, fullname: str) -> object:
    if self.path != _PATH:
        return _honest_code(self, fullname)
    return compile(Path(_SOURCE).read_bytes(), _PATH, "exec", dont_inherit=True)


def _data(self: SourceFileLoader, path: str) -> bytes:
    return Path(_SOURCE).read_bytes() if path == _PATH else _honest_data(self, path)


SourceFileLoader.get_code = _code  # type: ignore[method-assign, assignment]
SourceFileLoader.get_data = _data  # type: ignore[method-assign, assignment]
