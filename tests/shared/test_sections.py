"""The sections: what each is called by, and how often it is read."""

from functions.shared.sections import BY_NAME, OPTIONAL, REGISTERED, SECTIONS


def test_four_sections_are_required_of_which_three_have_registers() -> None:
    """The audit log has none; the others are optional."""
    assert [section.name for section in SECTIONS if section.required] == [
        *("users", "projects", "api_keys")
    ]
    assert (
        *("admin_keys", "invites", "groups", "roles", "service_accounts", "project_users"),
        *("group_members", "group_roles", "user_roles", "project_groups"),
        *("workload_identity_providers", "workload_identity_rules"),
    ) == OPTIONAL
    assert ("users", "projects", "api_keys", *OPTIONAL) == REGISTERED


def test_what_has_a_list_of_its_own_is_listed_by_an_earlier_section() -> None:
    """Projects, groups, users and providers; only keys are asked for every hour."""
    parents = {section.name: section.parent for section in SECTIONS if section.parent}
    assert parents == {
        "api_keys": "projects",
        "service_accounts": "projects",
        "project_users": "projects",
        "group_members": "groups",
        "group_roles": "groups",
        "user_roles": "users",
        "project_groups": "projects",
        "workload_identity_rules": "workload_identity_providers",
    }
    assert all(
        REGISTERED.index(parent) < REGISTERED.index(name) for name, parent in parents.items()
    )
    daily = {section.name for section in SECTIONS if section.daily}
    assert daily == {*parents, "workload_identity_providers"} - {"api_keys"}
    assert BY_NAME["group_roles"].path_of("g%2F1") == "/organization/groups/g%2F1/roles"


def test_each_section_has_its_path_and_its_id() -> None:
    """As OpenAI documents them."""
    assert {name: (section.path, section.id_field) for name, section in BY_NAME.items()} == {
        "users": ("/organization/users", "user_id"),
        "projects": ("/organization/projects", "project_id"),
        "api_keys": ("/organization/projects/{project}/api_keys", "key_id"),
        "admin_keys": ("/organization/admin_api_keys", "key_id"),
        "invites": ("/organization/invites", "invite_id"),
        "groups": ("/organization/groups", "group_id"),
        "roles": ("/organization/roles", "role_id"),
        "service_accounts": (
            "/organization/projects/{project}/service_accounts",
            "service_account_id",
        ),
        "project_users": ("/organization/projects/{project}/users", "membership_id"),
        "group_members": ("/organization/groups/{group}/users", "membership_id"),
        "group_roles": ("/organization/groups/{group}/roles", "assignment_id"),
        "user_roles": ("/organization/users/{user}/roles", "assignment_id"),
        "project_groups": ("/organization/projects/{project}/groups", "membership_id"),
        "workload_identity_providers": (
            "/organization/workload_identity_providers",
            "provider_id",
        ),
        "workload_identity_rules": (
            "/organization/workload_identity_providers/{provider}/federation_rules",
            "rule_id",
        ),
    }
