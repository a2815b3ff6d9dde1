"""Addresses of tiles and documents. The rest of the doors for machines is in the API (`mapdialog/api.py`)."""

from django.urls import path

from mapdialog.opendata.density_tiles import density_tile
from mapdialog.opendata.layer_documents import layer_document
from mapdialog.opendata.map_proxy import map_tile
from mapdialog.opendata.tiles import layer_style, layer_tile

app_name = "opendata"
urlpatterns = [
    path("tiles/layers/<int:edition_id>/<int:z>/<int:x>/<int:y>.mvt", layer_tile, name="layer-tile"),
    path("tiles/layers/<int:edition_id>/style.json", layer_style, name="layer-style"),
    path("tiles/maps/<slug:service>/<int:z>/<int:x>/<int:y>", map_tile, name="map-tile"),
    path("layers/documents/<int:document>/<str:name>", layer_document, name="layer-document"),
    path("tiles/density/<slug:slug>/<int:z>/<int:x>/<int:y>", density_tile, name="density-tile"),
]
