"""Clauses of four frameworks, by number: the ones that something of a pack may support.

Pure data. Each number stands in the edition and at the address named with its framework. A title is
the official one where the clause has one; of a criterion, a point or a paragraph without one it is
ours, and says in a few words what it is about.
"""

from collections.abc import Mapping
from typing import Final

from functions.shared.records.packs import Framework

SOC_2, ISO, NIS2, DORA = "SOC 2", "ISO/IEC 27001", "NIS2", "DORA"
NIS2_2690, DORA_1774 = "NIS2, Regulation 2024/2690", "DORA, Regulation 2024/1774"

# The Commission's regulations stand apart from what they detail: not everybody has to heed them.
FRAMEWORKS: Final[Mapping[str, Framework]] = {
    SOC_2: {
        "title": "TSP Section 100, 2017 Trust Services Criteria for Security, Availability, "
        "Processing Integrity, Confidentiality, and Privacy (With Revised Points of Focus - 2022)",
        "edition": "2017 Trust Services Criteria, with revised points of focus, 2022",
        "publisher": "AICPA",
        "applies_to": "Whoever has controls examined against these criteria. The CC criteria are "
        "common to all five categories.",
        "source": "https://www.aicpa-cima.com/resources/download/"
        "get-the-2017-trust-services-criteria",
    },
    ISO: {
        "title": "ISO/IEC 27001:2022, Annex A (normative), Information security controls reference",
        "edition": "ISO/IEC 27001:2022",
        "publisher": "ISO/IEC",
        "applies_to": "Whoever takes up the standard. Their statement of applicability says which "
        "controls of Annex A.",
        "source": "https://www.iso.org/standard/27001",
    },
    NIS2: {
        "title": "Directive (EU) 2022/2555, Article 21, Cybersecurity risk-management measures",
        "edition": "Directive (EU) 2022/2555 of 14 December 2022, OJ L 333, 27.12.2022, p. 80",
        "publisher": "European Union, OJ L 333, 27.12.2022, p. 80",
        "applies_to": "Essential and important entities (Article 3), through the law of each "
        "Member State.",
        "source": "https://eur-lex.europa.eu/eli/dir/2022/2555/oj",
    },
    NIS2_2690: {
        "title": "Commission Implementing Regulation (EU) 2024/2690, Annex, technical and "
        "methodological requirements of the measures of Article 21(2) of Directive (EU) 2022/2555",
        "edition": "Implementing Regulation (EU) 2024/2690 of 17 October 2024, OJ L, 2024/2690, "
        "18.10.2024",
        "publisher": "European Union, OJ L, 2024/2690, 18.10.2024",
        "applies_to": "Not every entity under NIS2, but these alone: DNS service providers, TLD "
        "name registries, trust service providers, and providers of cloud computing, data centres, "
        "content delivery networks, managed services, managed security services, online "
        "marketplaces, online search engines and social networking services platforms.",
        "source": "https://eur-lex.europa.eu/eli/reg_impl/2024/2690/oj",
    },
    DORA: {
        "title": "Regulation (EU) 2022/2554 on digital operational resilience for the financial "
        "sector",
        "edition": "Regulation (EU) 2022/2554 of 14 December 2022, OJ L 333, 27.12.2022, p. 1",
        "publisher": "European Union, OJ L 333, 27.12.2022, p. 1",
        "applies_to": "Financial entities (Article 2). Articles 5 to 15, and so the clauses named "
        "here, not to the small ones that Article 16(1) names.",
        "source": "https://eur-lex.europa.eu/eli/reg/2022/2554/oj",
    },
    DORA_1774: {
        "title": "Commission Delegated Regulation (EU) 2024/1774 with regard to regulatory "
        "technical standards specifying ICT risk management tools, methods, processes, and "
        "policies and the simplified ICT risk management framework",
        "edition": "Delegated Regulation (EU) 2024/1774 of 13 March 2024, OJ L, 2024/1774, "
        "25.6.2024",
        "publisher": "European Union, OJ L, 2024/1774, 25.6.2024",
        "applies_to": "Financial entities under DORA. The articles named here are of Title II, "
        "which details Article 15 of DORA; for those of its Article 16(1) there is Title III.",
        "source": "https://eur-lex.europa.eu/eli/reg_del/2024/1774/oj",
    },
}

# Number: (framework, title). A number of a Commission's regulation says of which.
CLAUSES: Final[Mapping[str, tuple[str, str]]] = {
    "CC6.1": (SOC_2, "Logical access to protected information assets, and credentials for it"),
    "CC6.2": (SOC_2, "Who gets access is registered and authorized first; credentials end with it"),
    "CC6.3": (SOC_2, "Access is given, changed and taken away by role and least privilege"),
    "CC6.6": (SOC_2, "Logical access from outside the system's boundaries"),
    "CC7.1": (SOC_2, "Detecting changes of configuration that open a weakness"),
    "CC7.2": (SOC_2, "Monitoring for anomalies"),
    "CC7.3": (SOC_2, "Evaluating security events"),
    "CC8.1": (SOC_2, "Management of changes to infrastructure, data, software and procedures"),
    "A.5.9": (ISO, "Inventory of information and other associated assets"),
    "A.5.15": (ISO, "Access control"),
    "A.5.16": (ISO, "Identity management"),
    "A.5.17": (ISO, "Authentication information"),
    "A.5.18": (ISO, "Access rights"),
    "A.5.23": (ISO, "Information security for use of cloud services"),
    "A.5.25": (ISO, "Assessment and decision on information security events"),
    "A.5.28": (ISO, "Collection of evidence"),
    "A.5.33": (ISO, "Protection of records"),
    "A.8.2": (ISO, "Privileged access rights"),
    "A.8.3": (ISO, "Information access restriction"),
    "A.8.9": (ISO, "Configuration management"),
    "A.8.15": (ISO, "Logging"),
    "A.8.16": (ISO, "Monitoring activities"),
    "A.8.17": (ISO, "Clock synchronization"),
    "A.8.32": (ISO, "Change management"),
    "Art. 21(2)(b)": (NIS2, "Incident handling"),
    "Art. 21(2)(e)": (NIS2, "Security in acquisition, development and maintenance of systems"),
    "Art. 21(2)(f)": (NIS2, "Assessing how effective the measures are"),
    "Art. 21(2)(i)": (NIS2, "Human resources security, access control and asset management"),
    "2024/2690, Annex, 3.2": (NIS2_2690, "Monitoring and logging"),
    "2024/2690, Annex, 3.4": (NIS2_2690, "Event assessment and classification"),
    "2024/2690, Annex, 6.3": (NIS2_2690, "Configuration management"),
    "2024/2690, Annex, 6.4": (NIS2_2690, "Change management, repairs and maintenance"),
    "2024/2690, Annex, 7": (
        NIS2_2690,
        (
            "Policies and procedures to assess the effectiveness of cybersecurity risk-management "
            "measures"
        ),
    ),
    "2024/2690, Annex, 11.1": (NIS2_2690, "Access control policy"),
    "2024/2690, Annex, 11.2": (NIS2_2690, "Management of access rights"),
    "2024/2690, Annex, 11.3": (
        NIS2_2690,
        "Privileged accounts and system administration accounts",
    ),
    "2024/2690, Annex, 11.5": (NIS2_2690, "Identification"),
    "2024/2690, Annex, 11.6": (NIS2_2690, "Authentication"),
    "2024/2690, Annex, 12.4": (NIS2_2690, "Asset inventory"),
    "Art. 8(1)": (DORA, "Identification: functions, roles, information assets and ICT assets"),
    "Art. 9(4)(c)": (DORA, "Protection and prevention: access rights and their administration"),
    "Art. 9(4)(d)": (DORA, "Protection and prevention: strong authentication, cryptographic keys"),
    "Art. 9(4)(e)": (DORA, "Protection and prevention: ICT change management"),
    "Art. 10(1)": (DORA, "Detection: mechanisms for anomalous activities"),
    "Art. 10(3)": (DORA, "Detection: monitoring of user activity and of ICT anomalies"),
    "2024/1774, Art. 12": (DORA_1774, "Logging"),
    "2024/1774, Art. 17": (DORA_1774, "ICT change management"),
    "2024/1774, Art. 20": (DORA_1774, "Identity management"),
    "2024/1774, Art. 21": (DORA_1774, "Access control"),
    "2024/1774, Art. 23": (
        DORA_1774,
        (
            "Anomalous activities detection and criteria for ICT-related incidents detection and "
            "response"
        ),
    ),
}
