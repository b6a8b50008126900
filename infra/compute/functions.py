"""The functions, as their definitions say: settings and trigger of each, code, layer and logs."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import CustomResource, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.shared.observability import NAMESPACE
from infra.compute.code import BUILD, ROOT, code_sha256, function_code, layer_code
from infra.compute.definitions import DEFINITIONS, FunctionDefinition
from infra.compute.models import build_models
from infra.compute.queues import Queues
from infra.nag import acknowledge
from infra.roles import Roles, allow_logging
from infra.settings import HEAP, StageSettings
from infra.storage.keys import Keys
from infra.storage.storage import Storage

# SQS hands a function at least two messages at once.
_MIN_CONCURRENCY = 2

Functions = Mapping[str, lambda_.Function]


def create_functions(
    scope: Construct,
    settings: StageSettings,
    roles: Roles,
    keys: Keys,
    storage: Storage,
    queues: Queues,
) -> Functions:
    """Create the functions and the queues' event sources."""
    layer = _layer(scope, settings)
    values = _environment(settings, roles, keys, storage, queues)
    functions = {
        name: _function(scope, name, definition, settings, roles, layer, values)
        for name, definition in DEFINITIONS.items()
    }
    _add_event_source(functions["Snapshot"], queues.snapshot, settings.snapshot_concurrency)
    _add_event_source(functions["Pack"], queues.pack, settings.pack_concurrency)
    _add_event_source(functions["Export"], queues.export, _MIN_CONCURRENCY)
    _add_event_source(functions["PackGivenUp"], queues.pack_dead, _MIN_CONCURRENCY)
    for name in ("SnapshotDispatch", "PackDispatch", "Anchor"):
        _set_dead_letter_queue(functions[name], queues.dispatch_dead)
    # A minute later there is another one, which does what this one did not.
    functions["NotifyWake"].configure_async_invoke(
        retry_attempts=0, max_event_age=Duration.minutes(1)
    )
    return functions


def create_first_signing_key(scope: Construct, functions: Functions) -> str:
    """Create the first signing key; return its public key, in hex, known at deployment."""
    key = CustomResource(
        scope,
        "FirstSigningKey",
        service_token=functions["SigningKey"].function_arn,
        service_timeout=Duration.minutes(2),
        resource_type="Custom::SigningKey",
    )
    return key.get_att_string("PublicHex")


def _environment(
    settings: StageSettings, roles: Roles, keys: Keys, storage: Storage, queues: Queues
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
        "EXPORT_QUEUE_URL": queues.export.queue_url,
        "PACK_LINK_ROLE_ARN": roles.pack_link.role_arn,
        "SPREAD_SECONDS": str(settings.spread_seconds),
        # Goes into every seal: our own word for what made it.
        "CODE_SHA256": code_sha256("snapshot"),
        "MAIL_FROM": settings.mail_from,
        "TIME_AUTHORITY": settings.time_authority,
        "REQUESTS_PER_MINUTE": str(settings.requests_per_minute),
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
    definition: FunctionDefinition,
    settings: StageSettings,
    roles: Roles,
    layer: lambda_.LayerVersion,
    values: Mapping[str, str],
) -> lambda_.Function:
    log_group = logs.LogGroup(
        scope,
        f"{name}Log",
        retention=logs.RetentionDays[settings.log_retention],
        removal_policy=(
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if settings.is_prod else RemovalPolicy.DESTROY
        ),
    )
    role = roles.by_name[name]
    allow_logging(role, log_group.log_group_arn)
    is_scheduled = name.endswith("Dispatch") or name == "Anchor"
    models = build_models(BUILD).relative_to(ROOT).as_posix()
    function = lambda_.Function(
        scope,
        f"{name}Function",
        code=function_code(definition.name, *definition.extra_files, models),
        handler=definition.handler,
        runtime=_runtime(settings),
        architecture=_architecture(settings),
        layers=[layer],
        role=role,
        log_group=log_group,
        timeout=Duration.seconds(definition.timeout_s),
        memory_size=definition.memory_mb or settings.pack_memory_mb,
        ephemeral_storage_size=Size.mebibytes(definition.ephemeral_mb),
        recursive_loop=lambda_.RecursiveLoop.ALLOW if definition.continues_itself else None,
        # Where an account has concurrency to reserve, two firings of one schedule can be made to
        # run one after the other; nothing rests on it.
        reserved_concurrent_executions=(
            settings.dispatch_reserved_concurrency if is_scheduled else None
        ),
        environment={
            "STAGE": settings.stage,
            "POWERTOOLS_SERVICE_NAME": definition.name,
            "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
            **HEAP,
            # botocore fills in the variable; it opens four clients in a quarter of the memory.
            "AWS_DATA_PATH": f"$LAMBDA_TASK_ROOT/{models}",
            **{key: values[key] for key in definition.environment},
        },
    )
    acknowledge(
        function,
        "L1",
        "Python 3.13 is the newest Python that every locked dependency was run with here.",
    )
    return function


def _add_event_source(function: lambda_.Function, queue: sqs.Queue, max_concurrency: int) -> None:
    # Not an SqsEventSource: that one would add to the role; the grants' table has the permissions.
    function.add_event_source_mapping(
        "Queue",
        event_source_arn=queue.queue_arn,
        batch_size=1,
        max_concurrency=max_concurrency,
        report_batch_item_failures=True,
    )


def _set_dead_letter_queue(function: lambda_.Function, dead_letters: sqs.Queue) -> None:
    # Set below the construct, which would add to the role.
    resource = cast("lambda_.CfnFunction", function.node.default_child)
    resource.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
        target_arn=dead_letters.queue_arn
    )
