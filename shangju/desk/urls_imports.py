"""Addresses of the imports of orders, below the desk."""

from django.urls import path

from shangju.desk.views import imports

app_name = "imports"

urlpatterns = [
    path("", imports.runs, name="list"),
    path("new/", imports.give, name="give"),
    path("<int:pk>/", imports.run, name="run"),
    path("<int:pk>/columns/", imports.name_columns, name="name_columns"),
    path("<int:pk>/start/", imports.start, name="start"),
    path("<int:pk>/discard/", imports.discard, name="discard"),
    path("<int:pk>/refused/", imports.refused, name="refused"),
    path("<int:pk>/answers/", imports.answers, name="answers"),
]
