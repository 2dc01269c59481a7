"""The rows of the permission matrix that are about accounts: signing in, the second factor, keys for programs, locks."""

from tests.permission_roles import SIGNED_IN

ENTRANCE = "302 · 200 anonymous"
NO_PASSWORD = "403 · sign-in anonymous"
NO_SECOND_FACTOR = "404 · sign-in anonymous"

ACCOUNTS = {
    "GET account_login": ENTRANCE,
    "POST account_login": "302",
    "GET account_request_login_code": ENTRANCE,
    "POST account_request_login_code": "302",
    "GET account_confirm_login_code": "302",
    "POST account_confirm_login_code": "302",
    "GET account_logout": "200 · 302 anonymous",
    "POST account_logout": "302",
    "GET account_change_password": "302 · sign-in anonymous · 200 resident",
    "POST account_change_password": "302 · sign-in anonymous",
    "GET account_reauthenticate": f"{NO_PASSWORD} · 200 resident",
    "POST account_reauthenticate": f"{NO_PASSWORD} · 302 resident",
    "GET mfa_index": SIGNED_IN,
    "GET mfa_authenticate": "302 · sign-in anonymous",
    "POST mfa_authenticate": "302 · sign-in anonymous",
    "GET mfa_reauthenticate": f"{NO_PASSWORD} · 302 resident",
    "POST mfa_reauthenticate": f"{NO_PASSWORD} · 302 resident",
    "GET mfa_activate_totp": f"{SIGNED_IN} · 302 resident",
    "POST mfa_activate_totp": f"{SIGNED_IN} · 302 resident",
    "GET mfa_deactivate_totp": NO_SECOND_FACTOR,
    "POST mfa_deactivate_totp": NO_SECOND_FACTOR,
    "GET mfa_view_recovery_codes": NO_SECOND_FACTOR,
    "GET mfa_generate_recovery_codes": f"{SIGNED_IN} · 302 resident",
    "POST mfa_generate_recovery_codes": f"{SIGNED_IN} · 302 resident",
    "GET mfa_download_recovery_codes": NO_SECOND_FACTOR,
    "GET accounts:profile": SIGNED_IN,
    "POST accounts:profile": "302 · sign-in anonymous",
    "GET accounts:keys": SIGNED_IN,
    "GET accounts:make_key": f"{SIGNED_IN} · 302 resident",
    "POST accounts:make_key": f"{SIGNED_IN} · 302 resident",
    "POST accounts:revoke_key": "404 · sign-in anonymous · 302 grid_worker",
    "GET accounts:all_keys": "403 · sign-in anonymous · 200 security_administrator",
    "POST accounts:revoke_all": "403 · sign-in anonymous · 302 security_administrator",
    "GET accounts:locks": "403 · sign-in anonymous · 200 security_administrator",
    "POST accounts:unlock": "403 · sign-in anonymous · 302 security_administrator",
}
"""Signing in and the second factor are tried without one set up."""
