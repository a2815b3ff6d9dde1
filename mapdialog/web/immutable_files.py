"""Static files under hashed names are asked for once: they go without the headers of a second asking."""

from __future__ import annotations

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

# Both together weigh 2.5 kB on a resident's first visit.
_FOR_A_SECOND_ASKING = {"last-modified", "etag"}


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # whitenoise ships no types
    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        """The file as whitenoise serves it; who asks on a condition all the same is answered as before."""
        static_file = super().get_static_file(path, url, stat_cache)
        if self.immutable_file_test(path, url):
            static_file.alternatives = [
                (
                    encoding,
                    packed_path,
                    [header for header in headers if header[0].lower() not in _FOR_A_SECOND_ASKING],
                )
                for encoding, packed_path, headers in static_file.alternatives
            ]
        return static_file
