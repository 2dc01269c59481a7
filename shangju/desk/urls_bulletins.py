"""Addresses of the bulletins of a sub-district."""

from django.urls import path

from shangju.desk.views import bulletin_files, bulletins

app_name = "bulletins"

urlpatterns = [
    path("", bulletins.listing, name="list"),
    path("new/", bulletins.new, name="new"),
    path("settings/", bulletins.settings, name="settings"),
    path("<int:pk>/", bulletins.bulletin, name="bulletin"),
    path("<int:pk>/edit/", bulletins.edit, name="edit"),
    path("<int:pk>/figures/", bulletins.figures, name="figures"),
    path("<int:pk>/issue/", bulletins.issue, name="issue"),
    path("<int:pk>/withdraw/", bulletins.withdraw, name="withdraw"),
    path("<int:pk>/text/", bulletin_files.text, name="text"),
    path("<int:pk>/word/", bulletin_files.word, name="word"),
]
