"""The sections: what each is called by, and how often it is read."""

from functions.shared.sections import BY_NAME, OPTIONAL, REGISTERED, SECTIONS


def test_four_sections_are_required_of_which_three_have_registers() -> None:
    """The audit log has none; the others are optional."""
    assert [section.name for section in SECTIONS if section.required] == [
        *("users", "projects", "api_keys")
    ]
    assert (
        *("admin_keys", "invites", "groups", "roles", "service_accounts", "project_users"),
    ) == OPTIONAL
    assert ("users", "projects", "api_keys", *OPTIONAL) == REGISTERED


def test_lists_of_projects_are_asked_for_project_by_project() -> None:
    """Two of them once a day only."""
    assert [section.name for section in SECTIONS if section.per_project] == [
        *("api_keys", "service_accounts", "project_users")
    ]
    assert [section.name for section in SECTIONS if section.daily] == [
        *("service_accounts", "project_users")
    ]


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
    }
