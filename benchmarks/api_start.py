"""The API's cold start: from the first import to the first answer, beside a hello world.

The peer is what most begin with: powertools' ``APIGatewayHttpResolver`` and boto3. Both answer one
HTTP API event with what one DynamoDB query finds in the same emulated table, in a new interpreter
each time; the interpreter's own start is not counted. Ours has the environment of the template, as
deployed. Reach: 0.75 times the hello world's time. Shown only: the hello world by ``boto3.client``
on the models that are ours (``boto3.resource`` needs the whole ones).
"""

import json
import statistics
from pathlib import Path

from benchmarks.account import account
from benchmarks.chart import bars
from benchmarks.process import Figures, deployed_environment, run_in_process

ROUNDS = 15
_REACH = 0.75
NAMES = {
    "ours": "OpenAI Audit",
    "hello": "boto3 and HttpResolver",
    "client": "same, on our models",
}


def measure(folder: Path) -> bool:
    """Measure, write ``api_start.json`` and ``api_start.svg``; tell whether it is reached."""
    runs_by_name: dict[str, list[Figures]] = {name: [] for name in NAMES}
    ours = deployed_environment() | {"EVIDENCE_BUCKET": "e", "PACKS_BUCKET": "p"}
    ours |= {"PACK_LINK_ROLE_ARN": "r", "WORK_BUCKET": "w", "EXPORT_QUEUE_URL": "q"}
    environment_of = {"ours": ours, "hello": {}, "client": deployed_environment()}
    with account() as environment:
        for _ in range(ROUNDS):
            for name, runs in runs_by_name.items():
                command = ["-m", "benchmarks.api_starters", name]
                runs.append(run_in_process(command, environment | environment_of[name]))
    medians = {
        name: {figure: statistics.median(run[figure] for run in runs) for figure in runs[0]}
        for name, runs in runs_by_name.items()
    }
    walls = {name: figures["wall_s"] for name, figures in medians.items()}
    ratios: dict[str, tuple[float, float | None]] = {
        "of the hello world": (walls["ours"] / walls["hello"], _REACH),
        "of it on our models": (walls["ours"] / walls["client"], None),
    }
    ratios_shown = {
        name: {
            "value": round(value, 3),
            "reach": f"<= {limit}" if limit else "told only",
            "reached": limit is None or value <= limit,
        }
        for name, (value, limit) in ratios.items()
    }
    result = {"medians": medians, "ratios": ratios_shown, "rounds": runs_by_name}
    (folder / "api_start.json").write_text(json.dumps(result, indent=1) + "\n")
    note = "from the first import to the first answer, one DynamoDB query in it"
    chart = bars("Cold start of the API", "s", {NAMES[name]: walls[name] for name in NAMES}, note)
    (folder / "api_start.svg").write_text(chart)
    for name, ratio in ratios_shown.items():
        verdict = "reached" if ratio["reached"] else "NOT reached"
        print(f"api_start  {name:31} {ratio['value']:8.2f}  {ratio['reach']:9} {verdict}")
    return all(ratio["reached"] for ratio in ratios_shown.values())
