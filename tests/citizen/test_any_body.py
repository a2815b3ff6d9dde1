"""Bodies of every kind are taken or refused, and none is an error of ours."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.citizen.phones import Phone, another_sender
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db


def nested(inner):
    return inner | st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)


# Two levels by hand: st.recursive measures its argument, and warns when the machine is slow.
json_values = nested(nested(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)))


names = st.sampled_from(
    [
        "kind",
        "theme",
        "text",
        "responses",
        "answers",
        "accuracy_m",
        "written_at",
        "placed_by",
        "radius_m",
        "code",
        "rating",
    ]
)


class TestDirt:
    @settings(max_examples=150)
    @given(
        body=st.one_of(
            st.binary(max_size=60),
            json_values.map(lambda value: json.dumps(value).encode()),
            st.fixed_dictionaries(
                {
                    "type": st.just("Feature"),
                    "geometry": json_values
                    | st.fixed_dictionaries(
                        {
                            "type": st.sampled_from(["Point", "LineString", "Polygon"]),
                            "coordinates": json_values,
                        }
                    ),
                    "properties": st.dictionaries(names, json_values, max_size=5),
                }
            ).map(lambda value: json.dumps(value).encode()),
        )
    )
    def test_no_body_is_an_error_of_ours(self, client, consultation, body):
        response = Phone(client, consultation).put(body)
        assert response.status_code in {201, 400, 422}

    @settings(max_examples=60)
    @given(text=st.text(max_size=200))
    def test_any_text_is_kept_as_it_is_or_refused(self, client, consultation, text):
        phone = another_sender(client, consultation)
        response = phone.put(feature(text=text))
        assert response.status_code in {201, 400, 422}
        if response.status_code == 201:
            kept = phone.call("GET").json()["properties"]["text"]
            again = another_sender(client, consultation)
            again.put(feature(text=kept))
            assert again.call("GET").json()["properties"]["text"] == kept
