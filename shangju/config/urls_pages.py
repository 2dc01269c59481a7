"""The addresses of everything but the interface for programs.

The worker knows these alone (core/queue.py): it puts links to pages into messages and serves none, and the interface
with its schemas is fifteen megabytes.
"""

from django.conf import settings
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from shangju.core import kept_forms
from shangju.core import views as core_views

urlpatterns = [
    path("", include("shangju.public.urls")),
    path("desk/knowledge/", include("shangju.desk.urls_knowledge")),
    path("desk/imports/", include("shangju.desk.urls_imports")),
    path("desk/", include("shangju.desk.urls")),
    path("supervision/", include("shangju.desk.urls_supervision")),
    path("topics/", include("shangju.desk.urls_topics")),
    path("cockpit/", include("shangju.cockpit.urls")),
    path("ledgers/", include("shangju.desk.urls_ledgers")),
    path("bulletins/", include("shangju.desk.urls_bulletins")),
    path("my/", include("shangju.my.urls")),
    path("admin/", include("shangju.administration.urls")),
    path("accounts/", include("shangju.accounts.urls")),
    path("healthz", core_views.healthz, name="healthz"),
    path("kept-forms/token/", kept_forms.token, name="kept_form_token"),
    path("preferences/view/", core_views.set_view_preference, name="set_view_preference"),
    path("preferences/language/", require_POST(set_language), name="set_language"),
]

if settings.DEMO:
    urlpatterns += [
        path("styleguide/", include("shangju.core.urls_styleguide")),
        path("demo/", include("shangju.demo.urls")),
    ]
