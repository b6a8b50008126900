"""The lines of docs/operating.md that lead from an authority's address to the digest to set."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.pack.anchor.rfc3161 import Authority
from infra.settings import read
from tests.infra.template import ROOT, context_of
from tests.support.time_authority import TimeAuthority

PAGE = (ROOT / "docs" / "operating.md").read_text()


@pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("curl") is None,
    reason="openssl or curl is not here",
)
def test_what_the_page_says_ends_in_a_setting_that_takes_the_authority_s_tokens(
    tmp_path: Path,
) -> None:
    """The fingerprint as it is printed, set for production, read by the function."""
    marked = "<!-- time authority: tests run these lines -->\n```sh\n"
    lines, _, _ = PAGE.partition(marked)[2].partition("```")
    (tmp_path / "authority").mkdir()
    authority = TimeAuthority.make(tmp_path / "authority")
    with authority.served() as url:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", lines.replace("ADDRESS", f"--noproxy '*' {url}")],  # noqa: S607
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        printed = re.search("ingerprint=([0-9A-F:]+)", done.stdout)
        assert printed, done.stdout
        context = context_of("prod") | {"time_authority": f"{url} {printed[1]}"}
        chosen = Authority.chosen(read(context.get, {}).time_authority)
        assert chosen == Authority(url, frozenset({authority.certificate_sha256}))
        assert chosen.stamp(bytes(32), datetime.now(UTC))
