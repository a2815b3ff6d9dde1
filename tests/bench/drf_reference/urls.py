"""POST /pins/ with a GeoJSON Feature."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.generics import CreateAPIView
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from tests.bench.drf_reference.models import Pin


class PinSerializer(GeoFeatureModelSerializer):
    class Meta:
        model = Pin
        geo_field = "geom"
        fields = ["id", "theme", "text", "received_at"]


class Pins(CreateAPIView):
    queryset = Pin.objects.all()
    serializer_class = PinSerializer


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("pins/", Pins.as_view()), path("healthz", healthz)]
