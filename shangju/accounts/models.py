"""People who sign in. Nobody's rights are kept here: they follow from appointments (:mod:`shangju.posts`)."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shangju.core.sealing import SealedTextField, fingerprint


class UserManager(BaseUserManager["User"]):
    """Users by their sign-in name."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user; without a password only the phone code lets them in."""
        phone = fields.pop("phone", "")
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.set_phone(phone)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who can sign in. Shown by role and number (``网格员 3号``) unless they choose otherwise."""

    username = models.CharField(_("Sign-in name"), max_length=60, unique=True)
    display_name = models.CharField(_("Shown as"), max_length=60)
    display_name_en = models.CharField(_("Shown as, in English"), max_length=90, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = SealedTextField(_("Mobile phone"), blank=True, default="", editable=False)
    wecom_id = models.CharField(_("WeCom member id"), max_length=64, blank=True)
    phone_print = models.CharField(max_length=43, null=True, unique=True, editable=False)  # noqa: DJ001 - unique
    phone_verified = models.BooleanField(default=False)
    language = models.CharField(_("Language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("Active"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return (self.display_name_en if get_language() == "en" else "") or self.display_name or self.username

    def set_phone(self, phone: str) -> None:
        """Set the sealed number and its print together; the caller saves."""
        self.phone = phone
        self.phone_print = fingerprint(phone, purpose="user-phone") if phone else None


class IdentityLevel(models.IntegerChoices):
    """How sure we are who a resident is."""

    NONE = 0, _("Not known")
    PHONE = 1, _("Phone verified")
    STAFF_CHECKED = 2, _("Checked by staff")


class Person(models.Model):
    """A resident who chose to have an account: their own concerns are found under it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="person")
    identity_level = models.PositiveSmallIntegerField(choices=IdentityLevel, default=IdentityLevel.NONE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(identity_level__in=IdentityLevel.values), name="identity_level_known"
            )
        ]


class AdministratorRole(models.TextChoices):
    """The three separated administrators (GB/T 22239-2019): none of them sees case contents."""

    SYSTEM = "system", _("System administrator")
    SECURITY = "security", _("Security administrator")
    AUDIT = "audit", _("Audit administrator")


class Administrator(models.Model):
    """A user's administrator role. The unique user makes holding two of them impossible."""

    user = models.OneToOneField(User, models.CASCADE, related_name="administrator")
    role = models.CharField(_("Role"), max_length=20, choices=AdministratorRole)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=AdministratorRole.values), name="administrator_role_known"
            )
        ]


class TokenScope(models.TextChoices):
    """What a key may be used for: never more than its user may do, and of that only these."""

    READ_CASES = "read_cases", _("Read cases")
    MOVE_CASES = "move_cases", _("Work on cases: every move, and looking up a contact")
    ENTER_CONCERNS = "enter_concerns", _("Enter concerns, and follow them by their code")
    UPLOAD = "upload", _("Upload photos")
    READ_REFERENCE = "read_reference", _("Read areas and categories")
    READ_ARTICLES = "read_articles", _("Read articles of the knowledge base")
    MANAGE_WEBHOOKS = "manage_webhooks", _("Manage webhooks")


class ApiToken(models.Model):
    """A key with which a program acts for a user. Only its digest is kept; the key itself is shown once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("Name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("Scopes"), default=list)
    created_at = models.DateTimeField(_("Made at"))
    expires_at = models.DateTimeField(_("Valid until"))
    last_used_on = models.DateField(_("Last used on"), null=True)
    revoked_at = models.DateTimeField(_("Revoked at"), null=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="api_token_expires_after_it_is_made",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        """What the key is for, in the reader's language."""
        return [str(scope.label) for scope in TokenScope if scope.value in self.scopes]

    def is_valid_at(self, now: datetime) -> bool:
        """Whether it opens anything at ``now``."""
        return self.revoked_at is None and now < self.expires_at
