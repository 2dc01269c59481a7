"""The forms of signing in: allauth's, with our words and our phone numbers."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, RequestLoginCodeForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondFactorReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from shangju.accounts.models import TokenScope, User
from shangju.accounts.phones import normalise_phone
from shangju.core.sealing import fingerprint


def code_print(code: str) -> str:
    """What is kept of a code that was sent: enough to recognise it, nothing to read."""
    return fingerprint(normalize_user_code(code), purpose="sign-in-code")


class MobilePhoneField(forms.CharField):
    """A mainland mobile number, cleaned to its 11 digits."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Mobile phone"))
        options.setdefault("max_length", 40)
        options.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        )
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        """The normalised number, or the empty text where none is required."""
        text: str = super().clean(value)
        try:
            return normalise_phone(text) if text else ""
        except ValueError as error:
            raise forms.ValidationError(
                _("Enter a mobile number of 11 digits that starts with 1."), code="invalid_phone"
            ) from error


class PasswordSignInForm(LoginForm):  # type: ignore[misc]
    """Name and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"] = forms.CharField(
            label=_("Sign-in name"),
            max_length=120,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, str]:
        """A name is a name, also where it looks like a phone number or an e-mail address."""
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}

    def clean(self) -> dict[str, Any]:
        """One answer for a wrong name, a wrong password and a closed account."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError as error:
            raise get_adapter().validation_error("username_password_mismatch") from error
        if self.errors or not isinstance(self.user, User):
            return cleaned
        if not self.user.is_active:
            raise get_adapter().validation_error("username_password_mismatch")
        return cleaned


class PhoneForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The phone to which a code is sent."""


class PhoneCodeForm(forms.Form):
    """The code that was sent to a phone."""

    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, code: str = "", **options: Any) -> None:
        self.expected_print = code
        super().__init__(*args, **options)

    def clean_code(self) -> str:
        """Compare prints; an expired or missing code fits nothing."""
        code: str = self.cleaned_data["code"]
        if not self.expected_print or not constant_time_compare(code_print(code), self.expected_print):
            raise get_adapter().validation_error("incorrect_code")
        return code


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]
    """The old password and twice the new one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        labels = {
            "oldpassword": _("Present password"),
            "password1": _("New password"),
            "password2": _("New password again"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more before something delicate."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)


class _AppCode(forms.Form):
    code = forms.CharField(
        label=_("Code from the authenticator app"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SecondFactorForm(_AppCode, AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""


class SecondFactorAgainForm(_AppCode, SecondFactorReauthenticateForm):  # type: ignore[misc]
    """The second factor before something delicate."""


class ActivateSecondFactorForm(_AppCode, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""


_LANGUAGES = (("zh-hans", "中文"), ("en", "English"))
"""Each in its own words, so that nobody has to read the other one to find theirs."""


class LanguageForm(forms.Form):
    """What a user decides about their own profile."""

    language = forms.ChoiceField(label=_("Language"), choices=_LANGUAGES, widget=forms.RadioSelect)


class UnlockForm(forms.Form):
    """The locked name to open again."""

    name = forms.CharField(max_length=120)


class KeyForm(forms.Form):
    """A new key for a program."""

    name = forms.CharField(
        label=_("Which program will use it?"),
        max_length=60,
        help_text=_("So that you know later which one to revoke."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=TokenScope,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may do yourself. Choose as little as it needs."),
    )
    days = forms.TypedChoiceField(
        label=_("How long is it valid?"),
        coerce=int,
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (180, _("180 days")),
            (365, _("One year, the longest")),
        ],
        initial=90,
    )
