"""The one stack: keys, storage, queues, functions, schedules, sign-in, API, edge and alarms."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from infra.compute.functions import create_first_signing_key, create_functions
from infra.compute.queues import create_queues
from infra.compute.schedules import create_schedules
from infra.edge.distribution import content_security_policy, create_edge, packs_url
from infra.edge.http_api import add_routes, create_api
from infra.edge.identity import create_client, create_sign_in
from infra.roles import create_roles, fill_roles
from infra.settings import StageSettings
from infra.storage.keys import create_keys
from infra.storage.storage import create_storage
from infra.watch.alarms import create_alarms
from infra.watch.legal_holds import watch_legal_holds


class OpenAIAudit(Stack):
    """Everything a stage is made of.

    Args:
        scope: the app.
        settings: of the stage.
    """

    def __init__(self, scope: Construct, settings: StageSettings) -> None:
        super().__init__(
            scope,
            f"openai-audit-{settings.stage}",
            env=Environment(account=settings.account, region=settings.region),
            description="OpenAI Audit: hourly sealed pictures and signed evidence packs",
            termination_protection=settings.is_prod,
            analytics_reporting=False,
        )
        roles = create_roles(self, settings)
        keys = create_keys(self, settings, roles)
        storage = create_storage(self, settings, keys.data, roles.legal_hold)
        queues = create_queues(self)
        fill_roles(
            roles,
            {
                "table": storage.table.table_arn,
                "evidence": storage.evidence.bucket_arn,
                "work": storage.work.bucket_arn,
                "packs": storage.packs.bucket_arn,
                "secrets-key": keys.secrets.key_arn,
                "signing-key": keys.signing.key_arn,
                "data-key": keys.data.key_arn,
                "snapshot-queue": queues.snapshot.queue_arn,
                "pack-queue": queues.pack.queue_arn,
                "export-queue": queues.export.queue_arn,
                "pack-dead-letters": queues.pack_dead.queue_arn,
                "dispatch-dead-letters": queues.dispatch_dead.queue_arn,
                "mail-identity": settings.mail_identity_arn,
            },
            settings.region,
        )
        functions = create_functions(self, settings, roles, keys, storage, queues)
        first_signing_key = create_first_signing_key(self, functions)
        schedules = create_schedules(self, settings, functions, queues)
        sign_in = create_sign_in(self, settings)
        api = create_api(self, settings)
        csp = content_security_policy(sign_in.domain_url, packs_url(storage.packs, settings.region))
        distribution = create_edge(self, settings, storage.dashboard, api, csp)
        dashboard_url = f"https://{distribution.distribution_domain_name}"
        client = create_client(sign_in, settings, dashboard_url)
        add_routes(api, functions, sign_in, client)
        for name in ("Notify", "NotifyWake"):
            functions[name].add_environment(
                "DASHBOARD_URL", settings.extra_dashboard_url or dashboard_url
            )
        alarms = create_alarms(self, settings, functions, queues, keys)
        watch_legal_holds(self, alarms.topic, roles.legal_hold, storage.evidence)
        self._output(
            {
                "ApiUrl": api.api_endpoint,
                "DashboardUrl": dashboard_url,
                "DistributionId": distribution.distribution_id,
                "DistributionDomain": distribution.distribution_domain_name,
                "ContentSecurityPolicy": csp,
                "UserPoolId": sign_in.pool.user_pool_id,
                "ClientId": client.user_pool_client_id,
                "SignInDomain": sign_in.domain_url,
                "TableName": storage.table.table_name,
                "EvidenceBucket": storage.evidence.bucket_name,
                "WorkBucket": storage.work.bucket_name,
                "PacksBucket": storage.packs.bucket_name,
                "DashboardBucket": storage.dashboard.bucket_name,
                "SecretsKeyArn": keys.secrets.key_arn,
                "SigningKeyArn": keys.signing.key_arn,
                "FirstSigningPublicKey": first_signing_key,
                "DataKeyArn": keys.data.key_arn,
                "SnapshotQueueUrl": queues.snapshot.queue_url,
                "PackQueueUrl": queues.pack.queue_url,
                "HourlyRuleName": schedules.hourly.rule_name,
                "DailyRuleName": schedules.daily.rule_name,
                "MonthlyRuleName": schedules.monthly.rule_name,
                "MinuteRuleName": schedules.minutely.rule_name,
                "AlarmTopicArn": alarms.topic.topic_arn,
                "ChangesLogName": alarms.changes.log_group_name,
                "LegalHoldRoleArn": roles.legal_hold.role_arn,
            }
        )
        self._output(
            {f"{name}FunctionName": function.function_name for name, function in functions.items()}
        )
        self._output(
            {
                f"{owner}DeadLettersUrl": queue.queue_url
                for owner, queue in queues.dead_letters().items()
            }
        )

    def _output(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            # `Out` keeps an output apart from a resource that is its namesake.
            CfnOutput(self, f"Out{name}", value=value).override_logical_id(name)
