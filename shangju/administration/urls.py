"""Set-up pages."""

from django.urls import path

from shangju.administration.views import areas, audit, home, messages, parties, people, posts, stakes
from shangju.administration.views import areas, audit, home, messages, parties, people, posts, webhooks

app_name = "administration"
urlpatterns = [
    path("", home.home, name="home"),
    path("areas/", areas.areas, name="areas"),
    path("areas/add/", areas.add, name="add_area"),
    path("areas/<int:pk>/", areas.area, name="area"),
    path("areas/<int:pk>/rename/", areas.rename, name="rename_area"),
    path("areas/<int:pk>/move/", areas.move, name="move_area"),
    path("areas/<int:pk>/retire/", areas.retire, name="retire_area"),
    path("areas/<int:pk>/outline/", areas.outline, name="outline"),
    path("areas/<int:pk>/addresses/add/", areas.add_address_entry, name="add_address"),
    path(
        "areas/<int:pk>/addresses/<int:entry_pk>/remove/", areas.remove_address_entry, name="remove_address"
    ),
    path("areas/<int:pk>/posts/add/", posts.add, name="add_post"),
    path("posts/<int:pk>/", posts.post, name="post"),
    path("posts/<int:pk>/retire/", posts.retire, name="retire_post"),
    path("posts/<int:pk>/appoint/", posts.appoint_user, name="appoint"),
    path("appointments/<int:pk>/end/", posts.end, name="end_appointment"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="add_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/activity/", people.change_activity, name="change_activity"),
    path("people/<int:pk>/phone/", people.change_phone, name="change_phone"),
    path("parties/", parties.parties, name="parties"),
    path("parties/admit/", parties.add, name="admit_party"),
    path("parties/<int:pk>/", parties.party, name="party"),
    path("parties/<int:pk>/change/", parties.change, name="change_party"),
    path("parties/<int:pk>/membership/", parties.change_status, name="change_membership"),
    path("parties/<int:pk>/delegate/", parties.delegate, name="delegate"),
    path("delegations/<int:pk>/end/", parties.end, name="end_delegation"),
    path("people/<int:pk>/wecom/", people.change_wecom, name="change_wecom"),
    path("messages/", messages.templates, name="templates"),
    path("messages/<int:pk>/", messages.template, name="template"),
    path("messages/outgoing/", messages.outgoing, name="outgoing"),
    path("messages/outgoing/<int:pk>/again/", messages.send_again, name="send_again"),
    path("stakes/", stakes.stakes, name="stakes"),
    path("stakes/add/", stakes.add, name="add_stake"),
    path("stakes/<int:pk>/end/", stakes.end, name="end_stake"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/add/", webhooks.add, name="add_webhook"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/change/", webhooks.change, name="change_webhook"),
    path("webhooks/<int:pk>/remove/", webhooks.remove, name="remove_webhook"),
    path("webhooks/<int:pk>/test/", webhooks.act, {"action": "test"}, name="test_webhook"),
    path("webhooks/<int:pk>/stop/", webhooks.act, {"action": "stop"}, name="stop_webhook"),
    path("webhooks/<int:pk>/start/", webhooks.act, {"action": "start"}, name="start_webhook"),
    path("webhooks/<int:pk>/secret/", webhooks.act, {"action": "secret"}, name="change_webhook_secret"),
    path("webhooks/deliveries/<int:pk>/again/", webhooks.again, name="deliver_again"),
    path("audit/", audit.audit, name="audit"),
]
