"""The style guide; only demo mode includes it."""

from django.urls import path

from shangju.core import views_styleguide

app_name = "styleguide"
urlpatterns = [path("", views_styleguide.home, name="home")]
