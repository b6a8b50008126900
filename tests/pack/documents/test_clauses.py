"""The clauses: an auditor finds each by its number, in the edition and at the address named."""

from urllib.parse import urlsplit

import pytest

from functions.pack.documents.clauses import (
    CLAUSES,
    DORA_1774,
    FRAMEWORKS,
    ISO,
    NIS2_2690,
    SOC_2,
)
from functions.pack.documents.supported import FILES, FINDINGS

OFFICIAL = {"eur-lex.europa.eu": "/eli/", "www.iso.org": "/standard/", "www.aicpa-cima.com": "/"}


def test_every_clause_is_titled_and_of_a_framework_and_supported_by_something() -> None:
    """No number stands there for nothing, and no framework without a number."""
    assert {framework for framework, _ in CLAUSES.values()} == set(FRAMEWORKS)
    assert all(title for _, title in CLAUSES.values())
    evidence = [*(supports for _, supports in FILES.values()), *FINDINGS.values()]
    assert set(CLAUSES) == {clause for supports in evidence for clause in supports}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_source_is_the_publishers_own_address(name: str) -> None:
    """The Official Journal by its ELI, ISO's and AICPA's own pages; nobody's reading of them."""
    source = urlsplit(FRAMEWORKS[name]["source"])
    assert source.scheme == "https"
    assert source.path.startswith(OFFICIAL[source.netloc])
    assert all(FRAMEWORKS[name].values())


def test_editions_are_named() -> None:
    """A clause's number means nothing without one."""
    assert FRAMEWORKS[SOC_2]["edition"].startswith("2017")
    assert "revised points of focus, 2022" in FRAMEWORKS[SOC_2]["edition"]
    assert FRAMEWORKS[ISO]["edition"] == "ISO/IEC 27001:2022"
    for name in set(FRAMEWORKS) - {SOC_2, ISO}:
        number = FRAMEWORKS[name]["source"].removesuffix("/oj").split("/")[-2:]
        assert "/".join(number) in FRAMEWORKS[name]["edition"]
        assert "/".join(number) in FRAMEWORKS[name]["title"]


@pytest.mark.parametrize(("number", "name"), [("2024/2690", NIS2_2690), ("2024/1774", DORA_1774)])
def test_a_commissions_regulation_is_never_taken_for_what_it_details(
    number: str, name: str
) -> None:
    """Its clauses are called by its number, and no others are."""
    for clause, (framework, _) in CLAUSES.items():
        assert clause.startswith(f"{number}, ") == (framework == name)


def test_the_implementing_regulation_is_not_for_every_entity_under_nis2() -> None:
    """It binds eleven kinds of providers, and says which."""
    told = FRAMEWORKS[NIS2_2690]["applies_to"]
    assert told.startswith("Not every entity under NIS2")
    for kind in (
        *("DNS service", "TLD name registries", "trust service", "cloud computing", "data centres"),
        *("content delivery networks", "managed services", "managed security services"),
        *("online marketplaces", "online search engines", "social networking services platforms"),
    ):
        assert kind in told
