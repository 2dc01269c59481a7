"""Addresses that exist in demo mode only."""

from django.urls import path

from shangju.demo import views

app_name = "demo"

urlpatterns = [path("mailbox/", views.mailbox, name="mailbox")]
