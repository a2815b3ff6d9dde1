"""The map beneath: layers with editions, what lies in them, and who lives there.

Geometry is stored in EPSG:4326 (lon, lat). What is drawn as tiles keeps a second geometry in EPSG:3857, made
by the database, with its own index.
"""

from layers.models.edition import EVER_SINCE, LAYER_NAME, OWNER, Edition, Layer, LayerDocument, LayerEvent
from layers.models.population import Population, PopulationCount
from layers.models.search_entry import SearchEntry
from layers.models.shape import Area, Feature, Zone
from layers.models.succession import CodeChange, Succession

__all__ = [
    "EVER_SINCE",
    "LAYER_NAME",
    "OWNER",
    "Area",
    "CodeChange",
    "Edition",
    "Feature",
    "Layer",
    "LayerDocument",
    "LayerEvent",
    "Population",
    "PopulationCount",
    "SearchEntry",
    "Succession",
    "Zone",
]
