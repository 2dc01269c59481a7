"""Who asks, in the words of the permission matrix, and what its commonest rows say."""

ROLES = {
    "anonymous": "whoever is not signed in",
    "resident": "resident",
    "shopkeeper": "member of the shop concerned",
    "property_clerk": "member of the firm that handles it",
    "contact": "micro-grid contact",
    "hub_household": "hub household",
    "building_head": "building head (assisting)",
    "grid_worker": "grid worker (handling)",
    "grid_secretary": "grid secretary",
    "officer": "community officer",
    "officer_with_shop": "community officer with a stake in the shop",
    "secretary": "community secretary",
    "unit": "sub-district unit (not handling)",
    "duty_desk": "duty desk",
    "task_force": "task force",
    "leader": "sub-district leader",
    "other_officer": "officer of another community",
    "far_desk": "duty desk of the neighbouring sub-district",
    "system_administrator": "system administrator",
    "security_administrator": "security administrator",
    "audit_administrator": "audit administrator",
}
"""Every role by the short name of its user on the street of the tests, in the words of the document."""

GROUPS = {
    "members": "shopkeeper property_clerk officer_with_shop",
    "administrators": "system_administrator security_administrator audit_administrator",
    "outsiders": "resident shopkeeper property_clerk system_administrator security_administrator audit_administrator",
    "callers_in": "contact hub_household",
    "enterers": "grid_worker officer officer_with_shop secretary unit duty_desk",
    "enterers_elsewhere": "contact hub_household building_head other_officer far_desk",
    "readers": "building_head grid_worker grid_secretary officer secretary duty_desk task_force leader",
    "handlers": "building_head grid_worker",
    "dispatchers": "officer secretary duty_desk",
    "call_back": "officer secretary duty_desk task_force",
    "importers": "officer officer_with_shop secretary duty_desk other_officer far_desk",
    "supervisors": "secretary task_force leader",
    "ledger_readers": "grid_worker grid_secretary officer officer_with_shop other_officer far_desk secretary duty_desk"
    " task_force leader",
    "log_readers": "secretary duty_desk task_force leader audit_administrator",
    "elsewhere": "other_officer far_desk",
    "keepers": "officer secretary duty_desk task_force leader",
    "wall_watchers": "duty_desk task_force leader far_desk",
    "writers": "officer officer_with_shop other_officer secretary unit duty_desk task_force",
    "street_writers": "unit duty_desk task_force",
    "walled": "officer_with_shop",
    "system": "system_administrator",
}
"""Words for several roles. ``walled`` has a stake in the shop concerned; ``callers_in`` may enter cases, not open them."""

OPEN = "200"
SIGNED_IN = "200 · sign-in anonymous"
MINE = "404 · sign-in anonymous"


def answers_of(row: str) -> dict[str, str]:
    """Role by role what a row says; ``ValueError`` for a word that is neither role nor group."""
    default, *exceptions = row.split(" · ")
    answers = dict.fromkeys(ROLES, default)
    for exception in exceptions:
        answer, *words = exception.split()
        for role in (role for word in words for role in GROUPS.get(word, word).split()):
            if role not in ROLES:
                raise ValueError(role)
            answers[role] = answer
    return answers
