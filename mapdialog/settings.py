"""All settings. Everything a municipality may change is an environment variable, safe when left alone.

docs/operators.md lists the variables.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from mapdialog import environment
from mapdialog.environment import Mode
from mapdialog.map_services import choice as map_services
from mapdialog.web import static_headers
from mapdialog.web.formats.en import formats as english

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = environment.mode("MAPDIALOG_ENV")
IS_LOCAL = MODE in {Mode.DEV, Mode.TEST}
# The demo is production on loopback: everything is the same but TLS, which a laptop has not got.
HAS_TLS = MODE is Mode.PRODUCTION

DEBUG = MODE is Mode.DEV
SECRET_KEY = environment.text(
    "MAPDIALOG_SECRET_KEY", default="only-for-development-and-tests" if IS_LOCAL else None
)
SECRET_KEY_FALLBACKS = environment.names("MAPDIALOG_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = environment.names(
    "MAPDIALOG_ALLOWED_HOSTS",
    default=() if MODE is Mode.PRODUCTION else ("localhost", "127.0.0.1", "[::1]", "testserver"),
)
SITE_URL = environment.text("MAPDIALOG_SITE_URL", default="" if HAS_TLS else "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []

INSTALLED_APPS = [
    "mapdialog.people.apps.AdministrationConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "layers",
    "mapdialog.web",
    "mapdialog.audit",
    "mapdialog.jobs",
    "mapdialog.mail",
    "mapdialog.people.apps.PeopleConfig",
    "mapdialog.uploads",
    "mapdialog.dialogue",
    "mapdialog.contributions",
    "mapdialog.hotspots",
    "mapdialog.citizen",
    "mapdialog.planner",
    "mapdialog.opendata",
    "mapdialog.demo",
]

MIDDLEWARE = [
    "mapdialog.web.metrics.Measured",
    # Static files leave here, without the pages' headers: on thirty small files these weigh 15 kB.
    "mapdialog.web.immutable_files.StaticFiles",
    "django.middleware.security.SecurityMiddleware",
    "mapdialog.web.middleware.RequestId",
    "mapdialog.web.middleware.OwnTime",
    "mapdialog.web.origin.OpenToOtherSites",
    "mapdialog.web.middleware.PrivateByDefault",
    "mapdialog.web.problem.ProblemAnswers",
    "mapdialog.web.methods.SaysItsMethods",
    "mapdialog.web.middleware.PagePolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "mapdialog.web.refused_body.RefusesBodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mapdialog.account.methods.AskingIsNoAttempt",
    "mapdialog.account.sessions.FollowsSession",
    "mapdialog.people.second_factor.SecondFactorRequired",
    "mapdialog.account.without_mail.WithoutMail",
    "mapdialog.web.middleware.UnreadableLookups",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mapdialog.urls"
WSGI_APPLICATION = "mapdialog.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "mapdialog" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "mapdialog.web.page.page",
            ],
            "libraries": {"session_words": "mapdialog.account.session_words"},
        },
    }
]

# Database -------------------------------------------------------------------------------------------
_database = environment.database("DATABASE_URL")
_database["ENGINE"] = "django.contrib.gis.db.backends.postgis"
# Each request opening its own connection costs four fifths of the intake rate; a pool does not.
# Tests drop their database, which a pool's idle connections would hold on to.
if MODE is not Mode.TEST:
    _database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": environment.number("MAPDIALOG_DB_POOL", default=10, minimum=1),
        "timeout": 10,
    }
# wsgi.py sets a limit for web requests; commands and the worker have none of their own.
_statement_timeout_ms = environment.number("MAPDIALOG_STATEMENT_TIMEOUT_MS", default=0)
# Whoever waits for a row that a migration or an import has locked is told so before the statement's limit.
_lock_timeout_ms = environment.number("MAPDIALOG_LOCK_TIMEOUT_MS", default=0)
# Prepared statements, which only contributions/prepared.py makes, and those of database functions are planned
# once a connection: left alone, the database plans the long ones anew for every contribution.
_database["OPTIONS"]["prepare_threshold"] = 0
# Compiling a statement, or starting helpers for it, takes longer than these take, and others wait meanwhile.
_database["OPTIONS"]["options"] = " ".join(
    f"-c {setting}"
    for setting in (
        f"statement_timeout={_statement_timeout_ms}",
        f"lock_timeout={_lock_timeout_ms}",
        # A statement whose process was killed goes on, with its locks, until the database looks for it.
        "client_connection_check_interval=5s",
        "plan_cache_mode=force_generic_plan",
        "jit=off",
        "max_parallel_workers_per_gather=0",
    )
)
DATABASES = {"default": _database}
# What is counted for sign-in is counted for all web processes together; what is only remembered, by each.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_sharedvalue",
        "KEY_FUNCTION": "mapdialog.people.sign_in.hashed_key",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and sign-in ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if MODE is Mode.TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "mapdialog.people.passwords.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "mapdialog.people.passwords.NotQuicklyGuessed"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "planner:home"
LOGOUT_REDIRECT_URL = "citizen:home"
ACCOUNT_ADAPTER = "mapdialog.people.sign_in.InvitedOnly"
ACCOUNT_FORMS = {
    "reset_password": "mapdialog.account.forms.ResetPasswordForm",
    "add_email": "mapdialog.account.forms.AddEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who knows the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is written to because somebody else typed an address
ACCOUNT_CHANGE_EMAIL = True  # one address each; the old one stays until the new one is confirmed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HAS_TLS else "http"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "mapdialog.web.client_address.household_of"
AXES_ENABLED = MODE is not Mode.TEST
AXES_USERNAME_CALLABLE = "mapdialog.people.known_device.signing_in_as"
AXES_WHITELIST_CALLABLE = "mapdialog.people.known_device.is_known"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has who signed in, and no addresses
# Of an address over all accounts. None per account: with that anybody could lock out anybody (decision 39).
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "password_failed": "40/10m/ip",
    # As many as a network has for one account (AXES_FAILURE_LIMIT), whatever others there do.
    "password_failed_on_known_device": "8/15m/key",
    # Of all devices known for one account: whoever once had its password may have made many known.
    "password_failed_on_known_devices": "24/15m/key",
    # Codes of a second factor: only who knows the password comes so far, so that an account may count here.
    "login_failed": "40/10m/ip,10/10m/key",
    "reset_password": "20/10m/ip,20/10m/key",
    # Of one network for one e-mail: nobody uses up what is left for others.
    "reset_password_here": "5/10m/key",
}
PROXY_COUNT = environment.number("MAPDIALOG_PROXY_COUNT", default=1 if HAS_TLS else 0)
REQUIRE_MFA = environment.flag("MAPDIALOG_REQUIRE_MFA", default=MODE is Mode.PRODUCTION)
USERSESSIONS_ADAPTER = "mapdialog.people.trail.Sessions"
MFA_TOTP_ISSUER = "mapdialog"
MFA_ALLOW_UNVERIFIED_EMAIL = (
    True  # an administrator makes the accounts: nobody can take an address before its owner
)
PASSWORD_RESET_TIMEOUT = 24 * 3600
# How many days failures to sign in are kept, with the addresses they came from.
SIGN_IN_DAYS = environment.number("MAPDIALOG_SIGN_IN_DAYS", default=30, minimum=1)

# Mail -----------------------------------------------------------------------------------------------
_mail_server = environment.mail_server("MAPDIALOG_EMAIL_URL")
HAS_MAIL = _mail_server is not None
EMAIL_BACKEND = "mapdialog.mail.queue.QueuedMail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("MAPDIALOG_EMAIL_FROM", default=None if HAS_MAIL else "")
if _mail_server is not None:
    EMAIL_HOST, EMAIL_PORT = _mail_server.host, _mail_server.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail_server.user, _mail_server.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail_server.is_tls, _mail_server.is_starttls

# Languages and time ---------------------------------------------------------------------------------
LANGUAGE_CODE = environment.text("MAPDIALOG_LANGUAGE", default="nb")
LANGUAGES = [
    ("nb", _("Norwegian Bokmål")),
    ("nn", _("Norwegian Nynorsk")),
    ("sv", _("Swedish")),
    ("da", _("Danish")),
    ("en", _("English")),
]
LOCALE_PATHS = [BASE_DIR / "mapdialog" / "locale"]
FORMAT_MODULE_PATH = ["mapdialog.web.formats"]
# Commands speak English with no language active, where no format module is asked. Django itself is American.
DATE_FORMAT, TIME_FORMAT, DATETIME_FORMAT = english.DATE_FORMAT, english.TIME_FORMAT, english.DATETIME_FORMAT
# 5 592 or 5,592, everywhere: what a machine reads, and names (years, codes), are `unlocalize`d in templates.
USE_THOUSAND_SEPARATOR = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Oslo"

# Static files and uploads ---------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = environment.path("MAPDIALOG_STATIC_ROOT", default=BASE_DIR / ".local" / "static")
MEDIA_ROOT = environment.path("MAPDIALOG_MEDIA_ROOT", default=BASE_DIR / ".local" / "media")
# Erasures and decisions, outside of what a backup holds (mapdialog/audit/journal.py).
JOURNAL_DEFAULT = BASE_DIR / ".local" / "journal"
JOURNAL = environment.path("MAPDIALOG_JOURNAL", default=JOURNAL_DEFAULT)
_hashed = "mapdialog.web.static_files.HashedFiles"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "mapdialog.web.kept_file.KeptFiles"},
    "staticfiles": {"BACKEND": _plain if IS_LOCAL else _hashed},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = IS_LOCAL  # straight from static/, nothing collected
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else builds on our files
# Pages name files by their hash only. Packing the plain copies and source maps too would take a minute more.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ADD_HEADERS_FUNCTION = static_headers.keep_type
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "br",
    "gif",
    "gz",
    "jpg",
    "jpeg",
    "map",
    "png",
    "webp",
    "woff",
    "woff2",
    "zip",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Security -------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HAS_TLS
# The health probe inside the container network speaks plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31_536_000 if HAS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HAS_TLS
SECURE_HSTS_PRELOAD = HAS_TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HAS_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
# OpenStreetMap's and other tile servers answer 403 to a request without an origin.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
MAPS = map_services.from_environment()
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *MAPS.origins],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Debian 12 ships GDAL 3.6, whose own advisories gis.W001 repeats. No user's file or text reaches it:
# imports run through pyogrio's newer GDAL, and geometry is built from numbers (SECURITY.md).
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# What this installation runs ------------------------------------------------------------------------
# Each web process keeps the tiles it made: far out one costs 50 ms and more.
TILE_MEMORY_MB = environment.number("MAPDIALOG_TILE_MEMORY_MB", default=32, minimum=0)
# Pictures of other map servers that a web process fetched for its readers, and at how many at once.
MAP_MEMORY_MB = environment.number("MAPDIALOG_MAP_MEMORY_MB", default=32, minimum=0)
MAP_CONNECTIONS = environment.number("MAPDIALOG_MAP_CONNECTIONS", default=4, minimum=1)
# How many threads a web process has (docker/gunicorn.conf.py): half of them may make long answers.
WEB_THREADS = environment.number("MAPDIALOG_WEB_THREADS", default=8, minimum=1)
METRICS_TOKEN = environment.text("MAPDIALOG_METRICS_TOKEN", default="")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "mapdialog.web.logs.RequestIdFilter"},
        "own_failures": {"()": "mapdialog.web.logs.OwnFailures"},
    },
    "formatters": {"json": {"()": "mapdialog.web.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "mapdialog": {"level": "INFO"},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"filters": ["own_failures"]},
        # A line for each request that waits a moment for a thread.
        "waitress.queue": {"level": "ERROR"},
    },
}
