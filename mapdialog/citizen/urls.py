from django.urls import path

from mapdialog.citizen import views
from mapdialog.citizen.case_documents import case_document

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.consultation, name="consultation"),
    path("c/<slug:slug>/plan", views.plan, name="plan"),
    path("c/<slug:slug>/send", views.send, name="send"),
    path("c/<slug:slug>/documents/<int:document>/<str:name>", case_document, name="document"),
    path("c/<slug:slug>/r/<str:code>", views.receipt, name="receipt"),
    path("privacy", views.privacy, name="privacy"),
    path("accessibility", views.accessibility, name="accessibility"),
]
