"""Addresses of the staff's work desk."""

from django.urls import path

from shangju.desk.views import (
    approvals,
    board,
    call_backs,
    cases,
    data_requests,
    entry,
    me_too,
    orders,
    place_codes,
    visit,
    worklist,
)

app_name = "desk"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("data-requests/", data_requests.data_requests, name="data_requests"),
    path("data-requests/<int:pk>/", data_requests.data_request, name="data_request"),
    path("data-requests/<int:pk>/<str:step>/", data_requests.answer_data_request, name="answer_data_request"),
    path("call-backs/", call_backs.call_backs, name="call_backs"),
    path("call-backs/<str:number>/phone/", call_backs.phone, name="call_back_phone"),
    path("new/", entry.enter, name="enter"),
    path("new/earlier/", entry.earlier, name="earlier"),
    path("visit/", visit.visit, name="visit"),
    path("visit/received/", visit.visited, name="visited"),
    path("visit/categories/", visit.categories, name="visit_categories"),
    path("visit/offline/", visit.visit_shell, name="visit_shell"),
    path("service-worker.js", visit.worker, name="service_worker"),
    path("new/received/", entry.received, name="received"),
    path("new/me-too/", me_too.me_too, name="me_too"),
    path("new/me-too/received/", me_too.endorsed, name="endorsed"),
    path("board/", board.board, name="board"),
    path("board/<int:pk>/check/", board.check, name="check_publication"),
    path("board/<int:pk>/take-down/", board.withdraw, name="withdraw_publication"),
    path("cases/<str:number>/publication/", board.propose, name="propose"),
    path("place-codes/", place_codes.sheet, name="place_codes"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/moves/<str:move>/", cases.make_move, name="move"),
    path("cases/<str:number>/contact/", cases.reveal, name="reveal"),
    path("cases/<str:number>/photos/<uuid:photo_id>/<str:size>/", cases.photo, name="photo"),
    path("cases/<str:number>/mediations/<int:pk>/", orders.mediation, name="mediation"),
    path("cases/<str:number>/orders/<int:pk>/", orders.order, name="order"),
    path("cases/<str:number>/coordinations/<int:pk>/", orders.coordination, name="coordination"),
]
