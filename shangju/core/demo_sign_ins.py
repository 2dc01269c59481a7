"""Who may be tried in the demonstration."""

DEMO_SIGN_INS = (
    "resident",
    "merchant",
    "joint-chair",
    "volunteer",
    "grid-worker",
    "building-head",
    "community-desk",
    "community-secretary",
    "task-force",
    "subdistrict-leader",
    "duty-desk",
    "system-admin",
    "security-admin",
    "audit-admin",
)
"""Names to sign in with, in the order of the interface description."""
