from django.urls import path

from mapdialog.citizen import receipt_page, views
from mapdialog.citizen.case_documents import case_document

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.consultation, name="consultation"),
    path("c/<slug:slug>/plan", views.plan, name="plan"),
    path("c/<slug:slug>/send", views.send, name="send"),
    path("c/<slug:slug>/right-door", views.right_door_list, name="right-door"),
    path("c/<slug:slug>/documents/<int:document>/<str:name>", case_document, name="document"),
    path("c/<slug:slug>/r/<str:code>", receipt_page.receipt, name="receipt"),
    # what people type and phones complete: with a slash more or less, a code alone
    path("c/<slug:slug>", views.consultation),
    path("c/<slug:slug>/plan/", views.plan),
    path("c/<slug:slug>/r/<str:code>/", receipt_page.receipt),
    path("r", receipt_page.find, name="find"),
    path("r/", receipt_page.find),
    path("r/<str:code>", receipt_page.find),
    path("r/<str:code>/", receipt_page.find),
    path("privacy", views.privacy, name="privacy"),
    path("accessibility", views.accessibility, name="accessibility"),
]
