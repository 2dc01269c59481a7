"""Every web address; the names are promised in the interface description and tested by the permission matrix."""

from django.urls import include, path

from shangju.config import urls_pages

urlpatterns = [path("api/v1/", include("shangju.api.urls")), *urls_pages.urlpatterns]

handler400 = "shangju.core.views.bad_request"
handler403 = "shangju.core.views.permission_denied"
handler404 = "shangju.core.views.page_not_found"
handler500 = "shangju.core.views.server_error"
