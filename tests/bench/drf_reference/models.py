"""One table with what a pin cannot do without."""

from django.contrib.gis.db import models


class Pin(models.Model):
    theme = models.CharField(max_length=60)
    text = models.TextField()
    received_at = models.DateTimeField(auto_now_add=True)
    geom = models.PointField(srid=4326)
