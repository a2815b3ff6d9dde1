from django.urls import include, path

from mapdialog.planner import views

app_name = "planner"
urlpatterns = [
    path("", views.home, name="home"),
    path("layers/", include("mapdialog.planner.layers.urls")),
    path("c/<slug:slug>/", views.consultation, name="consultation"),
    path("c/<slug:slug>/pins.pack", views.pins, name="pins"),
    path("c/<slug:slug>/hotspots.geojson", views.hotspots, name="hotspots"),
    path("c/<slug:slug>/contributions.json", views.contributions, name="contributions"),
    path("c/<slug:slug>/export.geojson", views.export, name="export"),
    path("c/<slug:slug>/plans.json", views.plan_differences, name="plan-differences"),
    path("c/<slug:slug>/run", views.run, name="run"),
]
