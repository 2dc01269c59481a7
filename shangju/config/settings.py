"""Django's settings; what an operator may decide comes from :mod:`shangju.config.environment`."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from shangju import __version__
from shangju.config.environment import load

PACKAGE = Path(__file__).resolve().parent.parent
BASE = PACKAGE.parent
ENVIRONMENT = load(BASE)
VERSION = __version__

DEBUG = False
DEMO = ENVIRONMENT.is_demo
SECRET_KEY = ENVIRONMENT.secret_key
FIELD_KEYS = ENVIRONMENT.field_keys
PUBLIC_URL = ENVIRONMENT.public_url
_PUBLIC = urlsplit(PUBLIC_URL)
SECURE_PUBLIC = _PUBLIC.scheme == "https"
ALLOWED_HOSTS = [
    host for host in {_PUBLIC.hostname or "", ENVIRONMENT.host, "localhost", "127.0.0.1"} if host
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "shangju.core",
    "shangju.gateways",
    "shangju.accounts",
    "shangju.areas",
    "shangju.deadlines",
    "shangju.posts",
    "shangju.parties",
    "shangju.categories",
    "shangju.knowledge",
    "shangju.photos",
    "shangju.consent",
    "shangju.cases",
    "shangju.supervision",
    "shangju.measures",
    "shangju.topics",
    "shangju.notices",
    "shangju.webhooks",
    "shangju.imports",
    "shangju.board",
    "shangju.backups",
    "shangju.ledgers",
    "shangju.bulletins",
    "shangju.privacy",
    "shangju.public",
    "shangju.desk",
    "shangju.my",
    "shangju.administration",
    "shangju.cockpit",
    "shangju.api",
    "shangju.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "shangju.core.middleware.RequestReferenceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # out here: also for answers that middleware give
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shangju.core.middleware.SecurityHeadersMiddleware",
    "shangju.core.middleware.DatabaseGapMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "shangju.core.middleware.WrongMethodMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shangju.core.middleware.NulSignMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shangju.accounts.middleware.PrivatePagesMiddleware",
    "shangju.posts.middleware.ScopeMiddleware",
    "shangju.accounts.middleware.IdleTimeoutMiddleware",
    "shangju.accounts.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "shangju.config.urls"
WORKER_URLCONF = "shangju.config.urls_pages"
WSGI_APPLICATION = "shangju.config.wsgi.application"

_LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.cached.Loader",
                [
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            )
        ],
    )
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shangju.core.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
                "shangju.core.templatetags.ui",
                "shangju.core.templatetags.navigation",
                "shangju.core.templatetags.personal",
            ],
            "loaders": _LOADERS,
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENVIRONMENT.redis_url}
        if ENVIRONMENT.redis_url
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "display_name_en", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "shangju.accounts.passwords.KindsOfCharactersValidator", "OPTIONS": {"kinds": 3}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my:home"
LOGOUT_REDIRECT_URL = "public:home"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
IDLE_MINUTES = ENVIRONMENT.idle_minutes
REQUIRE_SECOND_FACTOR = ENVIRONMENT.require_second_factor
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
DEMO_PASSWORD = ENVIRONMENT.demo_password

# Signing in (django-allauth). Nobody signs up on a page of its own: a resident's first phone code makes the account.
ACCOUNT_ADAPTER = "shangju.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_FORMS = {
    "login": "shangju.accounts.forms.PasswordSignInForm",
    "request_login_code": "shangju.accounts.forms.PhoneForm",
    "confirm_login_code": "shangju.accounts.forms.PhoneCodeForm",
    "change_password": "shangju.accounts.forms.PasswordChangeForm",
    "reauthenticate": "shangju.accounts.forms.PasswordAgainForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "5/5m/key",  # second factor only; passwords are counted by axes, in the database
    "request_login_code": "20/m/ip,3/5m/key,10/d/key",
}
MFA_ADAPTER = "shangju.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "shangju.accounts.forms.SecondFactorForm",
    "reauthenticate": "shangju.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "shangju.accounts.forms.ActivateSecondFactorForm",
}
MFA_TOTP_TOLERANCE = 1

# The lock (django-axes): 5 failures of one name from one address lock that pair for 5 minutes.
AXES_HANDLER = "shangju.accounts.locks.SignInLockHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "shangju.accounts.views.locked_out"
AXES_USERNAME_CALLABLE = "shangju.accounts.locks.counted_name"
AXES_CLIENT_IP_CALLABLE = "shangju.accounts.addresses.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "phone", "code"]
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE / "locale"]
TIME_ZONE = ENVIRONMENT.time_zone
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "shangju.core.static_files.LoadedFilesFinder",
]
STORAGES = {
    "default": {"BACKEND": "shangju.core.storage.DurableFileStorage"},
    "staticfiles": {"BACKEND": "shangju.core.static_files.PageFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "shangju.core.uploads.SparingUploadHandler",
]
MEDIA_ROOT = ENVIRONMENT.media
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# More than a form takes: too many photos are refused at their field, with everything else kept.
DATA_UPLOAD_MAX_NUMBER_FILES = 60

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE_PUBLIC
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # probes ask the process itself, behind the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_PUBLIC else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_PUBLIC else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_PUBLIC
SECURE_HSTS_PRELOAD = SECURE_PUBLIC
SESSION_COOKIE_SECURE = SECURE_PUBLIC
CSRF_COOKIE_SECURE = SECURE_PUBLIC
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "shangju.core.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"reference": {"()": "shangju.core.logs.ReferenceFilter"}},
    "formatters": {"structured": {"()": "shangju.core.logs.StructuredFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["reference"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "huey": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "shangju.gateways": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "axes": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

INTAKE_PER_MINUTE = ENVIRONMENT.intake_per_minute
IMPORT_KEEP_DAYS = ENVIRONMENT.import_keep_days
REVEALS_PER_DAY = ENVIRONMENT.reveals_per_day
API_PER_MINUTE = ENVIRONMENT.api_per_minute
TILE_URL = ENVIRONMENT.tile_url
BACKUP_PASSPHRASE = ENVIRONMENT.backup_passphrase
MALWARE_SCANNER = ENVIRONMENT.malware_scanner
UNSCANNED_FILES = ENVIRONMENT.unscanned
WEBHOOK_NETWORKS = ENVIRONMENT.webhook_networks
