"""The log is append-only: the database itself refuses to change or delete a row."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION layers_layerevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'layers_layerevent is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER layers_layerevent_append_only BEFORE UPDATE OR DELETE ON layers_layerevent
    FOR EACH ROW EXECUTE FUNCTION layers_layerevent_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0002_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER layers_layerevent_append_only ON layers_layerevent; DROP FUNCTION layers_layerevent_append_only()")
    ]
