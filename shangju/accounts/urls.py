"""The addresses under /accounts/: a closed list, so that none of allauth's other pages can be reached."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.urls import include, path
from django.views.decorators.http import require_http_methods

from shangju.accounts import views, views_keys

_form_page = require_http_methods(["GET", "HEAD", "POST"])
"""Allauth's pages take PUT for a POST; ours do not."""

own_pages = [
    path("profile/", views.profile, name="profile"),
    path("profile/keys/", views_keys.keys, name="keys"),
    path("profile/keys/new/", views_keys.make_key, name="make_key"),
    path("profile/keys/<int:pk>/revoke/", views_keys.revoke_key, name="revoke_key"),
    path("keys/", views_keys.all_keys, name="all_keys"),
    path("keys/<int:pk>/revoke/", views_keys.revoke_all, name="revoke_all"),
    path("locks/", views.locks, name="locks"),
    path("locks/unlock/", views.unlock, name="unlock"),
]

urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("login/code/", views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", views.confirm_code, name="account_confirm_login_code"),
    path("logout/", _form_page(account_views.logout), name="account_logout"),
    path("password/change/", _form_page(views.change_password), name="account_change_password"),
    path("reauthenticate/", _form_page(account_views.reauthenticate), name="account_reauthenticate"),
    path("2fa/", mfa_views.index, name="mfa_index"),
    path("2fa/authenticate/", _form_page(mfa_views.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", _form_page(mfa_views.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", _form_page(totp_views.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _form_page(totp_views.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        _form_page(recovery_views.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        recovery_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("", include((own_pages, "accounts"))),
]
