from mapdialog.analysis.parameters import ANALYSIS_VERSION, HotspotParameters


def test_a_result_says_what_it_was_made_with():
    made_with = HotspotParameters(metric_srid=25832, distance_m=80).as_dict()
    assert made_with["distance_m"] == 80
    assert made_with["metric_srid"] == 25832
    assert made_with["analysis_version"] == ANALYSIS_VERSION
    assert HotspotParameters(metric_srid=25832).minimum == 5
