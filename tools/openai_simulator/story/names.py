"""Who and what the demo story is about: names only."""

import unicodedata

FOUNDERS = ("Olga Brandt", "Marek Nowak", "Amara Okafor")
STAFF = (
    "Jonas Keller",
    "Priya Raman",
    "Lucía Fernández",
    "Thomas Lindqvist",
    "Chloé Dubois",
    "Hannah Weiss",
    "Daniel Osei",
    "Yuki Tanaka",
    "Sofia Rossi",
    "Pieter van Dijk",
    "Fatima El Amrani",
    "Noah Becker",
    "Ewa Kowalska",
    "Liam O'Connor",
    "Zeynep Aydın",
    "Mateo García",
    "Ingrid Solberg",
    "Ravi Menon",
    "Claire Moreau",
    "Viktor Horváth",
    "Nadia Petrova",
    "Samuel Adeyemi",
    "Katrin Vogel",
    "Elias Nyström",
    "Beatriz Costa",
    "Tomasz Zieliński",
)
NEWCOMERS_FIRST = ("Ines", "Felix", "Mina", "Oscar", "Leila", "Jan", "Rosa", "Tariq", "Greta", "Bo")
NEWCOMERS_LAST = ("Marchetti", "Schulz", "Haddad", "Jansen", "Eriksen", "Novák", "Silva", "Wagner")

PROJECTS = {
    "checkout-assistant": "Checkout Assistant",
    "support-bot": "Support Bot",
    "data-platform": "Data Platform",
    "document-search": "Document Search",
    "robotics-research": "Robotics Research",
    "internal-tools": "Internal Tools",
    "hackathon-2025": "Hackathon 2025",
}
LATER_PROJECTS = ("Voice Agents", "Price Forecast", "Claims Triage", "Field Service", "Onboarding")

SERVICE_ACCOUNTS = {
    "ci-runner": "internal-tools",
    "prod-gateway": "checkout-assistant",
    "ticket-sync": "support-bot",
    "nightly-eval": "robotics-research",
    "indexer": "document-search",
    "etl-batch": "data-platform",
}
KEY_NAMES = (
    "notebook",
    "staging",
    "production",
    "load test",
    "local dev",
    "evals",
    "batch",
    "prototype",
    "webhook",
    "monitoring",
)
TENANT_EVENTS = (
    "tenant.sso_connection.updated",
    "tenant.policy.attached",
    "tenant.user.invited",
    "tenant.session_policy.updated",
    "tenant.group.member.added",
    "tenant.billing.alerts.updated",
    "tenant.role_assignment.created",
)


def nick_of(name: str) -> str:
    """Return the nickname (and local part of the address) of a person."""
    plain = name.lower().replace("'", "").replace("ł", "l").replace("ı", "i").replace("ø", "o")
    letters = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return letters.replace(" ", ".")
