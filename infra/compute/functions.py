"""The functions: handler, size, settings and trigger of each; their code, layer and logs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from aws_cdk import CustomResource, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.shared.observability import NAMESPACE
from infra.compute.code import BUILD, ROOT, layer_code, room_code
from infra.compute.models import build_models
from infra.compute.queues import (
    PACK_GIVEN_UP_TIMEOUT_S,
    PACK_TIMEOUT_S,
    SNAPSHOT_TIMEOUT_S,
    Queues,
)
from infra.nag import acknowledge
from infra.roles import Roles, let_log
from infra.settings import HEAP, StageSettings
from infra.storage.keys import Keys
from infra.storage.storage import Storage

# An HTTP API gives up after 30 s; the function should say so itself before.
_HTTP_TIMEOUT_S = 29
_VERIFIER = "tools/evidence-pack-verify.py"
# SQS feeds a function at least two at once.
_FEWEST_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Room:
    """One function: its handler, what it is told beyond the common settings, and its size.

    What is ``optional`` it is told only where the stage has it.
    """

    handler: str
    environment: tuple[str, ...]
    timeout_s: int
    memory_mb: int
    carries: tuple[str, ...] = ()
    ephemeral_mb: int = 512
    optional: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the room's folder, which is also the ``service`` of its logs and metrics."""
        return self.handler.split(".")[1]


ROOMS: Final[Mapping[str, Room]] = {
    "Connect": Room(
        "functions.connect.handler.handle",
        ("TABLE_NAME", "SECRETS_KEY_ID", "SNAPSHOT_QUEUE_URL"),
        timeout_s=_HTTP_TIMEOUT_S,
        memory_mb=512,
    ),
    "SnapshotDispatch": Room(
        "functions.snapshot.dispatch.handle",
        ("TABLE_NAME", "SNAPSHOT_QUEUE_URL", "SPREAD_SECONDS"),
        timeout_s=120,
        memory_mb=256,
    ),
    "Snapshot": Room(
        "functions.snapshot.handler.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "WORK_BUCKET", "SECRETS_KEY_ID", "SNAPSHOT_QUEUE_URL"),
        timeout_s=SNAPSHOT_TIMEOUT_S,
        memory_mb=1024,
    ),
    "PackDispatch": Room(
        "functions.pack.dispatch.handle",
        ("TABLE_NAME", "PACK_QUEUE_URL"),
        timeout_s=300,
        memory_mb=256,
        carries=(_VERIFIER,),
    ),
    "Pack": Room(
        "functions.pack.handler.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "PACKS_BUCKET", "SIGNING_KEY_ID", "PACK_QUEUE_URL"),
        timeout_s=PACK_TIMEOUT_S,
        # Two whole vCPUs: rows are made while others are deflated; twice as fast costs no more.
        memory_mb=3538,
        carries=(_VERIFIER,),
        ephemeral_mb=4096,
    ),
    "PackGivenUp": Room(
        "functions.pack.dead_letters.handle",
        ("TABLE_NAME",),
        timeout_s=PACK_GIVEN_UP_TIMEOUT_S,
        memory_mb=256,
        carries=(_VERIFIER,),
    ),
    "Anchor": Room(
        "functions.pack.anchor.anchor.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET"),
        timeout_s=900,
        memory_mb=512,
        carries=(_VERIFIER,),
        optional=("TSA_URL",),
    ),
    "SigningKey": Room(
        "functions.pack.keys.create.handle",
        ("TABLE_NAME", "SIGNING_KEY_ID"),
        timeout_s=60,
        memory_mb=256,
        carries=(_VERIFIER,),
    ),
    "Api": Room(
        "functions.api.handler.handle",
        ("TABLE_NAME", "EVIDENCE_BUCKET", "PACKS_BUCKET", "PACK_QUEUE_URL"),
        timeout_s=_HTTP_TIMEOUT_S,
        memory_mb=1024,
    ),
}

Functions = Mapping[str, lambda_.Function]


def create_rooms(
    scope: Construct,
    settings: StageSettings,
    roles: Roles,
    keys: Keys,
    storage: Storage,
    queues: Queues,
) -> Functions:
    """Create the functions, the queues' event sources and the first signing key."""
    layer = _layer(scope, settings)
    values = _environment(settings, keys, storage, queues)
    functions = {
        name: _function(scope, name, room, settings, roles, layer, values)
        for name, room in ROOMS.items()
    }
    _feed(functions["Snapshot"], queues.snapshot, settings.snapshot_concurrency)
    _feed(functions["Pack"], queues.pack, settings.pack_concurrency)
    _feed(functions["PackGivenUp"], queues.pack_dead, _FEWEST_AT_ONCE)
    for name in ("SnapshotDispatch", "PackDispatch", "Anchor"):
        _keep_failed_events(functions[name], queues.dispatch_dead)
    CustomResource(
        scope,
        "FirstSigningKey",
        service_token=functions["SigningKey"].function_arn,
        service_timeout=Duration.minutes(2),
        resource_type="Custom::SigningKey",
    )
    return functions


def _environment(
    settings: StageSettings, keys: Keys, storage: Storage, queues: Queues
) -> dict[str, str]:
    return {
        "TABLE_NAME": storage.table.table_name,
        "EVIDENCE_BUCKET": storage.evidence.bucket_name,
        "WORK_BUCKET": storage.work.bucket_name,
        "PACKS_BUCKET": storage.packs.bucket_name,
        "SECRETS_KEY_ID": keys.secrets.key_arn,
        "SIGNING_KEY_ID": keys.signing.key_arn,
        "SNAPSHOT_QUEUE_URL": queues.snapshot.queue_url,
        "PACK_QUEUE_URL": queues.pack.queue_url,
        "SPREAD_SECONDS": str(settings.spread_seconds),
        **({"TSA_URL": settings.tsa_url} if settings.tsa_url else {}),
    }


def _layer(scope: Construct, settings: StageSettings) -> lambda_.LayerVersion:
    return lambda_.LayerVersion(
        scope,
        "Wheels",
        code=layer_code(Stack.of(scope), settings),
        compatible_architectures=[_architecture(settings)],
        compatible_runtimes=[_runtime(settings)],
        description="The locked wheels the rooms import",
    )


def _architecture(settings: StageSettings) -> lambda_.Architecture:
    arm = settings.layer_platform.startswith("aarch64")
    return lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64


def _runtime(settings: StageSettings) -> lambda_.Runtime:
    return lambda_.Runtime(f"python{settings.layer_python}", lambda_.RuntimeFamily.PYTHON)


def _function(
    scope: Construct,
    name: str,
    room: Room,
    settings: StageSettings,
    roles: Roles,
    layer: lambda_.LayerVersion,
    values: Mapping[str, str],
) -> lambda_.Function:
    log_group = logs.LogGroup(
        scope,
        f"{name}Log",
        retention=logs.RetentionDays[settings.log_retention],
        removal_policy=RemovalPolicy.RETAIN if settings.is_prod else RemovalPolicy.DESTROY,
    )
    role = roles.by_name[name]
    let_log(role, log_group.log_group_arn)
    scheduled = name.endswith("Dispatch") or name == "Anchor"
    models = build_models(BUILD).relative_to(ROOT).as_posix()
    function = lambda_.Function(
        scope,
        f"{name}Function",
        code=room_code(room.name, *room.carries, models),
        handler=room.handler,
        runtime=_runtime(settings),
        architecture=_architecture(settings),
        layers=[layer],
        role=role,
        log_group=log_group,
        timeout=Duration.seconds(room.timeout_s),
        memory_size=room.memory_mb,
        ephemeral_storage_size=Size.mebibytes(room.ephemeral_mb),
        # Two firings of one schedule run one after the other.
        reserved_concurrent_executions=(
            settings.dispatch_reserved_concurrency if scheduled else None
        ),
        environment={
            "STAGE": settings.stage,
            "POWERTOOLS_SERVICE_NAME": room.name,
            "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
            **HEAP,
            # botocore fills in the variable; it opens four clients in a quarter of the memory.
            "AWS_DATA_PATH": f"$LAMBDA_TASK_ROOT/{models}",
            **{key: values[key] for key in room.environment},
            **{key: values[key] for key in room.optional if key in values},
        },
    )
    acknowledge(
        function,
        "L1",
        "Python 3.13 is the newest Python that every locked dependency was run with here.",
    )
    return function


def _feed(function: lambda_.Function, queue: sqs.Queue, max_concurrency: int) -> None:
    # Not an SqsEventSource: that one would add to the role; the grants' table has the permissions.
    function.add_event_source_mapping(
        "Queue",
        event_source_arn=queue.queue_arn,
        batch_size=1,
        max_concurrency=max_concurrency,
        report_batch_item_failures=True,
    )


def _keep_failed_events(function: lambda_.Function, dead_letters: sqs.Queue) -> None:
    # Set below the construct, which would add to the role.
    resource = cast("lambda_.CfnFunction", function.node.default_child)
    resource.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
        target_arn=dead_letters.queue_arn
    )
