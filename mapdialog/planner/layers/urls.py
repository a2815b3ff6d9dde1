"""Beneath /planner/layers/."""

from django.urls import path

from mapdialog.planner.layers import documents, editions, labels, population, provisions, successions, views
from mapdialog.planner.layers.compose import views as compose
from mapdialog.planner.layers.upload import sending
from mapdialog.planner.layers.upload import views as upload

urlpatterns = [
    path("", views.layers, name="layers"),
    path("<int:pk>/", views.layer, name="layer"),
    path("<int:pk>/describe/", views.describe, name="layer_describe"),
    path("<int:pk>/log/", views.layer_log, name="layer_log"),
    path("<int:pk>/undo/<int:event>/", editions.undo, name="layer_undo"),
    path("<int:pk>/successions/", successions.successions, name="layer_successions"),
    path("<int:pk>/population/", population.figures, name="layer_population"),
    path("<int:pk>/compose/", compose.compose, name="layer_compose"),
    path("<int:pk>/compose/units.json", compose.units_json, name="layer_compose_units"),
    path("<int:pk>/compose/<int:edition_id>/", compose.draft, name="layer_composed"),
    path("<int:pk>/compose/<int:edition_id>/table.csv", compose.as_csv, name="layer_composed_csv"),
    path("<int:pk>/provisions/", provisions.table, name="layer_provisions"),
    path("<int:pk>/provisions/write/", provisions.write, name="layer_provision"),
    path("<int:pk>/provisions/import/", provisions.import_table, name="layer_provisions_import"),
    path("<int:pk>/provisions/carry-over/", provisions.carry_over, name="layer_provisions_carry_over"),
    path("<int:pk>/provisions/table.csv", provisions.as_csv, name="layer_provisions_csv"),
    path("<int:pk>/documents/", documents.attached, name="layer_documents"),
    path("documents/<int:document>/file/", documents.file, name="layer_document"),
    path("documents/<int:document>/remove/", documents.remove, name="layer_document_remove"),
    path("editions/<int:edition_id>/publish/", editions.publish, name="edition_publish"),
    path("editions/<int:edition_id>/withdraw/", editions.withdraw, name="edition_withdraw"),
    path("editions/<int:edition_id>/put-back/", editions.restore, name="edition_restore"),
    path("editions/<int:edition_id>/original/", editions.original, name="edition_original"),
    path("editions/<int:edition_id>/report/", editions.import_report, name="edition_report"),
    path("editions/<int:edition_id>/report.csv", editions.report_csv, name="edition_report_csv"),
    path("editions/<int:edition_id>/report.json", editions.report_json, name="edition_report_json"),
    path("editions/<int:edition_id>/labels.json", labels.labels, name="edition_labels"),
    path("upload/", sending.send, name="layer_upload"),
    path("uploads/<uuid:upload>/", upload.upload, name="upload"),
    path("uploads/<uuid:upload>/state.json", upload.state, name="upload_state"),
    path("uploads/<uuid:upload>/read/", upload.read, name="upload_read"),
    path("uploads/<uuid:upload>/cancel/", upload.cancel, name="upload_cancel"),
    path("uploads/<uuid:upload>/save/", upload.save, name="upload_save"),
    path("uploads/<uuid:upload>/discard/", upload.discard, name="upload_discard"),
    path("uploads/<uuid:upload>/roll-back/", upload.withdraw, name="upload_withdraw"),
    path("uploads/<uuid:upload>/features.json", upload.features, name="upload_features"),
    path("uploads/<uuid:upload>/colours.json", upload.colours, name="upload_colours"),
    path("uploads/<uuid:upload>/report.csv", upload.report_csv, name="upload_report_csv"),
    path("uploads/<uuid:upload>/report.json", upload.report_json, name="upload_report_json"),
]
